"""Single timepoints as the phases of a protocol: one phase per run of equal steps."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple


class Timepoint(NamedTuple):
    """One action with a fixed offset: `number` weeks or months after the anchor, a window in days."""

    unit: str
    number: int
    kind: str
    before: int
    after: int
    activities: tuple[str, ...]


def runs(timepoints: Sequence[Timepoint]) -> list[list[Timepoint]]:
    """Return the timepoints as runs of equal steps with the same window and activities, in order of time."""
    found: list[list[Timepoint]] = []
    for _, alike in groupby(sorted(timepoints, key=alike_and_number), key=lambda point: alike_and_number(point)[:-1]):
        run: list[Timepoint] = []
        for point in alike:
            if len(run) > 1 and point.number - run[-1].number != run[1].number - run[0].number:
                found.append(run)
                run = []
            run.append(point)
        found.append(run)
    return sorted(found, key=lambda run: run[0].number * (7 if run[0].unit == "weeks" else 30))


def alike_and_number(point: Timepoint) -> tuple[Any, ...]:
    return point.unit, point.kind, sorted(point.activities), point.before, point.after, point.number


def phase_of(run: Sequence[Timepoint], *, cost: int) -> tuple[str, dict[str, Any]]:
    """Return key and table of the phase of one run."""
    first, last = run[0], run[-1]
    named = (
        f"{first.unit} {first.number} to {last.number}" if last is not first else f"{first.unit[:-1]} {first.number}"
    )
    content = {
        "name": f"imaging, {named}" if first.kind == "imaging" else named,
        "kind": first.kind,
        "unit": first.unit,
        "first": first.number,
        "last": last.number,
        "every": run[1].number - first.number if len(run) > 1 else 1,
        "window": {"before": first.before, "after": first.after},
        "activities": list(first.activities),
        "cost": cost,
    }
    return f"{first.kind}_{first.unit}_{first.number}", content
