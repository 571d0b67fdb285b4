"""Which blood counts are wanted beyond the plan, and on which days. Facts; the visits are made by others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from types import MappingProxyType
from typing import NamedTuple

from labs.rules.monitoring import MonitoringRule, judged
from labs.rules.names import spoken
from labs.rules.values import Count, Course, Finding, Infusion, Rule, Sample, counts, may_be_below

WEEKLY, TWICE_WEEKLY = "weekly_counts", "twice_weekly_counts"
SEVERE, STEM_CELLS = "severe_counts", "stem_cell_counts"
WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalRule(Rule):
    """When weekly counts go on, what engraftment after stem cells is, how the counts lie and how far ahead; in days."""

    decided_on_day: int
    count_after_day: int
    weekly_from_day: int
    weekly_until_day: int
    engrafted_anc: Decimal
    engrafted_anc_days: int
    engrafted_platelets: Decimal
    engrafted_platelets_days: int
    weekly_window_days: int
    twice_weekly_window_days: int
    first_step_days: int
    second_step_days: int
    ahead_days: int


class Followed(NamedTuple):
    """What else decides: recovery, the last stem cells and platelet transfusions, what is followed and in force.

    `low_again`: since when counts are low after the recovery. `followed_from`: nothing reaches back before it.
    `recorded_on`: the last count somebody recorded, with or without results. `in_force`: the days planned by this rule
    already, by key; it goes on until its cause is gone. `decided`: the causes a person decided about.
    """

    recovered_on: date | None = None
    low_again: date | None = None
    stem_cells_on: date | None = None
    transfusions: Sequence[date] = ()
    followed_from: date = date.min
    recorded_on: date | None = None
    in_force: Mapping[str, Sequence[date]] = MappingProxyType({})
    decided: Collection[str] = ()


class WantedCounts(NamedTuple):
    """Counts wanted beyond the plan: `key` which, `about` the cause, `days` the targets, `window` days either side."""

    key: str
    about: str
    finding: Finding
    days: tuple[date, ...]
    window: int


def planned_counts(
    rule: ProvisionalRule, monitoring: MonitoringRule, course: Course, infusion: Infusion, followed: Followed
) -> list[WantedCounts]:
    """Return what is wanted as of today, each with its days: weekly counts, counts twice a week, or nothing.

    Weekly: from `decided_on_day`, while not recovered or without a count after `count_after_day`. Twice a week: while
    the last count is severe, or from a stem-cell infusion until engraftment. `wanted_until` None: until that changes.
    """
    wants = [
        _weekly(rule, course, infusion, counts(course, infusion), followed),
        _severe(rule, monitoring, course, infusion, followed),
    ]
    since = followed.stem_cells_on
    if since is not None and infusion.day <= since <= course.today:
        wants.append(_engrafting(rule, course, infusion, since, followed))
    return [want for want in wants if want is not None]


def _weekly(
    rule: ProvisionalRule, course: Course, infusion: Infusion, counted: Sequence[Count], followed: Followed
) -> WantedCounts | None:
    first = infusion.day + timedelta(rule.weekly_from_day)
    last = infusion.day + timedelta(rule.weekly_until_day)
    decided_on = infusion.day + timedelta(rule.decided_on_day)
    # What is in force ends by recovery or a person's word, not because its last week has begun.
    if course.today < decided_on or (course.today > last and WEEKLY not in followed.in_force):
        return None
    known = counted[-1].anc + counted[-1].platelets if counted else ()
    days = [count.day for count in counted[-1:]] + [day for day in [followed.recorded_on] if day]
    if not days or max(days) <= infusion.day + timedelta(rule.count_after_day):
        if followed.followed_from > decided_on:
            return None  # nobody here could have drawn it
        about, why = "no count", f"no count after day {rule.count_after_day}"
    elif followed.recovered_on is None:
        about, why = "no recovery", f"the counts have not recovered, the last is of {spoken(max(days))}"
    elif followed.low_again is not None and followed.low_again <= decided_on:
        about = f"low again since {followed.low_again}"
        why = f"low again since {spoken(followed.low_again)}, after the recovery of {spoken(followed.recovered_on)}"
    else:
        return None
    want = rule.finding(f"Weekly counts from {spoken(first)} to {spoken(last)}: {why}.", *known)
    want = want._replace(wants=WEEKLY, wanted_from=first, wanted_until=last)
    weeks = range(rule.weekly_from_day, rule.weekly_until_day + 1, WEEK)
    targets = [infusion.day + timedelta(days) for days in weeks]
    kept = tuple(day for day in targets if day >= followed.followed_from)
    return WantedCounts(WEEKLY, about, want, kept, rule.weekly_window_days)


def _severe(
    rule: ProvisionalRule, monitoring: MonitoringRule, course: Course, infusion: Infusion, followed: Followed
) -> WantedCounts | None:
    found = judged(monitoring, course, [infusion])
    run = list(takewhile(lambda each: each.severe, reversed(found)))[::-1]
    if not run or run[-1].day + timedelta(rule.ahead_days) < followed.followed_from:
        return None  # long before anybody here could have acted on it
    want = rule.finding(f"Counts twice a week: that of {spoken(run[-1].day)} is severe.", *run[-1].samples)
    want = want._replace(wants=TWICE_WEEKLY, wanted_from=course.today)
    # An earlier severe count that arrives late does not ask again what a person decided about this run.
    causes = [f"severe since {each.day}" for each in run]
    about = next((cause for cause in causes if cause in followed.decided), causes[0])
    return _twice_weekly(rule, course, SEVERE, about, want, followed, since=run[0].day)


def _engrafting(
    rule: ProvisionalRule, course: Course, infusion: Infusion, stem_cells_on: date, followed: Followed
) -> WantedCounts | None:
    ancs = [s for s in course.after(infusion, "anc") if s.day >= stem_cells_on and not s.bound]
    platelets = [s for s in course.after(infusion, "platelets") if s.day >= stem_cells_on]
    lacking = []
    if _days_at(ancs, rule.engrafted_anc) < rule.engrafted_anc_days:
        lacking.append(f"ANC {rule.engrafted_anc} or more for {rule.engrafted_anc_days} days")
    if not platelets or not _holds_alone(rule, platelets[-1], followed.transfusions):
        without = f"without transfusion for {rule.engrafted_platelets_days} days"
        lacking.append(f"platelets {rule.engrafted_platelets} or more {without}")
    if not lacking:
        return None
    sentence = f"Counts twice a week after the stem cells of {spoken(stem_cells_on)}, until {' and '.join(lacking)}."
    want = rule.finding(sentence, *ancs[-1:], *platelets[-1:])
    want = want._replace(wants=TWICE_WEEKLY, wanted_from=course.today)
    return _twice_weekly(
        rule, course, STEM_CELLS, f"stem cells of {stem_cells_on}", want, followed, since=stem_cells_on
    )


def _twice_weekly(
    rule: ProvisionalRule, course: Course, key: str, about: str, finding: Finding, followed: Followed, *, since: date
) -> WantedCounts:
    """Return the counts three and four days apart in turn that are near, from `since` or on from what is in force.

    A run that turns out to have begun on another day moves nothing that is planned already.
    """
    steps = (rule.first_step_days, rule.second_step_days)
    had = sorted(followed.in_force.get(key, ()))
    gap = (had[-1] - had[-2]).days if len(had) > 1 else rule.second_step_days
    turn = int(gap == rule.first_step_days) if had else 0
    day = had[-1] if had else since
    window, last = timedelta(rule.twice_weekly_window_days), course.today + timedelta(rule.ahead_days)
    coming: list[date] = []
    while sum(steps) > 0 and (day := day + timedelta(steps[turn])) <= last:
        turn = 1 - turn
        if day + window >= course.today:
            coming.append(day)
    return WantedCounts(key, about, finding, (*had, *coming), rule.twice_weekly_window_days)


def _holds_alone(rule: ProvisionalRule, sample: Sample, transfusions: Sequence[date]) -> bool:
    """Say whether platelets reach the limit in `sample` with none given in the days before it, nor since."""
    without = timedelta(rule.engrafted_platelets_days)
    given = any(day > sample.day - without for day in transfusions)
    return sample.final and not sample.affected and not given and not _short(sample, rule.engrafted_platelets)


def _days_at(samples: Sequence[Sample], limit: Decimal) -> int:
    """Return the days between the first and last of the latest samples that all reach `limit`; -1 when none does.

    A preliminary one can only be short.
    """
    run: list[date] = []
    for sample in samples:
        if _short(sample, limit):
            run = []
        elif sample.final:
            run = [*run[:1], sample.day]
    return (run[-1] - run[0]).days if run else -1


def _short(sample: Sample, limit: Decimal) -> bool:
    return may_be_below(sample.value, sample.comparator, limit)
