"""Blood-count monitoring after an infusion: how closely counts were taken, and which more are wanted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from labs.rules.names import spoken
from labs.rules.values import Count, Course, Finding, Infusion, Rule, Sample, counts, is_below, may_be_below


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringRule(Rule):
    """Days of the infusion between which counts are followed, the longest intervals of each colour, what is severe."""

    first_day: int
    settled_day: int
    last_day: int
    green_days: int
    amber_days: int
    severe_green_days: int
    severe_amber_days: int
    severe: Mapping[str, Decimal]


class Colour(IntEnum):
    """How the longest interval is marked, the worst last."""

    GREEN = 1
    AMBER = 2
    RED = 3


class Gap(NamedTuple):
    """An interval without a count; `severe`: the count before it was, so that less is allowed."""

    begins: date
    ends: date
    severe: bool

    @property
    def days(self) -> int:
        """Return its length."""
        return (self.ends - self.begins).days


class Observed(NamedTuple):
    """How closely counts were taken as of `today`: the longest interval in days and the days it lies between.

    `colour` None: not started, or over before the patient was followed here. `until` is the day to which counts are
    followed, `running` while it is to come. `decided` is the interval that gave the colour, which need not be the
    longest.
    """

    longest: int | None
    colour: Colour | None
    begins: date | None
    ends: date | None
    until: date
    running: bool
    finding: Finding
    decided: Gap | None = None


class LastCount(NamedTuple):
    """The last day with ANC and platelets, and whether it was severe: what the second clock needs."""

    day: date
    severe: bool
    samples: tuple[Sample, ...]


class Judged(NamedTuple):
    """A day of counts, whether they are severe, and the values that say so."""

    day: date
    severe: bool
    samples: tuple[Sample, ...]


def last_count(rule: MonitoringRule, course: Course, infusion: Infusion) -> LastCount | None:
    """Return the last count after `infusion`; None when there is none.

    It is severe too when a value that came alone since then is.
    """
    counted = counts_of_course(course, infusion)
    if not counted:
        return None
    last = counted[-1]
    found = judged(rule, course, infusions_of_course(course, infusion))
    return LastCount(last.day, found[-1].severe, last.anc + last.platelets)


def counts_of_course(course: Course, infusion: Infusion) -> list[Count]:
    """Return the counts since `infusion`, and since the infusions before it in the same tandem course."""
    return [count for each in infusions_of_course(course, infusion) for count in counts(course, each)]


def infusions_of_course(course: Course, infusion: Infusion) -> list[Infusion]:
    """Return `infusion` after those before it in the same tandem course."""
    began = infusion.course_began or infusion.day
    return [each for each in course.infusions if began <= each.day <= infusion.day]


def judged(rule: MonitoringRule, course: Course, infusions: Iterable[Infusion]) -> list[Judged]:
    """Return the counts after `infusions` in order, and among them the values that came alone and are severe.

    A day without ANC or platelets has no count, but one of them, or a limit of the ANC from the leukocytes, can be
    severe.
    """
    found = []
    for infusion in infusions:
        whole = {count.day: count for count in counts(course, infusion)}
        found += [Judged(count.day, severe(rule, count), count.anc + count.platelets) for count in whole.values()]
        alone = [s for key in rule.severe for s in course.after(infusion, key) if s.day not in whole]
        low = [s for s in alone if is_below(s.value, s.comparator, rule.severe[s.analyte])]
        found += [Judged(sample.day, True, (sample,)) for sample in low]
    return sorted(found, key=lambda each: each.day)


def severe(rule: MonitoringRule, count: Count) -> bool:
    """Say whether some value of `count` is, or may be, below a severe limit; affected ones too."""
    return any(may_be_below(s.value, s.comparator, rule.severe[s.analyte]) for s in count.anc + count.platelets)


def observed(
    rule: MonitoringRule,
    course: Course,
    infusion: Infusion,
    recovered_on: date | None,
    prolonged_until: date | None = None,
    followed_from: date = date.min,
) -> Observed:
    """Return the longest interval without a count that holds ANC and platelets, with its colour.

    From `first_day`, not before the patient was `followed_from`, to the later of `settled_day` and recovery, at most
    `last_day` (or `prolonged_until`, while provisional counts go on) or the next infusion, and not beyond today.
    Affected draws count. While it runs, the days since the last draw of all are judged too: the mark is never green on
    stale data.
    """
    began = infusion.course_began or infusion.day
    starts = max(began + timedelta(rule.first_day), followed_from)
    until = _until(rule, course, infusion, recovered_on, prolonged_until)
    if starts > until:
        over = rule.finding(f"Before enrolment: followed here from {spoken(starts)}.")
        return Observed(None, None, None, None, until, False, over)
    if course.today < starts:
        return Observed(None, None, None, None, until, True, rule.finding(f"Not started: begins on {spoken(starts)}."))
    counted = counts_of_course(course, infusion)
    end = min(until, course.today)
    intervals = _intervals(rule, counted, starts, end)
    begins, ends, _ = max(intervals, key=lambda each: each.days)
    judged = list(intervals)
    if course.today <= until:
        before = [count for count in counted if count.day <= end]
        since = max(before[-1].day if before else began, followed_from)
        judged.append(Gap(since, end, bool(before) and severe(rule, before[-1])))
    decided = max(judged, key=lambda each: (_colour(rule, each), each.days))
    longest = (ends - begins).days
    samples = [s for count in counted if count.day in (begins, ends) for s in count.anc + count.platelets]
    sentence = (
        f"Longest interval without a count with ANC and platelets: {longest} days, {spoken(begins)} to {spoken(ends)}."
    )
    finding = rule.finding(sentence, *samples, longest=longest)
    running = course.today <= until
    return Observed(longest, _colour(rule, decided), begins, ends, until, running, finding, decided)


def _until(
    rule: MonitoringRule, course: Course, infusion: Infusion, recovered_on: date | None, prolonged_until: date | None
) -> date:
    last = max(infusion.day + timedelta(rule.last_day), prolonged_until or date.min)
    settled = max(infusion.day + timedelta(rule.settled_day), recovered_on or last)
    following = [each.day for each in course.infusions if each.day > infusion.day]
    return min(last, settled, *following)


def _intervals(rule: MonitoringRule, counted: Sequence[Count], starts: date, end: date) -> list[Gap]:
    """Return the intervals between the counts from `starts` to `end`."""
    before = [count for count in counted if count.day < starts]
    points = [(starts, bool(before) and severe(rule, before[-1]))]
    points += [(count.day, severe(rule, count)) for count in counted if starts <= count.day <= end]
    points.append((end, False))
    return [Gap(earlier, later, bad) for (earlier, bad), (later, _) in pairwise(points)]


def _colour(rule: MonitoringRule, gap: Gap) -> Colour:
    severe = (rule.severe_green_days, rule.severe_amber_days)
    green, amber = severe if gap.severe else (rule.green_days, rule.amber_days)
    if gap.days <= green:
        return Colour.GREEN
    return Colour.AMBER if gap.days <= amber else Colour.RED
