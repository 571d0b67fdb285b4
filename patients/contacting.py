"""Writing down what was said with patients and their people, and dealing with what came in by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Staff
from events.actions import as_it_is, carry_out_call, record_event, settle_message
from events.models import Message
from events.undo import Changes
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Contact, ContactEntry, Patient
from patients.reaching import NOBODY

RedFlag = ContactEntry.RedFlag
Outcome, Means = ContactEntry.Outcome, ContactEntry.Means
FURTHEST = timedelta(days=366)  # a promise beyond it is a slip of the pen
# The address a contact by these means used, and where its fault is noted.
FAULTY = {Means.PHONE: "phone", Means.SMS: "phone", Means.EMAIL: "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """One attempt to reach somebody, or one word from them, as entered.

    `messages`: what it answers or carries out. `answers`: the red flags that were asked for, with what was said; one
    that is missing was not asked for.
    """

    direction: str = ContactEntry.Direction.OUT
    means: str = ContactEntry.Means.PHONE
    at: datetime
    outcome: str
    contact: Contact | None = None
    messages: tuple[Message, ...] = ()
    answers: Mapping[str, bool] = field(default_factory=dict)
    said: str = ""
    advice: str = ""
    next_step: str = ""
    call_again_on: date | None = None


@action
def log_contact(*, patient: Patient, facts: ContactFacts, by: Staff | None, now: datetime) -> ContactEntry:
    """Write down a contact; `by` None: a word that came in by itself, which one of us has yet to deal with.

    When somebody was reached, the calls it carries out are done and the failed messages it makes up for are settled.
    A wrong number is noted at the contact.

    Raises   InputRefused: what cannot be: a time ahead or before birth, a contact or message of somebody else, a call
             without its day, an outcome that does not fit.
    Raises   TransitionRefused: the patient's record is closed.
    Records  contact_log.recorded, which can be undone
    """
    patient = lock_patient(patient)
    zone = ZoneInfo(patient.clinic.time_zone)
    refuse_impossible_time(facts.at, patient, zone=zone, now=now)
    refuse_stranger_to_the_patient(facts, patient)
    refuse_unfitting_outcome(facts)
    refuse_impossible_promise(facts, zone=zone)
    told = [flag for flag in RedFlag.values if facts.answers.get(flag)]
    entry = ContactEntry(
        clinic=patient.clinic,
        patient=patient,
        contact=facts.contact,
        message=facts.messages[0] if facts.messages else None,
        red_flags=told,
        red_flags_asked=facts.answers.keys() >= set(RedFlag.values),
        recorded_by=by,
        recorded_at=now,
        **{name: getattr(facts, name) for name in COPIED},
    )
    entry.save()
    changes = Changes()
    changes.created(entry, undone={"withdrawn": True})
    if by is not None and entry.attempt.has_reached:
        end_messages(entry, facts.messages, changes, by=by, now=now)
    if facts.outcome == Outcome.WRONG_NUMBER and facts.contact and facts.means in FAULTY:
        note_wrong_address(
            facts.contact, FAULTY[Means(facts.means)], day=facts.at.astimezone(zone).date(), changes=changes
        )
    record_event(
        "contact_log.recorded",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        **facts_of(entry),
        answers=dict(facts.answers),
        rows=changes.facts(),
    )
    return entry


COPIED = ("direction", "means", "at", "outcome", "said", "advice", "next_step", "call_again_on")


def facts_of(entry: ContactEntry) -> dict[str, Any]:
    """Return what an event says of an entry; what was said stays in the log."""
    return {
        "entry": entry.pk,
        "how": entry.get_means_display(),
        "way": "in" if entry.direction == ContactEntry.Direction.IN else "out",
        "with_whom": str(entry.contact) if entry.contact else "",
        "outcome": entry.get_outcome_display(),
        "red_flags": list(entry.red_flags),
        "flags": entry.flags_in_words,
        "call_again_on": entry.call_again_on,
    }


def refuse_impossible_time(at: datetime, patient: Patient, *, zone: ZoneInfo, now: datetime) -> None:
    """Raise InputRefused for a time that has not come, or before the patient was born."""
    if at > now:
        raise InputRefused("This time has not come yet. Enter when it happened.", field="at")
    if at.astimezone(zone).date() < patient.birth_date:
        raise InputRefused("This is before the patient was born.", field="at")


def refuse_stranger_to_the_patient(facts: ContactFacts, patient: Patient) -> None:
    """Raise InputRefused for a contact, or a message, that is not of this patient."""
    if facts.contact and facts.contact.patient_id != patient.pk:
        raise InputRefused("This contact belongs to another patient.", field="contact")
    if any(message.patient_id != patient.pk for message in facts.messages):
        raise InputRefused("This message is about another patient.", field="messages")


def refuse_unfitting_outcome(facts: ContactFacts) -> None:
    """Raise InputRefused for an outcome that the rest of the entry contradicts, or that leaves out what it needs."""
    if facts.outcome in NOBODY and facts.direction == ContactEntry.Direction.IN:
        raise InputRefused("They reached us, so somebody was there. Choose another outcome.", field="outcome")
    if facts.outcome in NOBODY and facts.answers:
        raise InputRefused("Nobody was reached, so nobody was asked about red flags.", field="outcome")
    if facts.outcome == Outcome.WRONG_NUMBER and facts.means in FAULTY and facts.contact is None:
        raise InputRefused("Choose whose number or address is wrong.", field="contact")
    if facts.outcome == Outcome.TOLD_US and not facts.said.strip() and not any(facts.answers.values()):
        raise InputRefused("Write down what they told us.", field="said")
    if unknown := facts.answers.keys() - set(RedFlag.values):
        known = ", ".join(RedFlag.values)
        raise InputRefused(f"There is no red flag {', '.join(sorted(unknown))}. Known are {known}.", field="answers")


def refuse_impossible_promise(facts: ContactFacts, *, zone: ZoneInfo) -> None:
    """Raise InputRefused when a promised call has no day, or one that cannot be meant."""
    if facts.outcome == Outcome.CALL_AGAIN and facts.call_again_on is None:
        raise InputRefused("Say on which day to call again.", field="call_again_on")
    refuse_impossible_day(facts.call_again_on, since=facts.at.astimezone(zone).date())


def refuse_impossible_day(call_again_on: date | None, *, since: date) -> None:
    """Raise InputRefused for a promised day before the promise, or more than a year after it."""
    if call_again_on and not since <= call_again_on <= since + FURTHEST:
        raise InputRefused("Choose a day after this contact, within a year.", field="call_again_on")


def end_messages(
    entry: ContactEntry, messages: Iterable[Message], changes: Changes, *, by: Staff, now: datetime
) -> None:
    """End what the contact has done: calls that wait, and messages that failed; others are only named."""
    for message in sorted(messages, key=lambda each: each.pk):
        standing = as_it_is(message)
        changes.watch(standing)
        if standing.has_failed:
            settle_message(message=standing, reason=str(entry), by=by)
        elif standing.channel == Message.Channel.CALL and standing.state == Message.State.DUE:
            carry_out_call(message=standing, reference=str(entry.pk), by=by, now=now)
        standing.refresh_from_db()


def note_wrong_address(contact: Contact, address: str, *, day: date, changes: Changes) -> None:
    """Note at the contact that its number or address is another person's."""
    changes.watch(contact)
    fault = f"{address}_fault"
    setattr(contact, fault, f"Wrong {'number' if address == 'phone' else 'address'}, found out on {day}.")
    contact.save(update_fields=[fault])


