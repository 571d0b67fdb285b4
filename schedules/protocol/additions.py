"""Timepoints the protocol itself does not have, put among its own (PROTOCOL.md 14)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from schedules.protocol.timeline import ADDED, PlannedTimepoint

ADDED_COST = 850  # a count asked for beyond the plan is asked for because the last one worries


def added_point(
    anchor: date,
    target: date,
    activities: Iterable[str],
    *,
    kind: str = "visit",
    before: int,
    after: int,
    cost: int,
    name: str = "",
) -> PlannedTimepoint:
    """Return a timepoint of its own on `target`, named after its day or `name`; the window is in days."""
    offset = (target - anchor).days
    return PlannedTimepoint(
        name or name_of_day(anchor, target, kind),
        kind,
        target,
        target - timedelta(days=before),
        target + timedelta(days=after),
        tuple(sorted(activities)),
        ADDED,
        "days",
        offset,
        before,
        after,
        cost,
    )


def name_of_day(anchor: date, target: date, kind: str) -> str:
    """Return what a timepoint beyond the protocol is called: after its day ("D65"), a visit of a whole week "W9"."""
    offset = (target - anchor).days
    return f"W{offset // 7}" if kind == "visit" and offset % 7 == 0 else f"D{offset}"


def with_additions(points: Iterable[PlannedTimepoint], additions: Iterable[PlannedTimepoint]) -> list[PlannedTimepoint]:
    """Return `points` with `additions`: their activities join a timepoint of that name and kind, else they stand alone.

    Two additions of one name and kind are one, in the first one's window.
    """
    merged = {(point.timepoint, point.kind): point for point in points}
    for extra in additions:
        key = (extra.timepoint, extra.kind)
        own = merged.get(key)
        both = tuple(sorted({*own.activities, *extra.activities})) if own else extra.activities
        merged[key] = (own or extra)._replace(activities=both)
    return sorted(merged.values(), key=lambda point: (point.target, point.kind, point.timepoint))


class Declined(NamedTuple):
    """An activity declined from a day on, by its target; `until` a day: then it is over, and all before it was."""

    activity: str
    begins: date
    until: date | None = None

    def holds(self, target: date, opens: date, closes: date) -> bool:
        """Say whether it is declined at a timepoint; once it is over, where the window lies wholly in that time."""
        if self.until is None:
            return target >= self.begins
        return self.begins <= opens and closes < self.until


def without_declined(points: Iterable[PlannedTimepoint], declined: Iterable[Declined]) -> list[PlannedTimepoint]:
    """Return `points` without the activities `declined` there; a timepoint left without any falls away."""
    kept = []
    refusals = list(declined)
    for point in points:
        gone = {each.activity for each in refusals if each.holds(point.target, point.opens, point.closes)}
        left = tuple(name for name in point.activities if name not in gone)
        if left:
            kept.append(point if len(left) == len(point.activities) else point._replace(activities=left))
    return kept
