"""What can be on record of a patient's life: the facts as entered, and what is refused of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from accounts.models import Staff
from accounts.permissions import May, may
from iotrex_followup.errors import InputRefused
from patients.models import ClinicalEvent
from schedules.names import ACTIVITY_NAMES
from schedules.plans.kinds_of_event import KINDS, Asked
from schedules.protocol.trace import words

Kind = ClinicalEvent.Kind
CHANGEABLE = ("started_on", "ended_on", "tsh_low", "tsh_high", "activities", "details", "note")
HIGHEST_TSH = Decimal(100)  # a target beyond it is a slip
LONGEST_TEXT = 200


class ClinicalFacts(NamedTuple):
    """What happened, as entered: the clinic's dates, `ended_on` inclusive and None while it lasts; TSH in mIU/L.

    `activities`: of an item declined, which. `details`: what the kind asks for, by name (`KINDS`).
    """

    kind: str
    started_on: date
    ended_on: date | None = None
    tsh_low: Decimal | None = None
    tsh_high: Decimal | None = None
    activities: Sequence[str] = ()
    details: Mapping[str, Any] = {}
    note: str = ""


def refuse_role(event: ClinicalEvent, by: Staff) -> None:
    """Raise InputRefused when only a clinician records or changes this kind of event."""
    if KINDS[event.kind].decides and not may(by, May.DECIDE, event.clinic):
        raise InputRefused(f"{event.get_kind_display()} is a clinician's decision.", field="kind")


def refuse_impossible(event: ClinicalEvent, *, today: date, known: tuple[date, date | None] | None = None) -> None:
    """Raise InputRefused for dates, a target or details that cannot be, or when the same lasts at that time already.

    `known`: the first and the last day on record; None: it is new. Merged records can hold the same twice, and neither
    may keep the other from being ended or made shorter: another of its kind is in the way only of days that are new.
    """
    kind = KINDS[event.kind]
    if event.started_on > today:
        raise InputRefused("This day lies ahead. Record it once it began.", field="started_on")
    if event.started_on < event.patient.birth_date:
        raise InputRefused(f"The patient was born on {event.patient.birth_date}.", field="started_on")
    if event.accepted_on and event.started_on > event.accepted_on:
        raise InputRefused(f"The transfer was accepted on {words(event.accepted_on)}, before that.", field="started_on")
    if event.ended_on and not kind.lasts:
        raise InputRefused("This has no end.", field="ended_on")
    if event.ended_on and event.ended_on < event.started_on:
        raise InputRefused("The end is before the beginning.", field="ended_on")
    if event.ended_on and event.ended_on > today and not kind.ahead:
        raise InputRefused("This day lies ahead. Record the end once it came.", field="ended_on")
    _refuse_target(event)
    _refuse_activities(event)
    _refuse_details(event)
    others = ClinicalEvent.objects.filter(patient=event.patient, kind=event.kind, withdrawn=False).exclude(pk=event.pk)
    grown = known is None or event.started_on < known[0] or (event.ended_on or date.max) > (known[1] or date.max)
    if not kind.often and grown and any(_overlap(event, other) for other in others):
        raise InputRefused("This is on record for that time already. Change or end that one.", field="started_on")


def _refuse_target(event: ClinicalEvent) -> None:
    targets = {"tsh_low": event.tsh_low, "tsh_high": event.tsh_high}
    given = {name: value for name, value in targets.items() if value is not None}
    if given and event.kind != Kind.LEVOTHYROXINE:
        raise InputRefused("A TSH target belongs to levothyroxine.", field=next(iter(given)))
    if len(given) == 1:
        raise InputRefused("Give both ends of the target, or none.", field="tsh_high" if event.tsh_low else "tsh_low")
    for name, value in given.items():
        if not 0 < value <= HIGHEST_TSH:
            raise InputRefused(f"A TSH target lies above 0 and not above {HIGHEST_TSH} mIU/L.", field=name)
    if event.tsh_low is not None and event.tsh_high is not None and event.tsh_low > event.tsh_high:
        raise InputRefused("The lower end of the target is above the upper one.", field="tsh_low")


def _refuse_activities(event: ClinicalEvent) -> None:
    """Raise InputRefused unless exactly a declined item names activities; leave each of them once, in order."""
    if event.kind != Kind.DECLINES_ITEM:
        if event.activities:
            raise InputRefused("Only an item that is declined names activities.", field="activities")
        return
    if not event.activities:
        raise InputRefused("Say what is declined.", field="activities")
    if unknown := [name for name in event.activities if name not in ACTIVITY_NAMES]:
        raise InputRefused(f"There is no activity {unknown[0]}.", field="activities")
    event.activities = sorted(set(event.activities))


def _refuse_details(event: ClinicalEvent) -> None:
    """Raise InputRefused for details the kind does not ask for, that miss, or cannot be; leave them as stored."""
    asks = {asked.name: asked for asked in KINDS[event.kind].asks}
    # Who accepted a transfer is entered with its acceptance.
    accepted = {"accepted_by"} if event.accepted_on else set()
    if unknown := sorted(event.details.keys() - asks.keys() - accepted):
        raise InputRefused(f"{event.get_kind_display()} does not ask for {unknown[0]}.", field="details")
    found = {name: detail_as_stored(asked, event.details.get(name)) for name, asked in asks.items()}
    found |= {name: event.details.get(name) for name in accepted}
    event.details = {name: value for name, value in found.items() if value}
    review = event.details.get("review_on")
    if review and date.fromisoformat(review) <= event.started_on:
        raise InputRefused("The review comes after the beginning.", field="review_on")


def detail_as_stored(asked: Asked, value: Any) -> str:
    """Return one detail as it is stored: text, or a day as an ISO date; empty when it may be left out.

    Raises   InputRefused: it misses, is too long, or is no day.
    """
    text = value.isoformat() if isinstance(value, date) else str(value or "").strip()
    if not text:
        if asked.required:
            raise InputRefused(f"{asked.label}: say it, it is needed.", field=asked.name)
        return ""
    if len(text) > LONGEST_TEXT:
        raise InputRefused(f"{asked.label}: at most {LONGEST_TEXT} characters.", field=asked.name)
    if asked.is_day:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise InputRefused(f"{asked.label}: write a day such as 2024-05-31.", field=asked.name) from error
    return text


def _overlap(one: ClinicalEvent, other: ClinicalEvent) -> bool:
    return one.started_on <= (other.ended_on or date.max) and other.started_on <= (one.ended_on or date.max)
