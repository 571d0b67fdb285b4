"""Saying above the next page what was just done for the clinic, with the way to undo it."""

from django.contrib import messages
from django.urls import reverse

from accounts.middleware import ClinicRequest
from events.models import Event
from schedules.wording import event_sentence


def say_done(request: ClinicRequest, *kinds: str) -> None:
    """Say what this person did last of these kinds (by how they begin), with an Undo button where it can be undone."""
    own = Event.objects.filter(clinic=request.clinic, by=request.user).order_by("-at", "-id")[:5]
    event = next((event for event in own if event.kind.startswith(kinds)), None)
    if event:
        undo_url = reverse("schedules:undo", args=[event.pk]) if event.facts.get("rows") else ""
        messages.success(request, f"{event_sentence(event)}.", extra_tags=undo_url)
