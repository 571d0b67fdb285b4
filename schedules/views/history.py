"""What happened to a patient, and undoing what was entered."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Event
from events.undo import undo as undo_event
from patients.models import Patient
from schedules.pages.patient_page import DECISIONS, history_of
from schedules.views.answers import page_left
from schedules.wording import event_sentence


@require_GET
@requires(May.VIEW)
def older_events(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the events of a patient that precede the event `before`."""
    patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    before = get_object_or_404(Event, patient=patient, pk=pk_in(request.GET.get("before", "")))
    context = {
        "patient": patient,
        "history": history_of(patient, request.user, before=before, may_decide=may_here(request, May.DECIDE)),
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "schedules/history.html", context)


def pk_in(text: str) -> UUID:
    """Return the id `text` names.

    Raises   Http404: it names none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


@require_POST
@requires(May.RECORD)
def undo(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Undo one event; a clinical decision is undone by those who may take it."""
    event = visible_or_404(request, Event.objects.select_related("clinic", "patient"), pk=pk)
    if event.kind in DECISIONS and not may_here(request, May.DECIDE):
        raise PermissionDenied("A clinician undoes this.")
    undoing = undo_event(event=event, by=request.user, reason=request.POST.get("reason", ""), now=timezone.now())
    messages.success(request, f"{event_sentence(undoing)}.")
    there = reverse("schedules:patient", args=[event.patient_id]) if event.patient_id else "/"
    return redirect(page_left(request, default=there))
