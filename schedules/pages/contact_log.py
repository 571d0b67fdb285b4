"""What a patient's contact log shows: the entries with what each asks for next, and whether a loss is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from events.models import Message
from patients.models import ContactEntry, Patient
from schedules.models import PlannedVisit
from schedules.pages.chase.reach import Reach, attempts_in_words, is_lost, reach_of

PAGE, SHORT = 50, 5
RECENT = 100  # entries in which attempts are counted
Outcome = ContactEntry.Outcome
WAITS_FOR_MORE = (Outcome.DECLINED, Outcome.DONE_ELSEWHERE, Outcome.WRONG_NUMBER)


class LogPage(NamedTuple):
    """Some entries, the latest first; `before` is the one from which the earlier ones go on, None at the end."""

    entries: Sequence[ContactEntry]
    before: ContactEntry | None


class Standing(NamedTuple):
    """How a patient is reached, whether a loss is proposed, and what would be recorded as done elsewhere."""

    reach: Reach
    lost: bool
    overdue: PlannedVisit | None


def log_page(patient: Patient, *, before: ContactEntry | None = None, short: bool = False) -> LogPage:
    """Return the entries that precede `before`, those entered in error too; `short`: only the last few."""
    rows = ContactEntry.objects.filter(patient=patient).order_by("-at", "-id")
    if before:
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at, pk__lt=before.pk))
    size = SHORT if short else PAGE
    found = list(rows.select_related("contact", "recorded_by", "seen_by", "message", "clinic")[: size + 1])
    return LogPage(found[:size], found[size - 1] if len(found) > size else None)


def standing_of(patient: Patient, *, today: date) -> Standing:
    """Return how it stands with reaching a patient."""
    reach = reach_of(patient.contacts.filter(is_active=True), recent(patient))
    overdue = PlannedVisit.objects.filter(patient=patient).overdue(on=today).ranked().first()
    lost = is_lost(patient, patient.clinic, attempts=reach.attempts, overdue=overdue is not None)
    return Standing(reach, lost, overdue)


def recent(patient: Patient) -> Sequence[ContactEntry]:
    """Return the latest standing entries of a patient."""
    entries = ContactEntry.objects.standing().filter(patient=patient)
    return list(entries.select_related("recorded_by", "contact").order_by("-at", "-id")[:RECENT])


def attempts_of(patient: Patient) -> str:
    """Return the attempts in vain in words, as the event of a loss asks for them; empty without any."""
    return attempts_in_words([each for each in recent(patient) if not each.is_unseen], patient.clinic.zone)


def open_messages(patient: Patient, *, now: datetime) -> Sequence[Message]:
    """Return what a contact may make up for or carry out: messages that failed, and calls that wait."""
    failed = Q(state__in=("dead", "unknown"), contact__isnull=False)
    in_time = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    calls = Q(channel=Message.Channel.CALL, state="due", not_before__lte=now) & in_time
    return list(Message.objects.going_out().filter(failed | calls, patient=patient).order_by("not_before", "id"))
