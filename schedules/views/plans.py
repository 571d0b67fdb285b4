"""Changes after which a plan is made anew: each is looked at before it is made."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted, attempt
from patients.models import Patient, Treatment
from patients.views import back_to, form_page
from schedules import actions
from schedules import protocol as rules
from schedules.calendars import working_calendar
from schedules.forms.plans import ChangePlanForm, RedateForm
from schedules.forms.treatments import ReasonForm
from schedules.models import Plan
from schedules.pages.differences import DifferenceShown, previewed
from schedules.plans.planning import default_markers
from schedules.views.treatments import find_treatment

CHANGED_MEANWHILE = "The plan changed since you looked. This is what would change now."


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def redate_treatment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Correct the day on which a treatment began, after a look at what its plan becomes."""
    treatment = find_treatment(request, pk)
    form = RedateForm(request.POST or None, initial={"started_on": treatment.started_on})

    def change() -> Treatment:
        return actions.correct_treatment_date(
            treatment=Treatment.objects.select_related("clinic", "patient__clinic").get(pk=pk),
            **form.cleaned_data,
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        )

    title = f"Correct the date: treatment of {treatment.started_on:%-d %b %Y}"
    if form.is_bound and form.is_valid():
        title = f"{title} becomes {form.cleaned_data['started_on']:%-d %b %Y}"
    told = "Open dates of the plan count from the corrected day. What was done and what is booked stays where it is."
    return replanning_page(request, form, treatment.patient, change, title=title, told=told, done="Date corrected.")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw_treatment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark a treatment as entered in error, after a look at what that cancels and gives back."""
    treatment = find_treatment(request, pk)
    form = ReasonForm(request.POST or None)

    def change() -> Treatment:
        return actions.withdraw_treatment(
            treatment=Treatment.objects.select_related("clinic", "patient__clinic").get(pk=pk),
            **form.cleaned_data,
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        )

    return replanning_page(
        request,
        form,
        treatment.patient,
        change,
        title=f"Treatment of {treatment.started_on:%-d %b %Y} entered in error",
        told="What its plan has open is cancelled, what was done stays. An earlier plan stands again.",
        button="Mark as entered in error",
        done="Treatment marked as entered in error.",
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def change_plan(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change the intervals and markers of a plan, after a look; `markers=indication` preselects the indication's."""
    plan = find_plan(request, pk)
    offered = default_markers(plan.protocol.definition, plan.patient)
    form = ChangePlanForm(
        request.POST or None,
        plan=plan,
        markers=list(offered) if request.GET.get("markers") == "indication" else None,
        may_decide=may_here(request, May.DECIDE),
    )

    def change() -> Plan:
        fresh = Plan.objects.select_related("clinic", "patient__clinic", "protocol").get(pk=pk)
        return actions.change_plan(
            plan=fresh,
            choices=actions.choices_of(fresh, **form.chosen),
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        )

    warnings = chosen_warnings(plan, form) if form.is_valid() else []
    return replanning_page(
        request, form, plan.patient, change, title="Change the plan", done="Plan changed.", warnings=warnings
    )


def chosen_warnings(plan: Plan, form: ChangePlanForm) -> list[str]:
    """Return what a clinician should know of the entered intervals."""
    chosen = {name: value for name, value in form.chosen.items() if name in rules.Options.__dataclass_fields__}
    now = {name: getattr(plan.options, name) for name in rules.Options.__dataclass_fields__}
    return rules.warnings(plan.protocol.definition, rules.Options(**now | chosen))


def replanning_page(
    request: ClinicRequest,
    form: forms.Form,
    patient: Patient,
    change: Callable[[], object],
    *,
    title: str,
    done: str,
    told: str = "",
    button: str = "Save",
    warnings: list[str] | None = None,
) -> HttpResponse:
    """Show a form, then what `change` would do to the plans, then make it: only if that is what was looked at.

    `change` reads its rows itself, since it runs once for the look and once more to be kept.
    """
    step = request.POST.get("step", "preview")
    seen = attempt(form, lambda: look(request, patient, change)) if form.is_valid() and step != "edit" else None
    stale = bool(seen) and step == "save" and request.POST.get("seen") != seen_as(seen)
    if seen and step == "save" and not stale and accepted(form, change):
        return back_to(request, patient, done, undo=True)
    context = {"difference": seen, "save": button, "warnings": warnings, "stale": CHANGED_MEANWHILE if stale else ""}
    template = "schedules/replan.html" if seen and not form.errors else "patients/form.html"
    answer = form_page(
        request, form, patient, title=title, button="Show what changes", told=told, template=template, more=context
    )
    answer.status_code = 409 if stale else 422 if form.errors else 200
    return answer


def seen_as(difference: DifferenceShown | None) -> str:
    return difference.fingerprint if difference else ""


def look(request: ClinicRequest, patient: Patient, change: Callable[[], object]) -> DifferenceShown:
    """Return what `change` would do to the plans of `patient`."""
    return previewed(
        change,
        patient,
        today=request.clinic.local_date(timezone.now()),
        calendar=working_calendar(request.clinic),
    )


def find_plan(request: ClinicRequest, pk: UUID) -> Plan:
    plans = Plan.objects.select_related("clinic", "patient__clinic", "protocol")
    plan: Plan = visible_or_404(request, plans, pk=pk)
    return plan
