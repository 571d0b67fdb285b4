"""Recomputes the timepoints of a plan from the protocol, as PROTOCOL.md 1-7 says."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

CORE_MONTHS = 60  # the plan is stored to month 60 at least
AHEAD_MONTHS = 24
FAR = 600  # months: no plan is looked at beyond


@dataclass(frozen=True)
class Timepoint:
    """One timepoint of a plan: `name` such as W5 or M15, its days, and what is done there."""

    name: str
    kind: str
    target: date
    opens: date
    closes: date
    activities: tuple[str, ...]


@dataclass(frozen=True)
class Choices:
    """What is chosen for one patient's plan."""

    imaging_interval: int
    annual_interval: int = 12
    late_imaging_interval: int = 12
    markers: tuple[str, ...] = ()


def add_months(day: date, months: int) -> date:
    """Return the day `months` calendar months after `day`, or the last of that month where it is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def choices_of(protocol: dict[str, Any], indication: str, treatment: dict[str, Any]) -> Choices:
    """Return what is chosen for a plan: the interval of the treatment's line, else the protocol's defaults."""
    markers = protocol["indications"].get(indication, []) if treatment["secreting"] else []
    return Choices(
        imaging_interval=treatment["imaging_interval"],
        annual_interval=protocol["options"]["annual_interval"]["default"],
        late_imaging_interval=protocol["options"]["late_imaging_interval"]["default"],
        markers=tuple(markers),
    )


def step(value: int | str, choices: Choices) -> int:
    """Return a step in months or weeks: a number, or the patient's choice that it names."""
    return value if isinstance(value, int) else getattr(choices, value)


def numbers_of(phase: dict[str, Any], choices: Choices) -> list[int]:
    """Return the numbers of a phase's timepoints (5 of W5), one after the other."""
    every = step(phase["every"], choices)
    number = phase["first"] if "first" in phase else phase["after"] + every
    last = phase.get("last", FAR)
    numbers = []
    while number <= last:
        numbers.append(number)
        number += every
    return closed(numbers, last, phase["closing"]) if "closing" in phase else numbers


def closed(grid: list[int], last: int, closing: dict[str, int]) -> list[int]:
    """Return the grid with a scan at `last`; one less than `replace_under` months before it gives way."""
    return [number for number in grid if last - number >= closing["replace_under"]] + [last]


def activities_of(phase: dict[str, Any], number: int, choices: Choices) -> tuple[str, ...]:
    """Return what is done at one timepoint of a phase."""
    activities = list(phase["activities"])
    between = phase.get("between")
    if between and (number - phase["after"]) % step(between["visits_every"], choices):
        activities = list(between["activities"])
    if phase.get("markers_every") and number % phase["markers_every"] == 0:
        activities += choices.markers
    return tuple(activities)


def timepoints_of(phase: dict[str, Any], anchor: date, choices: Choices) -> list[Timepoint]:
    """Return the timepoints of one phase."""
    before, after = (timedelta(days=phase["window"][side]) for side in ("before", "after"))
    timepoints = []
    for number in numbers_of(phase, choices):
        weeks = phase["unit"] == "weeks"
        target = anchor + timedelta(days=7 * number) if weeks else add_months(anchor, number)
        name = f"{'W' if weeks else 'M'}{number}"
        activities = activities_of(phase, number, choices)
        timepoints.append(Timepoint(name, phase["kind"], target, target - before, target + after, activities))
    return timepoints


def whole_plan(protocol: dict[str, Any], anchor: date, choices: Choices) -> list[Timepoint]:
    """Return every timepoint of a plan, far beyond what is stored, by kind and target."""
    found = [each for phase in protocol["phases"].values() for each in timepoints_of(phase, anchor, choices)]
    return sorted(found, key=lambda timepoint: (timepoint.kind, timepoint.target))


def stored_part(plan: list[Timepoint], anchor: date, today: date) -> list[Timepoint]:
    """Return what of a plan is stored on `today`: up to month 60 or two years ahead, and of each kind the next one."""
    until = max(add_months(anchor, CORE_MONTHS), add_months(today, AHEAD_MONTHS))
    stored = [timepoint for timepoint in plan if timepoint.target <= until]
    for kind in sorted({timepoint.kind for timepoint in plan}):
        beyond = [timepoint for timepoint in plan if timepoint.kind == kind and timepoint.target > until]
        stored += beyond[:1]
    return stored


class Plans:
    """The plans of one protocol, each computed once."""

    def __init__(self, protocol: dict[str, Any]) -> None:
        self.protocol = protocol
        self.plan = cache(lambda anchor, choices: whole_plan(protocol, anchor, choices))
