"""Recomputes what the results of one patient say: which version holds, counts, baselines, recovery, what is severe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.oracle.log import Line
from tests.oracle.values import FACTORS, Value, lower_limit, read_limit, read_value

COUNTED = ("anc", "platelets")
SEVERE = {"anc": Decimal("1.0"), "platelets": Decimal(50)}
DAYS_APART = 3
NEVER_FALLEN_FROM = 42
BASELINE_DAYS = 28
RANK = {"preliminary": 0, "final": 1, "corrected": 2}


@dataclass(frozen=True)
class Result:
    """One analyte of one specimen, as the version that holds says."""

    analyte: str
    collected_at: datetime
    status: str
    value: Value | None  # None: an analyte of which the oracle reads no numbers
    line: int
    low: Decimal | None = None  # the limits printed beside it, in SI
    high: Decimal | None = None

    @property
    def day(self) -> date:
        return self.collected_at.date()

    @property
    def is_final(self) -> bool:
        return self.status != "preliminary"


class Results:
    """All results of one patient so far, by what tells them apart: accession, analyte and time of the specimen."""

    def __init__(self, sex: str, born: date) -> None:
        self.sex, self.born = sex, born
        self.held: dict[tuple[str, str, datetime], Result] = {}
        self.by_day: dict[date, list[Result]] = {}
        self.finals: dict[date, set[str]] = {}

    def take(self, line: Line) -> list[Result]:
        """Take a line of results in; return what is news."""
        news = []
        for analyte, (sent, unit, low, high) in line["values"].items():
            value = read_value(analyte, sent, unit)
            if analyte in FACTORS and value is None:
                continue  # held back: nobody knows what it says
            limits = (read_limit(analyte, limit, unit) for limit in (low, high))
            result = Result(analyte, line["collected_at"], line["status"], value, line.number, *limits)
            identity = (line["accession"], analyte, result.collected_at)
            before = self.held.get(identity)
            if before is None or holds_over(result, before):
                self.held[identity] = result
                news += [result] if is_news(result, before) else []
        self._sort_by_day()
        return news

    def _sort_by_day(self) -> None:
        self.by_day = {}
        for result in sorted(self.held.values(), key=lambda each: each.collected_at):
            self.by_day.setdefault(result.day, []).append(result)
        self.finals = {day: {each.analyte for each in found if each.is_final} for day, found in self.by_day.items()}

    def of(self, analyte: str) -> list[Result]:
        """Return the results of one analyte, earliest specimen first."""
        return [each for day in self.by_day.values() for each in day if each.analyte == analyte]

    def finals_of(self, day: date) -> set[str]:
        """Return the analytes with a final result of that day: together they complete what was planned."""
        return self.finals.get(day, set())

    def baseline(self, analyte: str, anchor: date) -> Decimal | None:
        """Return the last final value before an infusion, at most 28 days old."""
        before = [
            each.value.low
            for each in self.of(analyte)
            if each.is_final
            and each.value
            and each.value.exact
            and anchor - timedelta(days=BASELINE_DAYS) <= each.day < anchor
        ]
        return before[-1] if before else None


def holds_over(later: Result, before: Result) -> bool:
    """Decision: of two versions the one of the higher status holds; of two of the same status the first.

    Two of the same status that say different things are a person's to decide between, and without a time of issue
    nothing tells which came later.
    """
    return RANK[later.status] > RANK[before.status]


def is_news(later: Result, before: Result | None) -> bool:
    """Decision: a version that says what the one before said is no news, whatever its status."""
    return before is None or later.value != before.value


# Recovery


@dataclass(frozen=True)
class Course:
    """What the counts after one infusion say, day by day: from day 1 to the day of the next infusion."""

    anchor: date
    judged: list[tuple[date, bool]]  # each count, and whether it is as it should be
    severe: list[tuple[date, bool]]  # each day with a count or one of its values, and whether it is severe by then
    recovered: list[date]  # the day of recovery; after a later fall, once more
    with_counts: list[date]  # the days with a final ANC and platelets


def course_of(results: Results, anchor: date, last: date) -> Course:
    """Return what the counts say that belong to an infusion on `anchor`."""
    days = [day for day in sorted(results.by_day) if anchor < day <= last]
    baselines = {analyte: results.baseline(analyte, anchor) for analyte in COUNTED}
    verdicts = [(day, passes(results, baselines, day)) for day in days]
    judged = [(day, well) for day, well in verdicts if well is not None]
    with_counts = [day for day in days if results.finals_of(day) >= set(COUNTED)]
    return Course(anchor, judged, severe_days(results, days), recoveries(judged, anchor), with_counts)


def passes(results: Results, baselines: dict[str, Decimal | None], day: date) -> bool | None:
    """Tell whether the count of a day is as it should be; None: there is no count, or it cannot be judged.

    Decision: of several values of a day all must pass, and one is enough to fail, a preliminary one too; while one of
    them is preliminary, or known as more or less than something only, they have not all passed.
    """
    values = [each for each in results.by_day[day] if each.analyte in COUNTED and each.value]
    if {each.analyte for each in values} != set(COUNTED):
        return None
    if any(judged_value(results, baselines[each.analyte], each) is False for each in values):
        return False
    sure = all(each.is_final and each.value and each.value.exact for each in values)
    good = all(judged_value(results, baselines[each.analyte], each) for each in values)
    return True if sure and good else None


def judged_value(results: Results, baseline: Decimal | None, result: Result) -> bool | None:
    """Tell whether a value is as it should be: by the limit printed beside it or the usual one, or by the baseline.

    None: no limit is known, or it may lie on either side of it.
    """
    usual = lower_limit(result.analyte, results.sex, results.born, result.day)
    least = least_normal(result.low if result.low is not None else usual, baseline)
    value = result.value
    if least is None or value is None:
        return None
    if value.high < least or (value.low < value.high == least):
        return False
    return True if value.low >= least else None


def least_normal(limit: Decimal | None, baseline: Decimal | None) -> Decimal | None:
    """Return the lower of the lower limit of normal and the baseline, of those that are known."""
    return min((each for each in (limit, baseline) if each is not None), default=None)


def is_believed(day: date, anchor: date, has_fallen: bool) -> bool:
    """Decision: while no count was low, the second of two good ones has to lie on day 42 or after."""
    return has_fallen or (day - anchor).days >= NEVER_FALLEN_FROM


def recoveries(counts: list[tuple[date, bool]], anchor: date) -> list[date]:
    """Return the days of recovery: the second of two good counts 3 days apart; after a later fall, once more."""
    found: list[date] = []
    first, has_fallen, recovered = None, False, False
    for day, well in counts:
        if not well:
            first, has_fallen, recovered = None, True, False
        elif not recovered:
            first = first or day
            recovered = (day - first).days >= DAYS_APART and is_believed(day, anchor, has_fallen)
            found += [day] if recovered else []
    return found


# Severe counts


def is_severe(analyte: str, value: Value) -> bool:
    """Tell whether a value is severe for certain: all that it may be lies below the limit."""
    return value.high < SEVERE[analyte] or (value.low < value.high == SEVERE[analyte])


def severe_days(results: Results, days: list[date]) -> list[tuple[date, bool]]:
    """Return each day with a count, or with one of its values alone, and whether the counts were severe then.

    Decision: preliminary values count here. A value that comes alone makes the counts severe and never better.
    """
    found: list[tuple[date, bool]] = []
    was = False
    for day in days:
        values = {analyte: worst_of(results, analyte, day) for analyte in COUNTED}
        known = {analyte: value for analyte, value in values.items() if value}
        if not known:
            continue
        severe = any(is_severe(analyte, value) for analyte, value in known.items())
        was = severe if len(known) == len(COUNTED) else was or severe
        found.append((day, was))
    return found


def worst_of(results: Results, analyte: str, day: date) -> Value | None:
    """Return the lowest value of one analyte of a day."""
    values = [each.value for each in results.by_day[day] if each.analyte == analyte and each.value]
    return min(values, key=lambda value: value.high, default=None)
