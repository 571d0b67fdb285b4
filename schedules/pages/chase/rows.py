"""What the chase list shows of a patient: why in words, whom to call, how it went, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from events.models import Message
from patients.models import Contact, ContactEntry, Patient
from schedules.models import PlannedVisit
from schedules.names import timepoint_name
from schedules.pages.chase.ranking import Chased
from schedules.pages.chase.reach import Reach, is_lost, reach_of
from schedules.pages.chase.reasons import (
    CALL,
    FAILED,
    HEARD_FOR,
    OF_ONE,
    OVERDUE,
    PROMISED,
    SOON,
    TITLES,
    UNREACHABLE,
    WORD,
    ChaseDay,
    is_overdue,
    nowhere,
)
from schedules.reminders.addressing import Nobody

NAMED = 3  # the rest is counted
QUOTED = 160


class Why(NamedTuple):
    """One reason in words, since when; `late`: it has waited for too long."""

    reason: str
    title: str
    text: str
    since: date
    late: bool = False


@dataclass
class Known:
    """What is known of one patient of the list."""

    patient: Patient
    contacts: list[Contact] = field(default_factory=list)
    entries: list[ContactEntry] = field(default_factory=list)  # standing, the latest first
    visits: list[PlannedVisit] = field(default_factory=list)  # what waits and opens soon, the dearest first
    messages: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChaseRow:
    """One patient of the list."""

    chased: Chased
    patient: Patient
    why: Sequence[Why]
    reach: Reach
    visit: PlannedVisit | None  # what is recorded or booked first
    lost: bool  # "lost to follow-up" is proposed
    word: ContactEntry | None  # that nobody has dealt with


def chase_rows(found: Sequence[Chased], day: ChaseDay) -> list[ChaseRow]:
    """Return the rows of a page; what they show is loaded in the same few queries for any number."""
    known = known_of([each.patient for each in found], day)
    return [row_of(each, known[each.patient], day) for each in found if each.patient in known]


def known_of(patients: Sequence[UUID], day: ChaseDay) -> dict[UUID, Known]:
    """Return what is known of each of `patients`."""
    rows = Patient.objects.filter(pk__in=patients).select_related("responsible_clinician")
    known = {patient.pk: Known(patient) for patient in rows}
    for contact in Contact.objects.filter(patient__in=patients, is_active=True):
        known[contact.patient_id].contacts.append(contact)
    entries = ContactEntry.objects.standing().filter(patient__in=patients)
    for entry in entries.select_related("contact", "recorded_by").order_by("-at", "-id"):
        known[entry.patient_id].entries.append(entry)
    for visit in PlannedVisit.objects.filter(patient__in=patients).waiting(on=day.today).ranked():
        if visit.opens <= day.today + SOON:
            known[visit.patient_id].visits.append(visit)
    for message in messages_of(patients, day):
        known[message.patient_id].messages.append(message)  # type: ignore[index]  # filtered by patient
    return known


def messages_of(patients: Sequence[UUID], day: ChaseDay) -> Iterable[Message]:
    """Return the messages that may have put `patients` on the list."""
    failed = Q(state__in=("dead", "unknown"), contact__isnull=False)
    calls = Q(channel=Message.Channel.CALL, state="due", not_before__lte=day.now)
    out = Message.objects.going_out().filter(patient__in=patients)
    return out.filter(failed | calls | nowhere(day)).order_by("not_before", "id")


def row_of(chased: Chased, known: Known, day: ChaseDay) -> ChaseRow:
    """Return the row of one patient."""
    reach = reach_of(known.contacts, known.entries)
    late = [visit for visit in known.visits if visit.closes < day.today]
    return ChaseRow(
        chased=chased,
        patient=known.patient,
        why=[why for reason in TITLES if reason in chased.reasons for why in WHY[reason](known, day)],
        reach=reach,
        visit=next(iter([*late, *known.visits]), None),
        lost=is_lost(known.patient, day.clinic, attempts=reach.attempts, overdue=bool(late)),
        word=next((entry for entry in reversed(known.entries) if entry.is_unseen), None),
    )


def why_word(known: Known, day: ChaseDay) -> Iterator[Why]:
    for entry in reversed(known.entries):
        if entry.is_unseen:
            said = entry.said if len(entry.said) <= QUOTED else f"{entry.said[: QUOTED - 1]}…"
            text = f"{entry.get_means_display()}: “{said}”" if said else entry.get_means_display()
            yield Why(WORD, OF_ONE[WORD], text, local(entry.at, day), is_overdue(entry, day))


def why_promised(known: Known, day: ChaseDay) -> Iterator[Why]:
    dated = [entry for entry in known.entries if entry.call_again_on and entry.call_again_on <= day.today]
    for entry in dated[:1]:
        if entry.call_again_on:
            text = entry.next_step or "A call was promised."
            yield Why(PROMISED, OF_ONE[PROMISED], text, entry.call_again_on, entry.call_again_on < day.today)


def why_overdue(known: Known, day: ChaseDay) -> Iterator[Why]:
    reached = [local(entry.at, day) for entry in known.entries if entry.attempt.has_reached and not entry.is_unseen]
    last = max((on for on in reached if on >= day.today - HEARD_FOR), default=date.min)
    late = [visit for visit in known.visits if last <= visit.closes < day.today]
    if late:
        named = ", ".join(timepoint_name(visit.timepoint, visit.kind) for visit in late[:NAMED])
        more = f" and {len(late) - NAMED} more" if len(late) > NAMED else ""
        yield Why(OVERDUE, OF_ONE[OVERDUE], named + more, min(visit.closes for visit in late), late=True)


def why_failed(known: Known, day: ChaseDay) -> Iterator[Why]:
    for message in unanswered(known, [each for each in known.messages if each.has_failed]):
        text = f"{message.get_channel_display()}: {message.outcome or message.get_state_display()}"
        yield Why(FAILED, OF_ONE[FAILED], text, local(message.not_before, day))


def why_call(known: Known, day: ChaseDay) -> Iterator[Why]:
    for message in waiting_calls(known.messages, day):
        yield Why(CALL, OF_ONE[CALL], message.subject, local(message.not_before, day))


def why_unreachable(known: Known, day: ChaseDay) -> Iterator[Why]:
    for message in unanswered(known, [each for each in known.messages if each.outcome in list(Nobody)])[-1:]:
        yield Why(UNREACHABLE, OF_ONE[UNREACHABLE], message.outcome, local(message.not_before, day))


WHY = {
    WORD: why_word,
    PROMISED: why_promised,
    OVERDUE: why_overdue,
    FAILED: why_failed,
    CALL: why_call,
    UNREACHABLE: why_unreachable,
}


def waiting_calls(messages: Iterable[Message], day: ChaseDay) -> list[Message]:
    """Return the calls of `messages` that are still of use."""
    calls = [each for each in messages if each.channel == Message.Channel.CALL and each.state == "due"]
    return [each for each in calls if each.expires_at is None or each.expires_at > day.now]


def unanswered(known: Known, messages: Sequence[Message]) -> list[Message]:
    """Return those of `messages` since which nobody was reached."""
    reached = [entry.at for entry in known.entries if entry.attempt.has_reached and not entry.is_unseen]
    return [each for each in messages if not reached or each.not_before >= max(reached)]


def local(at: datetime, day: ChaseDay) -> date:
    return at.astimezone(day.clinic.zone).date()
