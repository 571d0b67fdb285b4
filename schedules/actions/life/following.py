"""What every change to a patient's events shares: the row locked, the plans settled, the event written."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.models import Staff
from accounts.permissions import May, may
from events.actions import record_event
from events.models import Event
from events.undo import Changes
from iotrex_followup.errors import TransitionRefused
from patients.actions import lock_patient
from patients.models import ClinicalEvent
from schedules.actions.settling import settle_plans
from schedules.plans.kinds_of_event import KINDS
from schedules.protocol.trace import words
from schedules.wording import activity_words


def locked_event(event: ClinicalEvent) -> ClinicalEvent:
    """Return the row as it is now, its patient locked."""
    lock_patient(event.patient)
    found = ClinicalEvent.objects.select_for_update(of=("self",)).select_related("patient__clinic", "clinic")
    event = found.get(pk=event.pk)
    if event.withdrawn:
        raise TransitionRefused("This was marked as entered in error already.")
    return event


def write_clinical_event(
    kind: str, event: ClinicalEvent, changes: Changes, *, by: Staff, now: datetime, reason: str = "", **facts: Any
) -> ClinicalEvent:
    """Bring the plans up to date and write down what happened; how results are read follows from the event."""
    rows = changes.facts()
    settle_plans(event.patient, today=event.clinic.local_date(now))
    record_event(
        kind,
        clinic=event.clinic,
        patient=event.patient,
        by=by,
        reason=reason,
        clinical_event=event.pk,
        kind_of_event=event.kind,
        what=what_happened(event),
        started_on=event.started_on,
        lasts=lasts(event),
        **facts,
        rows=rows,
    )
    return event


def what_happened(event: ClinicalEvent) -> str:
    """Return the event in words without its days: its kind, the target or the activities, what else was told."""
    target = f", TSH target {event.tsh_low:f} to {event.tsh_high:f} mIU/L" if event.tsh_low and event.tsh_high else ""
    declined = f": {activity_words(event.activities)}" if event.activities else ""
    told = [
        f"{asked.label.lower()}: {words(date.fromisoformat(value)) if asked.is_day else value}"
        for asked in KINDS[event.kind].asks
        if (value := event.details.get(asked.name))
    ]
    return f"{event.get_kind_display()}{target}{declined}" + (f" ({'; '.join(told)})" if told else "")


def lasts(event: ClinicalEvent) -> str:
    """Say until when the event lasts."""
    if event.ended_on:
        return f"until {words(event.ended_on)}"
    if not KINDS[event.kind].lasts:
        return "for good"
    return "still lasting"


def refuse_undoing_decision(event: Event, by: Staff) -> None:
    """Raise PermissionDenied when what was recorded, changed or ended is a clinician's, and `by` is none."""
    kind = KINDS.get(event.facts.get("kind_of_event", ""))
    if kind and kind.decides and not may(by, May.DECIDE, event.clinic):
        raise PermissionDenied("A clinician undoes this.")
