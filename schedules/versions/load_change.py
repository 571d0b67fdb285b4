"""What another protocol version does to the load of a clinic's weeks, plan by plan.

The load as it is now is that of `schedules.reports.load`, which says what counts and in which week; only what a plan
differs by is worked out here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from accounts.models import Clinic
from patients.models import Care
from schedules import protocol as rules
from schedules.plans.life import SAFE_IN_PREGNANCY, Life
from schedules.reports.load import DRAWS, SCANS, counted_by_column
from schedules.versions.stored import Visit, reading

Placed = tuple[Visit, rules.PlannedTimepoint]
HELD = 9  # where a `Visit` says so
WEEKS = 104  # from the week of the day on which it is simulated


class Week(NamedTuple):
    """The load of one week of the clinic from Monday `first`: draws and scans, before and after."""

    first: date
    draws_before: int
    draws_after: int
    scans_before: int
    scans_after: int

    @property
    def name(self) -> str:
        """The ISO week: "2024-W13"."""
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"


class Expected(NamedTuple):
    """What one plan expects on a day."""

    on: date
    activities: frozenset[str]

    @property
    def is_draw(self) -> bool:
        return load_of(self.activities)[0]

    @property
    def scans(self) -> int:
        return load_of(self.activities)[1]


@dataclass
class LoadChange:
    """The draws and scans of each week, by Monday, that a version adds or (below zero) takes away, seen on `today`."""

    today: date
    draws: Counter[date] = field(default_factory=Counter)
    scans: Counter[date] = field(default_factory=Counter)

    def carry(self, changes: rules.Changes[str], placed: Iterable[Placed], visits: Iterable[Visit], life: Life) -> None:
        """Add what a difference makes of the days with a draw and of the scans of one plan, which has `visits`.

        `placed` are those that only get other dates; the rest is in `changes`.
        """
        if life.care != Care.FOLLOWED:
            return  # no load of ours while the follow-up is paused
        differing: dict[object, tuple[Expected | None, Expected | None]] = {}
        for visit, point in placed:
            _, _, _, _, target, _, closes, *_ = visit
            if target == point.target and (closes < self.today) == (point.closes < self.today):
                continue  # another window for the same day
            before = self.expected(visit)
            after = before and self.expected_on(before.activities, point.target, point.closes, None)
            if before != after:
                differing[visit[1]] = before, after
        listed = {visit[1]: visit for visit in visits} if differing or changes.writes else {}
        for change in changes.writes:
            if change.existing is None:
                if change.point and not waits(change.point, life):
                    point = change.point
                    after = self.expected_on(change.added, point.target, point.closes, None)
                    differing[point.timepoint, point.kind] = None, after
            elif not (visit := listed[change.existing.key])[HELD] and self.expected(visit) != self.after(change):
                differing[change.existing.key] = self.expected(visit), self.after(change)
        if not differing:
            return
        stays = (self.expected(visit) for key, visit in listed.items() if key not in differing)
        draws = {each.on for each in stays if each and each.is_draw}
        for side, sign in ((0, -1), (1, 1)):
            found = [each for pair in differing.values() if (each := pair[side])]
            for day in {each.on for each in found if each.is_draw} - draws:
                self.draws[monday_of(day)] += sign
            for each in found:
                self.scans[monday_of(each.on)] += sign * each.scans

    def expected(self, visit: Visit) -> Expected | None:
        """Return what a stored timepoint expects, and on which day; None: nothing, or on no day."""
        _, _, _, _, target, _, closes, _, _, held, booked, listed = visit
        to_do = reading(listed or "")[0]
        return self.expected_on(to_do, target, closes, booked) if to_do and not held else None

    def after(self, change: rules.Change[str]) -> Expected | None:
        """Return what a stored timepoint that changes expects then."""
        was, point = change.existing, change.point
        if was is None:
            return None
        to_do = to_do_after(was, change)
        placed = point if change.dates and point else was
        return self.expected_on(to_do, placed.target, placed.closes, was.booked_on) if to_do else None

    def expected_on(
        self, activities: frozenset[str], target: date, closes: date, booked: date | None
    ) -> Expected | None:
        """Return what is to be done on the day booked, else on its target, today when that has passed."""
        if booked is not None and booked >= self.today:
            return Expected(booked, activities)
        # What is overdue stands on no day.
        return Expected(max(target, self.today), activities) if closes >= self.today else None

    def weeks(self, clinic: Clinic) -> list[Week]:
        """Return the load of every week of `clinic` from the one that holds `today`, those without any included."""
        first = monday_of(self.today)
        mondays = [first + timedelta(weeks=number) for number in range(WEEKS)]
        counted = counted_by_column(clinic, self.today, mondays[-1] + timedelta(days=6))
        scans = [counted[name] for name in SCANS if name in counted]
        found = []
        for monday in mondays:
            drawn, scanned = counted[DRAWS].of(monday)[0], sum(each.of(monday)[0] for each in scans)
            found.append(Week(monday, drawn, drawn + self.draws[monday], scanned, scanned + self.scans[monday]))
        return found


def to_do_after(was: rules.Existing[str], change: rules.Change[str]) -> frozenset[str]:
    """Return what is to be done at a stored timepoint once it has changed."""
    # A draw that is opened again waits for its result.
    return (was.of({"planned"}) - change.closed) | (change.opened - was.cancelled_draws) | change.added


def waits(point: rules.PlannedTimepoint, life: Life) -> bool:
    """Say whether a new timepoint would wait for a decision, since the patient is pregnant."""
    exposes = point.kind == "imaging" or not SAFE_IN_PREGNANCY.issuperset(point.activities)
    return life.pregnant_since is not None and exposes and point.closes >= life.pregnant_since


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


@lru_cache(maxsize=256)
def load_of(activities: frozenset[str]) -> tuple[bool, int]:
    """Return whether some activities ask for a draw, and how many scans they are."""
    return any(rules.is_specimen(each) for each in activities), len(activities.intersection(SCANS))