@action
def see_word(
    *,
    entry: ContactEntry,
    next_step: str,
    by: Staff,
    now: datetime,
    call_again_on: date | None = None,
    red_flags: Iterable[str] = (),
) -> ContactEntry:
    """Deal with a word that came in by itself: what follows from it, and the red flags it tells of.

    Raises   TransitionRefused: it did not come in by itself, or was dealt with already.
    Raises   InputRefused: no next step, or a promised day that cannot be.
    Records  contact_log.seen, which can be undone
    """
    patient = lock_patient(entry.patient)
    entry = ContactEntry.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=entry.pk)
    if not entry.is_unseen:
        raise TransitionRefused("This was dealt with already, or did not come in by itself.")
    if not next_step.strip():
        raise InputRefused("Say what follows from it, if only that nothing has to be done.", field="next_step")
    refuse_impossible_day(call_again_on, since=patient.clinic.local_date(now))
    changes = Changes()
    changes.watch(entry)
    entry.seen_by, entry.seen_at, entry.next_step = by, now, next_step.strip()
    entry.call_again_on = call_again_on or entry.call_again_on
    entry.red_flags = [flag for flag in RedFlag.values if flag in {*entry.red_flags, *red_flags}]
    entry.save(update_fields=["seen_by", "seen_at", "next_step", "call_again_on", "red_flags"])
    record_event(
        "contact_log.seen",
        clinic=entry.clinic,
        patient=patient,
        by=by,
        **facts_of(entry),
        on=entry.at.astimezone(ZoneInfo(patient.clinic.time_zone)).date(),
        next_step=entry.next_step.rstrip("."),
        rows=changes.facts(),
    )
    return entry
