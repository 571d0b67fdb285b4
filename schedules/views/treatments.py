"""A patient's treatments: a further one, a planned one that was given, corrections, entered in error; recovery."""

from collections.abc import Callable
from uuid import UUID

from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted, attempt
from patients import actions as patient_actions
from patients.models import Patient, Treatment
from patients.views import back_to, find_patient, form_page
from schedules import actions
from schedules.forms.treatments import (
    ConfirmTreatmentForm,
    CorrectTreatmentForm,
    NewTreatmentForm,
    RecoveryForm,
)
from schedules.models import Plan
from schedules.pages.preview import Preview, preview


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def add_treatment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Add a treatment of a patient, after a look at what it plans and replaces."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = NewTreatmentForm(request.POST or None, patient=patient, may_decide=may_here(request, May.DECIDE))

    def change() -> Treatment:
        return actions.record_treatment(
            patient=patient, facts=form.treatment_facts, choices=form.choices, by=request.user, today=today
        )

    return planning_page(request, form, patient, change, title="Add a treatment")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def confirm_treatment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Confirm that a planned treatment was given, after a look at what it plans and replaces."""
    treatment = find_treatment(request, pk)
    form = ConfirmTreatmentForm(
        request.POST or None,
        initial=as_entered(treatment),
        clinic=treatment.clinic,
        may_decide=may_here(request, May.DECIDE),
    )

    def change() -> Treatment:
        return actions.confirm_treatment(
            treatment=Treatment.objects.select_related("patient__clinic").get(pk=pk),
            started_on=form.cleaned_data["started_on"],
            activity_mbq=form.activity_mbq,
            weight_kg=form.cleaned_data["weight_kg"],
            override_reason=form.cleaned_data["override_reason"],
            choices=form.choices,
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        )

    return planning_page(request, form, treatment.patient, change, title="Confirm the treatment as given")


PlanningForm = NewTreatmentForm | ConfirmTreatmentForm


def planning_page(
    request: ClinicRequest, form: PlanningForm, patient: Patient, change: Callable[[], Treatment], *, title: str
) -> HttpResponse:
    """Show the form of a treatment, then what `change` would store, then store it when that is asked for."""
    template, step = "schedules/treatment.html", request.POST.get("step", "preview")
    if step == "save" and accepted(form, change):
        return back_to(request, patient, "Treatment saved.", undo=True)
    previewed = form.is_valid() and step == "preview"
    seen = attempt(form, lambda: look(request, patient, change)) if previewed else None
    if seen:
        template = "schedules/treatment_preview.html"
    answer = form_page(request, form, patient, title=title, button="Show", template=template, more={"preview": seen})
    answer.status_code = 422 if form.errors else 200
    return answer


def look(request: ClinicRequest, patient: Patient, change: Callable[[], Treatment]) -> Preview:
    """Return what `change` would store and replace."""
    return preview(
        lambda: change().patient,
        today=request.clinic.local_date(timezone.now()),
        before=patient,
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def correct_treatment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Correct what is known of a treatment apart from its date and kind."""
    treatment = find_treatment(request, pk)
    form = CorrectTreatmentForm(request.POST or None, initial=as_entered(treatment) | {"override_reason": ""})
    if accepted(
        form,
        lambda: patient_actions.update_treatment(
            treatment=Treatment.objects.select_related("patient__clinic").get(pk=pk),
            fields=form.corrected,
            reason=form.cleaned_data["override_reason"],
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        ),
    ):
        return back_to(request, treatment.patient, "Treatment corrected.", undo=True)
    told = (
        "Another date is corrected by “Correct the date”, since the plan counts from it. Another kind: mark the "
        "treatment as entered in error and add it anew."
    )
    return form_page(request, form, treatment.patient, title="Correct a treatment", button="Save correction", told=told)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def recovery(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that the blood counts recovered, which stops the clock over them."""
    plan: Plan = visible_or_404(request, Plan.objects.select_related("clinic", "patient__clinic"), pk=pk)
    today = request.clinic.local_date(timezone.now())
    form = RecoveryForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.record_count_recovery(
            plan=plan, recovered_on=form.cleaned_data["recovered_on"], by=request.user, today=today
        ),
    ):
        return back_to(request, plan.patient, "Recovery of the blood counts recorded.", undo=True)
    return form_page(request, form, plan.patient, title="Blood counts recovered", button="Record recovery")


def find_treatment(request: ClinicRequest, pk: UUID) -> Treatment:
    standing = Treatment.objects.exclude(state=Treatment.State.WITHDRAWN).select_related("clinic", "patient__clinic")
    treatment: Treatment = visible_or_404(request, standing, pk=pk)
    return treatment


def as_entered(treatment: Treatment) -> dict[str, object]:
    """Return the treatment as its forms show it: the activity in GBq, as a plain number."""
    known = model_to_dict(treatment)
    if treatment.activity_mbq is not None:
        known["activity"] = f"{(treatment.activity_mbq / 1000).normalize():f}"
    return known
