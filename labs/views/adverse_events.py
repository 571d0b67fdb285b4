"""A patient's adverse events: the list, and what a clinician enters."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Event
from iotrex_followup.refusals import accepted
from labs.actions import adverse_events as actions
from labs.adverse_terms import suggested_by
from labs.forms.adverse_events import AdverseEventForm, ChangeAdverseEventForm, EndForm, WithdrawForm
from labs.models import Alert
from labs.settling.charts import policy_of
from patients.models import AdverseEvent, Patient
from patients.views import find_patient, form_page
from schedules.wording import event_sentence

TEMPLATE = "labs/adverse_event.html"


@require_GET
@requires(May.VIEW)
def adverse_events(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """List a patient's adverse events, the latest onset first; those entered in error stand last.

    To another page, by htmx, only those that stand, in a line each.
    """
    patient = find_patient(request, pk)
    recorded = patient.adverse_events.select_related("treatment", "recorded_by")
    context = {
        "patient": patient,
        "last_treatment": patient.treatments.given_therapeutic().last(),
        "adverse_events": recorded.order_by("withdrawn", "-onset_on", "-id"),
        "may_decide": may_here(request, May.DECIDE) and patient.status == Patient.Status.ACTIVE,
        "today": request.clinic.local_date(timezone.now()),
    }
    return render(request, f"labs/adverse_events.html{'#panel' if request.htmx else ''}", context)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def record_adverse_event(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record an adverse event; from an `alert`, its term, grade and onset stand in the form."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    ctcae = policy_of(patient.clinic).ctcae
    form = AdverseEventForm(request.POST or None, initial=suggested(request, patient), ctcae=ctcae, today=today)
    if accepted(
        form,
        lambda: actions.record_adverse_event(patient=patient, facts=form.facts, by=request.user, today=today),
    ):
        return back_to_list(request, patient)
    button = "Record adverse event"
    return form_page(request, form, patient, title="Adverse event", button=button, template=TEMPLATE)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def change_adverse_event(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change what is known of an adverse event, with a reason."""
    event = find_event(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = ChangeAdverseEventForm(request.POST or None, initial=model_to_dict(event), ctcae=event.ctcae, today=today)
    if accepted(
        form,
        lambda: actions.change_adverse_event(
            event=event,
            fields=form.fields_entered,
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=today,
        ),
    ):
        return back_to_list(request, event.patient)
    title = "Change an adverse event"
    return form_page(request, form, event.patient, title=title, button="Save change", template=TEMPLATE)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def end_adverse_event(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record the day on which an adverse event ended."""
    event = find_event(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = EndForm(request.POST or None, initial={"ended_on": today})
    if accepted(
        form,
        lambda: actions.end_adverse_event(
            event=event, ended_on=form.cleaned_data["ended_on"], by=request.user, today=today
        ),
    ):
        return back_to_list(request, event.patient)
    return form_page(request, form, event.patient, title=f"{event} ended", button="Record end", template=TEMPLATE)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def withdraw_adverse_event(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark an adverse event as entered in error."""
    event = find_event(request, pk)
    form = WithdrawForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.withdraw_adverse_event(event=event, reason=form.cleaned_data["reason"], by=request.user),
    ):
        return back_to_list(request, event.patient)
    title, button = f"{event}: entered in error", "Mark as entered in error"
    return form_page(request, form, event.patient, title=title, button=button, template=TEMPLATE)


def find_event(request: ClinicRequest, pk: UUID) -> AdverseEvent:
    rows = AdverseEvent.objects.filter(withdrawn=False).select_related("patient__clinic", "clinic")
    found: AdverseEvent = visible_or_404(request, rows, pk=pk)
    return found


def suggested(request: ClinicRequest, patient: Patient) -> dict[str, Any]:
    """Return what stands in the form beforehand: what the alert in the address suggests."""
    try:
        asked = UUID(request.GET.get("alert", ""))
    except ValueError:
        return {}
    alert = Alert.objects.select_related("clinic").filter(patient=patient, pk=asked).first()
    found = suggested_by(alert) if alert else None
    if alert is None or found is None:
        return {}
    attribution = AdverseEvent.Attribution.POSSIBLE
    return {**found._asdict(), "attribution": attribution, "note": f"From the alert: {alert.sentence}"}


def back_to_list(request: ClinicRequest, patient: Patient) -> HttpResponse:
    """Go back to the patient's adverse events and say what this person did last, with its Undo."""
    event = Event.objects.filter(patient=patient, by=request.user).order_by("-at", "-id")[0]
    messages.success(request, f"{event_sentence(event)}.", extra_tags=reverse("schedules:undo", args=[event.pk]))
    return redirect("labs:adverse_events", patient.pk)
