"""Undoing what was entered."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Event
from events.undo import undo as undo_event
from schedules.views.answers import page_left
from schedules.wording import event_sentence

DECISIONS = ("counts.recovered",)


@require_POST
@requires(May.RECORD)
def undo(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Undo one event; a clinical decision is undone by those who may take it."""
    event = visible_or_404(request, Event.objects.select_related("clinic", "patient"), pk=pk)
    if event.kind in DECISIONS and not may_here(request, May.DECIDE):
        raise PermissionDenied("A clinician undoes this.")
    undoing = undo_event(event=event, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, f"{event_sentence(undoing)}.")
    there = reverse("schedules:patient", args=[event.patient_id]) if event.patient_id else "/"
    return redirect(page_left(request, default=there))
