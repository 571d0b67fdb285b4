"""Which reminders a visit is worth, and on which days. Dates are the clinic's calendar dates."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from schedules.reminders.rules import Moment, Rule

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
# How long a reminder that could not go on its day is still sent, and how long one of what is overdue is of use.
LATE = 3 * DAY


class Booked(NamedTuple):
    """An appointment: the clinic's date, its wall-clock time if it has one, and how often it was moved."""

    on: date
    at: str
    moves: int


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """An open visit: what is still to be done at it, its window (both days inclusive), its appointment.

    What is closed, held, before enrolment or waits for a result is none.
    """

    visit: UUID
    activities: frozenset[str]
    opens: date
    closes: date
    booked: Booked | None = None

    @property
    def weekly(self) -> bool:
        """Whether it comes about every week: its window is a week or less."""
        return self.closes - self.opens < WEEK


class Slot(NamedTuple):
    """One reminder of one visit: wanted on `day`, of no use from the beginning of `until` on.

    The rest is what it tells of; a reminder is true as long as that is.
    """

    visit: UUID
    moment: Moment
    days: int
    day: date
    until: date
    opens: date
    closes: date
    booked: Booked | None

    @property
    def item(self) -> dict[str, Any]:
        """What a message keeps of it."""
        booked = self.booked
        return {
            "visit": str(self.visit),
            "moment": self.moment.value,
            "days": self.days,
            **told(self.moment, self.opens, self.closes, booked),
        }


def told(moment: str, opens: date, closes: date, booked: Booked | None) -> dict[str, Any]:
    """Return what a reminder of this moment tells of: the appointment, or the window as long as nothing is booked."""
    appointment = [booked.on.isoformat(), booked.at, booked.moves] if booked else None
    window = None if moment == Moment.BEFORE_BOOKED else [opens.isoformat(), closes.isoformat()]
    return {"booked": appointment, "window": window}


def meaning(item: dict[str, Any]) -> str:
    """Return what one item of a message means, for comparing: the visit, the rule and what is told."""
    booked = ",".join(map(str, item["booked"] or ()))
    return f"{item['visit']}:{item['moment']}:{item['days']}:{booked}:{','.join(item['window'] or ())}"


def digest(items: Iterable[dict[str, Any]]) -> str:
    """Return a short mark of what several items mean together, whatever their order."""
    return mark("\n".join(sorted(map(meaning, items))))


def mark(text: str) -> str:
    """Return a short mark of a text: the same text has the same one."""
    return sha256(text.encode()).hexdigest()[:32]


def slots_of(facts: VisitFacts, rules: Iterable[Rule], *, today: date) -> list[Slot]:
    """Return the reminders of one visit in order of their days, each once.

    An appointment that lies before today counts as none. A day that has passed is caught up with for a while, such as
    of an appointment booked since, but not where the next one follows at once.
    """
    coming = facts.booked if facts.booked and facts.booked.on >= today else None
    slots = {
        (slot.moment, slot.days): slot
        for rule in rules
        if rule.active and applies(rule, facts) and (slot := slot_of(rule, facts, coming))
    }
    found = sorted(slots.values(), key=lambda slot: (slot.day, -slot.days))
    return [slot for slot in found if not overtaken(slot, found, today)]


def applies(rule: Rule, facts: VisitFacts) -> bool:
    """Say whether a rule is about visits of this kind."""
    return (rule.weekly or not facts.weekly) and (not rule.activity or rule.activity in facts.activities)


def slot_of(rule: Rule, facts: VisitFacts, coming: Booked | None) -> Slot | None:
    """Return the reminder a rule wants for a visit; None when it wants none."""
    if rule.moment == Moment.BEFORE_BOOKED:
        if coming is None:
            return None
        day, until = coming.on - rule.days * DAY, coming.on
    elif coming is not None:
        return None
    elif rule.moment == Moment.BEFORE_WINDOW:
        day, until = facts.opens - rule.days * DAY, facts.opens
    else:
        # Overdue from the day after its window.
        day = facts.closes + DAY + rule.days * DAY
        until = day + LATE + DAY
    return Slot(facts.visit, rule.moment, rule.days, day, until, facts.opens, facts.closes, facts.booked)


def overtaken(slot: Slot, slots: Sequence[Slot], today: date) -> bool:
    """Say whether a reminder is too late by now, or late and about to be followed by the next of the same moment."""
    if slot.day >= today:
        return False
    followers = [each for each in slots if each.moment == slot.moment and each.day > slot.day]
    return slot.day < today - LATE or any(each.day <= today + DAY for each in followers)


def days_of(rules: Iterable[Rule], moment: Moment) -> Iterator[int]:
    """Yield the days the active rules of a moment name, each once."""
    yield from sorted({rule.days for rule in rules if rule.active and rule.moment == moment})
