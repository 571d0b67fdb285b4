"""What becomes of a patient's timepoints, in words: the rows every preview shows, on pages and in the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from schedules.names import timepoint_name
from schedules.protocol.trace import words
from schedules.wording import activity_words


class What(StrEnum):
    """What becomes of a timepoint, as people read it, in the order the counts are shown."""

    DECIDE = "To be decided"
    MOVES = "Moves"
    NEW = "New"
    AGAIN = "Open again"
    OTHER = "Other activities"
    AWAY = "Falls away"
    REPLACED = "Replaced"
    PASSED = "Stays cancelled"
    HELD = "On hold"
    GOES_ON = "Goes on"
    STANDS = "Stands"


class Dates(NamedTuple):
    """Where a timepoint lies: its target and its window, both ends inclusive; clinic-local."""

    target: date
    opens: date
    closes: date


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """What becomes of one timepoint.

    `before` None: it is new; `after` None: it is not part of the plan any more. `more` and `less`: activities it gains
    and loses. `booked_on`: the day of an appointment that stands. `suggested_on`: where that appointment could go.
    `plan_from`: the anchor of its plan as stored before or as it would be. `overdue`: it is open again, or waits no
    longer, and its window has closed.
    """

    what: What
    plan: UUID
    plan_from: date
    visit: UUID | None
    timepoint: str
    kind: str
    before: Dates | None
    after: Dates | None
    activities: Sequence[str] = ()
    more: Sequence[str] = ()
    less: Sequence[str] = ()
    booked_on: date | None = None
    suggested_on: date | None = None
    because: str = ""
    overdue: bool = False

    @property
    def name(self) -> str:
        """The timepoint in words: "Month 6 imaging"."""
        return timepoint_name(self.timepoint, self.kind)

    @property
    def on(self) -> date:
        """The day it is listed under: its target as it would be, else as it was."""
        at = self.after or self.before
        return at.target if at else date.max

    @property
    def days(self) -> int:
        """Days by which the target moves, later being positive; 0 when it does not."""
        return (self.after.target - self.before.target).days if self.before and self.after else 0

    @property
    def shift(self) -> str:
        """The days moved, with a sign: "+3 days"; nothing when it does not move."""
        return f"{self.days:+d} day{'' if abs(self.days) == 1 else 's'}" if self.days else ""

    @property
    def sentence(self) -> str:
        """The whole row as one sentence."""
        return f"{self.name}: {self.said}"

    @property
    def said(self) -> str:
        """What becomes of it, as a sentence without its subject."""
        match self.what:
            case What.DECIDE:
                return self._to_decide()
            case What.MOVES:
                return self._moves() + self._activities()
            case What.NEW:
                return f"new on {self._after()}: {activity_words(self.activities)}."
            case What.AGAIN:
                return f"open again on {self._after()}: {activity_words(self.more)}.{self._overdue()}"
            case What.OTHER:
                return f"stays on {self._after()}.{self._activities()}"
            case What.AWAY:
                return f"falls away: {activity_words(self.less)}." + (f" {self.because}" if self.because else "")
            case What.PASSED:
                return f"stays cancelled, {self.because[:1].lower()}{self.because[1:]}"
            case What.REPLACED:
                return f"replaced by the later plan: {activity_words(self.less)}."
            case What.HELD:
                return f"waits for a decision: {self.because}."
            case What.GOES_ON:
                return f"no longer waits for a decision.{self._overdue()}"
        return self.because

    def _moves(self) -> str:
        to = (
            f"moves by {self.shift}, to {self._after()}."
            if self.days
            else f"keeps {self._after()}, its window changes."
        )
        return f"{to} The appointment of {words(self.booked_on)} still fits." if self.booked_on else to

    def _after(self) -> str:
        return words(self.on)

    def _overdue(self) -> str:
        closed = self.after.closes if self.overdue and self.after else None
        return f" Overdue since {words(closed)}: decide about it." if closed else ""

    def _activities(self) -> str:
        gains = f" With {activity_words(self.more)} as well." if self.more else ""
        return gains + (f" Without {activity_words(self.less)}." if self.less else "")

    def _to_decide(self) -> str:
        booked = f"booked for {words(self.booked_on)}" if self.booked_on else "booked"
        if self.after is None:
            return f"{booked}, but no longer part of the plan. Use the appointment for another visit, or cancel it."
        window = f"{words(self.after.opens)} to {words(self.after.closes)}"
        could = f" The working day nearest to the target is {words(self.suggested_on)}." if self.suggested_on else ""
        return f"{booked}, outside its window ({window}). Move the appointment or keep it with a reason.{could}"


class Count(NamedTuple):
    """How many timepoints share a fate."""

    what: What
    number: int


@dataclass(frozen=True, slots=True)
class DifferenceShown:
    """What a change would do to a patient's plans: every row in order of its day."""

    rows: Sequence[DifferenceRow]

    @property
    def changed(self) -> list[DifferenceRow]:
        """What changes, or waits for a decision."""
        return [row for row in self.rows if row.what != What.STANDS]

    @property
    def stands(self) -> list[DifferenceRow]:
        """What stays as it is."""
        return [row for row in self.rows if row.what == What.STANDS]

    @property
    def overdue(self) -> list[DifferenceRow]:
        """What comes back overdue, each for a person to decide about."""
        return [row for row in self.rows if row.overdue]

    @property
    def to_decide(self) -> list[DifferenceRow]:
        """The appointments a person must decide about."""
        return [row for row in self.rows if row.what == What.DECIDE]

    @property
    def counts(self) -> list[Count]:
        """How many rows of each kind there are, those of none left out."""
        numbers = ((what, sum(row.what == what for row in self.rows)) for what in What)
        return [Count(what, number) for what, number in numbers if number]

    @property
    def sentence(self) -> str:
        """The counts in one line: "3 moves, 2 new, 40 stands"."""
        told = (f"{count.number} {count.what.lower()}" for count in self.counts)
        return ", ".join(told) or "Nothing changes"

    @property
    def fingerprint(self) -> str:
        """A short text that is the same only for the same rows: whether what was looked at is what would be done."""
        return sha256(repr(self.rows).encode()).hexdigest()[:32]

    @property
    def several_plans(self) -> bool:
        """Whether the rows belong to more than one plan, so that each says which."""
        return len({row.plan for row in self.rows}) > 1
