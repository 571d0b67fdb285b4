"""Recomputes the blood counts that come by themselves beyond the plan (PROTOCOL.md 14, docs/additions.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.oracle.results import Course
from tests.oracle.timeline import Timepoint

DECIDED_ON, COUNT_AFTER = 56, 45
WEEKS = (9, 10, 11, 12)
WEEKLY_WINDOW, TWICE_WEEKLY_WINDOW = timedelta(days=3), timedelta(days=1)
STEPS = (3, 4)  # twice a week: three and four days apart in turn
AHEAD = timedelta(days=14)
SEVERE_BEFORE_FOLLOWED = timedelta(days=14)


def weekly(anchor: date) -> list[Timepoint]:
    """Return weeks 9 to 12."""
    targets = [(week, anchor + timedelta(days=7 * week)) for week in WEEKS]
    return [
        Timepoint(f"W{week}", "visit", target, target - WEEKLY_WINDOW, target + WEEKLY_WINDOW, ("cbc",))
        for week, target in targets
    ]


def twice_weekly(target: date, anchor: date) -> Timepoint:
    """Return the draw of one day of a run; its name says how many days after the infusion it is, or whole weeks."""
    opens, closes = target - TWICE_WEEKLY_WINDOW, target + TWICE_WEEKLY_WINDOW
    days = (target - anchor).days
    return Timepoint(f"D{days}" if days % 7 else f"W{days // 7}", "visit", target, opens, closes, ("cbc",))


def weekly_are_wanted(course: Course, today: date) -> bool:
    """Tell whether weekly counts go on after week 8, by what is known on `today`."""
    settled = course.anchor + timedelta(days=DECIDED_ON)
    if today < settled:
        return False
    if not course.recovered or not any((day - course.anchor).days > COUNT_AFTER for day in course.with_counts):
        return True
    by_then = [(day, well) for day, well in course.judged if day <= settled]
    was_low_again = bool(by_then) and not by_then[-1][1]
    return was_low_again and course.recovered[-1] < by_then[-1][0]


def severe_run(course: Course, followed_from: date) -> date | None:
    """Return the first day of the run of severe counts that goes on; None: the last count is not severe."""
    first = None
    for day, severe in course.severe:
        if day < followed_from - SEVERE_BEFORE_FOLLOWED or not severe:
            first = None
        elif first is None:
            first = day
    return first


@dataclass
class Run:
    """Draws twice a week since a severe count; days that are planned stay, whatever count arrives late."""

    since: date
    begun_on: date
    targets: list[date] = field(default_factory=list)
    skipped: set[date] = field(default_factory=set)
    over: bool = False

    def go_on(self, today: date, followed_from: date, counted: set[date]) -> None:
        """Plan the next 14 days; what would be closed already is left out, and what the plan counts on that day anyway.

        Decision: `counted` are the targets of the plan's own weeks, since such a day of a run is that week; beside a
        month's visit on its day it is a draw of its own.
        """
        last, count = self.since, len(self.targets) + len(self.skipped)
        if self.targets or self.skipped:
            last = max([*self.targets, *self.skipped])
        while True:
            last += timedelta(days=STEPS[count % len(STEPS)])
            if last > today + AHEAD:
                return
            count += 1
            closes = last + TWICE_WEEKLY_WINDOW
            if closes < today or closes < followed_from or last in counted:
                self.skipped.add(last)
            else:
                self.targets.append(last)


@dataclass
class Additions:
    """What came by itself to one plan."""

    weeks: list[Timepoint] = field(default_factory=list)
    weeks_wanted: bool = False
    weeks_since: date = date.min
    runs: list[Run] = field(default_factory=list)

    def follow(self, course: Course, followed_from: date, today: date, counted: set[date]) -> None:
        """Look at the counts anew: begin, go on with, or end what goes beyond the plan."""
        were_wanted, self.weeks_wanted = self.weeks_wanted, weekly_are_wanted(course, today)
        if self.weeks_wanted and not were_wanted:
            self.weeks_since = today
        if self.weeks_wanted and not self.weeks:
            self.weeks = [week for week in weekly(course.anchor) if week.closes >= max(today, followed_from)]
        since = severe_run(course, followed_from)
        for run in self.runs:
            run.over = run.over or since is None
        if since is not None:
            if not self.is_running:
                self.runs.append(Run(since, today))
            self.runs[-1].go_on(today, followed_from, counted)

    def move(self, anchor: date) -> None:
        """Move with a corrected infusion what counts from it."""
        names = {week.name for week in self.weeks}
        self.weeks = [week for week in weekly(anchor) if week.name in names]

    @property
    def is_running(self) -> bool:
        """Whether draws twice a week go on."""
        return bool(self.runs) and not self.runs[-1].over

    def timepoints(self, anchor: date) -> list[tuple[Timepoint, bool]]:
        """Return all that was ever planned, and whether it is still wanted.

        Decision: a day of a run that is a whole week is that week; it lies as what began later has it.
        """
        sources = [(self.weeks_since, self.weeks_wanted, self.weeks)]
        sources += [
            (run.begun_on, not run.over, [twice_weekly(target, anchor) for target in run.targets]) for run in self.runs
        ]
        found: dict[str, tuple[Timepoint, bool]] = {}
        for _, is_wanted, timepoints in sorted(sources, key=lambda source: source[0]):
            for each in timepoints:
                if is_wanted or not found.get(each.name, (each, False))[1]:
                    found[each.name] = each, is_wanted
        return list(found.values())
