"""The words for where a planned visit stands: PROTOCOL.md 10."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DUE_SOON = timedelta(days=7)
TOLERANCE = timedelta(days=1)


class Status(StrEnum):
    """What people read, the same on page, paper and in the API."""

    BEFORE_ENROLMENT = "Before enrolment"
    ON_HOLD = "On hold"
    PLANNED = "Planned"
    DUE_SOON = "Due soon"
    DUE = "Due"
    OVERDUE = "Overdue"
    BOOKED = "Booked"
    AWAITING_RESULT = "Awaiting result"
    DONE = "Done"
    DONE_EARLY = "Done early"
    DONE_LATE = "Done late"
    DONE_ELSEWHERE = "Done elsewhere"
    MISSED = "Missed"
    NOT_APPLICABLE = "Not applicable"
    CANCELLED = "Cancelled"
    SUPERSEDED = "Superseded"


DECIDED = {
    "missed": Status.MISSED,
    "not_applicable": Status.NOT_APPLICABLE,
    "cancelled": Status.CANCELLED,
    "superseded": Status.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What is stored about a planned visit: its status and dates (clinic-local; the window is inclusive).

    `drawn_on`: a specimen was drawn and its result is still to come. `booked_on`: the day of its appointment.
    `on_hold`: it waits for a decision (PROTOCOL.md 13).
    """

    status: str
    opens: date
    closes: date
    followed_from: date
    done_on: date | None = None
    elsewhere: bool = False
    drawn_on: date | None = None
    booked_on: date | None = None
    on_hold: bool = False


def shown_status(facts: VisitFacts, today: date) -> Status:
    """Return the first status of PROTOCOL.md 10 that holds on `today`, the clinic's date.

    An appointment today still counts as booked; one in the past without a record counts as none.

    Raises   ValueError: the stored status is unknown.
    """
    if facts.status != "planned":
        return _decided(facts)
    if facts.closes < facts.followed_from:
        return Status.BEFORE_ENROLMENT
    if facts.on_hold:
        return Status.ON_HOLD
    if facts.drawn_on is not None:
        return Status.AWAITING_RESULT
    if facts.booked_on is not None and facts.booked_on >= today:
        return Status.BOOKED
    return _by_window(facts, today)


def _decided(facts: VisitFacts) -> Status:
    if facts.status == "done":
        return _done(facts)
    if facts.status not in DECIDED:
        raise ValueError(f"unknown stored status {facts.status!r}")
    return DECIDED[facts.status]


def _done(facts: VisitFacts) -> Status:
    if facts.elsewhere:
        return Status.DONE_ELSEWHERE
    if facts.done_on is not None and facts.done_on < facts.opens:
        return Status.DONE_EARLY
    if facts.done_on is not None and facts.done_on > facts.closes:
        return Status.DONE_LATE
    return Status.DONE


def _by_window(facts: VisitFacts, today: date) -> Status:
    if today > facts.closes:
        return Status.OVERDUE
    if today >= facts.opens:
        return Status.DUE
    return Status.DUE_SOON if facts.opens - today <= DUE_SOON else Status.PLANNED


def reason_needed(done_on: date, opens: date, closes: date) -> bool:
    """Say whether `done_on` lies more than a day outside the window, so that a reason is asked."""
    return done_on < opens - TOLERANCE or done_on > closes + TOLERANCE


# The first that holds for any activity gives the visit's: open work first, then a miss, then what was done.
PRECEDENCE = (
    ("planned", {"planned", "drawn"}),
    ("missed", {"missed"}),
    ("done", {"done", "done_elsewhere"}),
    ("superseded", {"superseded"}),
    ("cancelled", {"cancelled"}),
    ("not_applicable", {"not_applicable"}),
)
ACTIVITY_STATUSES = frozenset().union(*(statuses for _, statuses in PRECEDENCE))


def visit_status(activity_statuses: Iterable[str]) -> str:
    """Return the stored status of a timepoint, which follows from those of its activities.

    Raises   ValueError: no activity at all, or an unknown status.
    """
    found = set(activity_statuses)
    if unknown := sorted(found - ACTIVITY_STATUSES):
        raise ValueError(f"unknown activity status {', '.join(unknown)}")
    for status, members in PRECEDENCE:
        if found & members:
            return status
    raise ValueError("a timepoint has at least one activity")
