"""Preparing for MIBG: the page of a scan or infusion, what the clinic has to see to, and the clinic's days."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from imaging.actions.blockades import record_blockade, withdraw_blockade
from imaging.actions.preparation_policy import set_preparation_policy
from imaging.forms.preparation import BlockadeForm
from imaging.forms.preparation_days import PreparationPolicyForm
from imaging.models import PreparationPolicy, ThyroidBlockade
from imaging.occasions import Occasion, occasion_of, of_treatment, of_visit, table_of
from imaging.pages.preparation import clinic_preparation, prepared
from imaging.preparing import age_words, blockade_for
from imaging.views.medicines import say_last
from imaging.views.policies import policy_page, say_set
from iotrex_followup.refusals import accepted
from patients.models import Patient, Treatment
from patients.views import form_page
from schedules.forms.treatments import ReasonForm
from schedules.models import PlannedVisit
from schedules.protocol.trace import words

FORM = "imaging/preparation_form.html"


@require_GET
@requires(May.VIEW)
def preparation(request: ClinicRequest) -> HttpResponse:
    """List what the clinic has to see to: restarts with their owners, what is to be confirmed, what to be decided."""
    today = request.clinic.local_date(timezone.now())
    context = {"found": clinic_preparation(request.clinic, today=today), "today": today}
    return render(request, "imaging/preparation.html", context)


@require_GET
@requires(May.VIEW)
def prepare_scan(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show how a patient is prepared for the MIBG scan of a planned visit."""
    return occasion_page(request, of_visit(find_visit(request, pk)))


@require_GET
@requires(May.VIEW)
def prepare_infusion(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show how a patient is prepared for an infusion."""
    return occasion_page(request, of_treatment(find_treatment(request, pk)))


def occasion_page(request: ClinicRequest, occasion: Occasion) -> HttpResponse:
    today = request.clinic.local_date(timezone.now())
    patient = occasion.patient
    active = patient.status == Patient.Status.ACTIVE
    context = {
        "patient": patient,
        "last_treatment": patient.treatments.given_therapeutic().last(),
        "prepared": prepared(occasion, table_of(request.clinic), today=today),
        "occasion": occasion,
        "may_record": may_here(request, May.RECORD) and active,
        "may_decide": may_here(request, May.DECIDE) and active,
        "today": today,
    }
    return render(request, "imaging/occasion.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def block_for_scan(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record the thyroid blockade of a scan."""
    return blockade_page(request, of_visit(find_visit(request, pk)))


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def block_for_infusion(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record the thyroid blockade of an infusion."""
    return blockade_page(request, of_treatment(find_treatment(request, pk)))


def blockade_page(request: ClinicRequest, occasion: Occasion) -> HttpResponse:
    """Show the form of a blockade, filled in by the table at the patient's age."""
    table = table_of(request.clinic)
    initial: dict[str, object] = {"product": table.product}
    told = ""
    if occasion.day:
        found = blockade_for(occasion.patient.birth_date, occasion.day, occasion.kind, table)
        days = table.blockade[occasion.kind]
        initial |= {"dose_mg": found.dose.dose_mg, "once": found.dose.once}
        initial |= {"starts_on": found.starts_on, "last_on": found.last_on}
        dose = f"{'one dose ' if found.dose.once else 'dose '}{age_words(found.dose, table)} ({found.dose.source})"
        told = (
            f"For the {occasion.in_words} of {words(occasion.day)}. By the table from {found.starts_words} "
            f"({days.source}); {dose}. Follow your own protocol."
        )
    form = BlockadeForm(request.POST or None, initial=initial)
    if accepted(form, lambda: record_blockade(occasion=occasion, facts=form.facts, by=request.user)):
        return back_to(request, occasion)
    return preparation_form(request, form, occasion, title="Thyroid blockade", button="Record blockade", told=told)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw_blockade_of(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark a thyroid blockade as entered in error."""
    related = (
        "patient__clinic",
        "clinic",
        "visit__appointment",
        "visit__patient__clinic",
        "treatment__patient__clinic",
    )
    rows = ThyroidBlockade.objects.filter(withdrawn=False).select_related(*related)
    blockade: ThyroidBlockade = visible_or_404(request, rows, pk=pk)
    occasion = occasion_of(blockade)
    form = ReasonForm(request.POST or None)
    if accepted(
        form, lambda: withdraw_blockade(blockade=blockade, reason=form.cleaned_data["reason"], by=request.user)
    ):
        return back_to(request, occasion)
    title, button = "Thyroid blockade: entered in error", "Mark as entered in error"
    return preparation_form(request, form, occasion, title=title, button=button)


@require_GET
@requires(May.VIEW)
def preparation_days(request: ClinicRequest) -> HttpResponse:
    """Show for how many days the clinic has medicines withheld, and what of the numbers is verified."""
    return days_page(request, PreparationPolicyForm(policy=policy_here(request)))


@require_POST
@requires(May.DECIDE)
def change_preparation_days(request: ClinicRequest) -> HttpResponse:
    """Set for how many days the clinic has medicines withheld."""
    form = PreparationPolicyForm(request.POST, policy=policy_here(request))
    if not accepted(
        form,
        lambda: set_preparation_policy(
            clinic=request.clinic,
            days=form.entered,
            names=form.entered_names,
            injection_days_before=form.cleaned_data["injection_days_before"],
            by=request.user,
        ),
    ):
        return days_page(request, form)
    say_set(request, form, "preparation_policy.changed")
    return redirect("imaging:preparation_days")


def policy_here(request: ClinicRequest) -> PreparationPolicy:
    """Return the clinic's policy; one that was never changed is not stored."""
    return PreparationPolicy.objects.filter(clinic=request.clinic).first() or PreparationPolicy(clinic=request.clinic)


def days_page(request: ClinicRequest, form: PreparationPolicyForm) -> HttpResponse:
    """Show the days, class by class."""
    return policy_page(request, form, "imaging/preparation_days.html", rows=form.rows, table=form.shipped)


def find_visit(request: ClinicRequest, pk: UUID) -> PlannedVisit:
    rows = PlannedVisit.objects.select_related("patient__clinic", "clinic", "appointment")
    found: PlannedVisit = visible_or_404(request, rows.prefetch_related("activities"), pk=pk)
    return found


def find_treatment(request: ClinicRequest, pk: UUID) -> Treatment:
    found: Treatment = visible_or_404(request, Treatment.objects.select_related("patient__clinic", "clinic"), pk=pk)
    return found


def preparation_form(
    request: ClinicRequest, form: forms.BaseForm, occasion: Occasion, *, title: str, button: str, told: str = ""
) -> HttpResponse:
    """Show a form about the preparation for a scan or infusion."""
    more = {"occasion": occasion}
    return form_page(request, form, occasion.patient, title=title, button=button, told=told, template=FORM, more=more)


def back_to(request: ClinicRequest, occasion: Occasion) -> HttpResponse:
    """Go back to the page of the scan or infusion and say what this person did last, with its Undo."""
    say_last(request, occasion.patient)
    return redirect(occasion.path)
