"""What a plan has against what it should have: the difference, before anything is changed (PROTOCOL.md 12-14)."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from schedules.protocol.timeline import ADDED, PlannedTimepoint

Key = TypeVar("Key", bound=Hashable)
OPEN = frozenset({"planned", "drawn"})
CANCELLED_DRAW = "cancelled_draw"  # cancelled while a specimen of it waited for its result
ENDED = "ended"  # cancelled because the whole plan ended, not because it was no longer part of it
CLOSED_BY_PLAN = frozenset({"cancelled", "superseded", ENDED, CANCELLED_DRAW})
# Closed for a reason that lies outside the timepoint; when that is gone, it stands as it stood before.
CLOSED_FROM_OUTSIDE = frozenset({"superseded", ENDED})
# A day on which something happened, or was decided not to, stands; so do the dates of its timepoint.
HAPPENED = frozenset({"done", "done_elsewhere", "drawn", "missed", CANCELLED_DRAW})


@dataclass(frozen=True, slots=True)
class Existing(Generic[Key]):
    """A stored timepoint: its dates (clinic-local; the window is inclusive) and the status of each activity.

    `booked_on`: the day of an appointment that stands, past or future. `reasons`: why activities were cancelled.
    """

    key: Key
    timepoint: str
    kind: str
    target: date
    opens: date
    closes: date
    cost: int
    phase: str
    activities: Mapping[str, str]
    booked_on: date | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def happened(self) -> bool:
        """Whether something of it was done, drawn or decided, so that its dates stand."""
        return not HAPPENED.isdisjoint(self.activities.values())

    @property
    def open(self) -> frozenset[str]:
        """The activities still to be done, or drawn and waiting for their result."""
        return self.of(OPEN)

    @property
    def closed_by_plan(self) -> frozenset[str]:
        """The activities an earlier difference cancelled or superseded."""
        return self.of(CLOSED_BY_PLAN)

    @property
    def cancelled_draws(self) -> frozenset[str]:
        """The activities that were cancelled although a specimen of them waits for its result."""
        return self.of({CANCELLED_DRAW})

    def otherwise(self, because: str) -> frozenset[str]:
        """Return the activities closed with their plan, or in a time away, for another reason than `because`."""
        return frozenset(name for name in self.of({ENDED}) if because and self.reasons.get(name) != because)

    def stands_at(self, point: PlannedTimepoint) -> bool:
        """Say whether it has the dates, cost and phase of `point`."""
        placed = (self.target, self.opens, self.closes, self.cost, self.phase)
        return placed == (point.target, point.opens, point.closes, point.cost, point.phase)

    def of(self, statuses: Collection[str]) -> frozenset[str]:
        """Return the activities in one of `statuses`."""
        return frozenset(name for name, status in self.activities.items() if status in statuses)


class Away(NamedTuple):
    """A time, over by now, in which nothing was wanted of us: from `begins` to the day before `until`, and why."""

    begins: date
    until: date
    because: str

    def holds(self, opens: date, closes: date) -> bool:
        """Say whether a window, both ends inclusive, lies wholly in this time."""
        return self.begins <= opens and closes < self.until


@dataclass(frozen=True, slots=True)
class Change(Generic[Key]):
    """What becomes of one timepoint: the stored one, what is wanted, and the activities that differ.

    `existing` None: it is new. `point` None: it is not wanted any more. `opened` are stored activities to open again,
    `added` new ones, `closed` those to cancel, or to supersede when they are `replaced` by a later plan. `dates` says
    whether target, window or cost change. `because`: the time away in which its window lies, in words.
    """

    existing: Existing[Key] | None
    point: PlannedTimepoint | None
    opened: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    dates: bool = False
    replaced: bool = False
    because: str = ""

    @property
    def writes(self) -> bool:
        """Whether anything is stored for it."""
        return bool(self.opened or self.added or self.closed or self.dates)

    @property
    def shift(self) -> int:
        """Days by which the target moves; 0 for what is new, closed or stands."""
        return (self.point.target - self.existing.target).days if self.dates and self.point and self.existing else 0


class Changes(NamedTuple, Generic[Key]):
    """The difference, each timepoint in exactly one place, in order of the targets.

    `keep` what stands (a booked one may learn its new window), `move` open ones with other dates or activities, `add`
    new ones and ones opened again, `cancel` and `supersede` open ones that are not wanted, `conflict` booked ones a
    person must decide about: the appointment lies outside the new window, or nothing is wanted there any more.
    """

    keep: tuple[Change[Key], ...] = ()
    move: tuple[Change[Key], ...] = ()
    add: tuple[Change[Key], ...] = ()
    cancel: tuple[Change[Key], ...] = ()
    supersede: tuple[Change[Key], ...] = ()
    conflict: tuple[Change[Key], ...] = ()

    @property
    def writes(self) -> list[Change[Key]]:
        """Everything that has to be stored; empty when the plan is as it should be."""
        return [change for part in self for change in part if change.writes]


def replan(
    existing: Iterable[Existing[Key]],
    wanted: Iterable[PlannedTimepoint],
    today: date,
    *,
    replaced_on: date | None = None,
    ended: bool = False,
    because: str = "",
    in_error: bool = False,
    away: Sequence[Away] = (),
) -> Changes[Key]:
    """Return what changes `existing` into `wanted`, as seen on `today`; nothing that happened moves.

    `replaced_on`: the day of the infusion whose plan follows: what is open on or after it is superseded, by the day it
    should have, and stays so whatever ends follow-up later. `ended`: nothing else of the plan is wanted any more, not
    even what is overdue, and `because` says why; a specimen that was drawn waits for its result all the same.
    `in_error`: nor that, since the plan should never have been. `away`: what lies wholly in such a time is closed, and
    stays so once it is over. Otherwise an overdue timepoint of the protocol stays until somebody decides, wanted or
    not, and one that is new is left out when its window has closed: nobody could have known of it. The plan of an
    infusion entered after a later one keeps what it would have had, superseded from the start. Replanning what was
    replanned gives only `keep` and the conflicts still to be decided.
    """
    stored = {(each.timepoint, each.kind): each for each in existing}
    ended = ended or in_error
    points = {} if ended else {(point.timepoint, point.kind): point for point in wanted}
    replaced = {key for key, point in points.items() if replaced_on and point.target >= replaced_on}
    parts: dict[str, list[Change[Key]]] = {name: [] for name in Changes._fields}
    for key, each in stored.items():
        point = points.get(key)
        # What is no longer wanted at all is replaced by the day it has.
        later = key in replaced or (point is None and replaced_on is not None and each.target >= replaced_on)
        gone = None if in_error or later else _away(each, point, away)
        if gone:
            part, change = _passed(each, gone, today)
        elif point is None or key in replaced:
            part, change = _unwanted(
                each,
                today,
                replaced=later and not in_error,
                point=point if key in replaced else None,
                ended=ended and not later,
                because="" if later else because,
                in_error=in_error,
            )
        else:
            part, change = _wanted(each, point, today)
        parts[part].append(change)
    for key, point in points.items():
        if not stored or (key not in stored and key not in replaced and point.closes >= today):
            gone = None if key in replaced else next((a for a in away if a.holds(point.opens, point.closes)), None)
            part = "supersede" if key in replaced else "cancel" if gone else "add"
            added, because = frozenset(point.activities), gone.because if gone else ""
            parts[part].append(Change(None, point, added=added, dates=True, replaced=key in replaced, because=because))
    return Changes(**{name: tuple(sorted(part, key=_order)) for name, part in parts.items()})


def _away(each: Existing[Key], point: PlannedTimepoint | None, away: Iterable[Away]) -> Away | None:
    """Return the time away in which a timepoint lies, by the window it should have, else by its own; None: in none.

    An addition that is not wanted any more falls away as ever.
    """
    if point is None and each.phase == ADDED:
        return None
    at = point or each
    return next((time for time in away if time.holds(at.opens, at.closes)), None)


def _passed(each: Existing[Key], gone: Away, today: date) -> tuple[str, Change[Key]]:
    """Return what becomes of a stored timepoint that lies in a time away, and its place in the difference.

    What was done, drawn or decided of it stands; the rest is closed, and says why.
    """
    closed = each.of({"planned", "superseded"}) | each.otherwise(gone.because)
    change = Change(each, None, opened=each.cancelled_draws, closed=closed, because=gone.because)
    if each.booked_on is not None and each.booked_on >= today and closed | each.of({ENDED}):
        return "conflict", change
    if not change.writes:
        return "keep", change
    return "cancel" if closed else "add", change


def _unwanted(
    each: Existing[Key],
    today: date,
    *,
    replaced: bool,
    point: PlannedTimepoint | None,
    ended: bool,
    because: str,
    in_error: bool,
) -> tuple[str, Change[Key]]:
    """Return what becomes of a stored timepoint that the plan should not have open, and its place in the difference.

    `point`: where it would be, had no later plan replaced it; there it goes, so that its dates stay true.
    """
    booked = each.booked_on is not None and each.booked_on >= today
    if in_error:
        # What was closed for another reason before is closed for this one now.
        opened, closed = frozenset[str](), each.open | each.of({"superseded"}) | each.otherwise(because)
    elif ended:
        opened, closed = each.cancelled_draws, each.of({"planned", "superseded"}) | each.otherwise(because)
    else:
        # A specimen that was drawn waits for its result, whatever the plan says.
        opened, closed = each.cancelled_draws, each.of({"planned"})
        stays = each.closes < today and each.phase != ADDED
        if replaced:
            closed |= each.of({"cancelled", ENDED}) if point else each.of({ENDED})
        elif stays:
            opened, closed = opened | each.of(CLOSED_FROM_OUTSIDE), frozenset()
        else:
            closed |= each.of(CLOSED_FROM_OUTSIDE)
    told = because if each.otherwise(because) else ""
    dates = point is not None and not booked and not each.happened and not each.stands_at(point)
    change = Change(each, point if dates else None, opened, frozenset(), closed, dates, replaced, told)
    left = (each.of({"planned"}) - closed) | (opened - each.cancelled_draws)
    if booked and not left and closed | (each.closed_by_plan - opened):
        return "conflict", change
    if not (opened or closed):
        return "keep", change
    if opened and not closed:
        return "add", change
    return "supersede" if replaced else "cancel", change


def _wanted(each: Existing[Key], point: PlannedTimepoint, today: date) -> tuple[str, Change[Key]]:
    """Return what becomes of a stored timepoint that the plan should have, and its place in the difference."""
    change = _towards(each, point, today)
    booked = each.booked_on if each.booked_on is not None and each.booked_on >= today else None
    left = (each.open - change.closed) | change.opened | change.added
    if booked and left and not each.happened and not point.opens <= booked <= point.closes:
        return "conflict", change
    if booked and not left and change.closed | each.closed_by_plan:
        return "conflict", change
    if not change.writes or (booked and not (change.opened or change.added or change.closed)):
        return "keep", change
    return ("move" if each.open else "add"), change


def _towards(each: Existing[Key], point: PlannedTimepoint, today: date) -> Change[Key]:
    """Return what makes the open part of a stored timepoint as `point` wants it."""
    asked = frozenset(point.activities)
    opened = (each.closed_by_plan & asked) | each.cancelled_draws
    closed = each.of({"planned"}) - asked
    # What is left without a place in the plan was closed for that reason, whatever closed it first.
    closed |= each.of(CLOSED_FROM_OUTSIDE) - asked
    decided = each.activities.keys() - each.open - each.closed_by_plan
    if not each.open and not opened and (decided or point.closes < today):
        # A decided visit is not asked for more, nor is one that closed while nothing of it was wanted.
        return Change(each, point, closed=closed)
    added = asked - each.activities.keys()
    # Where nothing is open there is nothing to place.
    left = (each.open - closed) | opened | added
    return Change(each, point, opened, added, closed, bool(left and not each.happened and not each.stands_at(point)))


def _order(change: Change[Key]) -> tuple[date, str, str]:
    return next((at.target, at.kind, at.timepoint) for at in (change.point, change.existing) if at)
