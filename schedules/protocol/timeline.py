"""From a date of infusion to the dates of its follow-up."""

from datetime import date
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from schedules.protocol.definition import Protocol
from schedules.protocol.grid import Slot, slots_until
from schedules.protocol.options import Options

HORIZON = relativedelta(months=24)
ADDED = "added"  # the phase of timepoints that are not the protocol's own (PROTOCOL.md 14)
LATEST_UNTIL = date(9998, 12, 31)  # a window after it might not fit the calendar


class PlannedTimepoint(NamedTuple):
    """One timepoint of a patient's timeline.

    The target lies `offset` days or months (`offset_unit`) after the anchor. The window `opens` to `closes`
    is inclusive, `before` and `after` are its days. A higher `cost` is a worse miss.
    """

    timepoint: str
    kind: str
    target: date
    opens: date
    closes: date
    activities: tuple[str, ...]
    phase: str
    offset_unit: str
    offset: int
    before: int
    after: int
    cost: int


class Continuation(NamedTuple):
    """How the timeline goes on without end: steps of the physician visit and of imaging, in months."""

    visits: int
    imaging: int

    @property
    def sentence(self) -> str:
        """Return the words for preview and paper."""
        if self.visits == self.imaging:
            return f"continues every {self.visits} months"
        return f"visits continue every {self.visits} months, imaging every {self.imaging} months"


def timeline(protocol: Protocol, anchor: date, options: Options, *, until: date) -> list[PlannedTimepoint]:
    """Return every timepoint with a target on or before `until`, by target, kind and timepoint.

    Offsets count from the anchor (day 0, clinic-local date), never from the previous timepoint, so month ends
    do not drift.

    Raises   OptionError: the protocol does not offer these options.
    Raises   ValueError: `until` is so late that a window would not fit the calendar.
    """
    if until > LATEST_UNTIL:
        raise ValueError(f"{until} is too late; choose a date up to {LATEST_UNTIL}")
    months = (until.year - anchor.year) * 12 + until.month - anchor.month
    points = []
    for slot in slots_until(protocol, options, months):
        if slot.month > months:
            continue
        target = anchor + slot.shift
        if target <= until:
            points.append(_place(slot, target))
    points.sort(key=_order)
    return points


def _place(slot: Slot, target: date) -> PlannedTimepoint:
    return PlannedTimepoint(
        slot.timepoint,
        slot.kind,
        target,
        target - slot.opens,
        target + slot.closes,
        slot.activities,
        slot.phase,
        slot.offset_unit,
        slot.offset,
        slot.before,
        slot.after,
        slot.cost,
    )


def _order(point: PlannedTimepoint) -> tuple[date, str, str]:
    return point.target, point.kind, point.timepoint


def stored_timeline(protocol: Protocol, anchor: date, options: Options, *, today: date) -> list[PlannedTimepoint]:
    """Return the part of the timeline that is kept as rows on `today`: the rolling horizon of PROTOCOL.md 5.

    That is every target on or before the later of M60 and `today` + 24 months, and of each kind, visit and
    imaging, the next one after it. It only grows with `today`: what an earlier day stored is part of it.
    """
    horizon = max(anchor + relativedelta(months=fixed_months(protocol)), today + HORIZON)
    reach = horizon + relativedelta(months=_longest_endless_step(protocol, options))
    kept: list[PlannedTimepoint] = []
    kinds_beyond: set[str] = set()
    for point in timeline(protocol, anchor, options, until=reach):
        if point.target <= horizon:
            kept.append(point)
        elif point.kind not in kinds_beyond:
            kinds_beyond.add(point.kind)
            kept.append(point)
    return kept


def latest_to_extend(protocol: Protocol, *, today: date) -> date:
    """Return a day such that no plan anchored after it can have grown: its `stored_timeline` still ends with M60.

    Months differ in length, so it lies a few days later than need be.
    """
    return today + HORIZON - relativedelta(months=fixed_months(protocol)) + relativedelta(days=3)


def fixed_months(protocol: Protocol) -> int:
    """Return the last month of the phases that have an end (60)."""
    return max((phase.last or 0 for phase in protocol.phases if phase.unit == "months"), default=0)


def _longest_endless_step(protocol: Protocol, options: Options) -> int:
    return max((phase.step(options) for phase in protocol.phases if phase.last is None), default=0)


def continues(protocol: Protocol, options: Options) -> Continuation | None:
    """Return how the timeline goes on without end; None when a phase of visits or of imaging has an end."""
    steps: dict[str, int] = {}
    for phase in protocol.phases:
        if phase.last is None:
            between = phase.between
            steps[phase.kind] = int(getattr(options, between.visits_every)) if between else phase.step(options)
    return Continuation(steps["visit"], steps["imaging"]) if {"visit", "imaging"} <= steps.keys() else None
