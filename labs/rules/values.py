"""What the rules read and what they answer: frozen values, in each analyte's SI unit."""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeAlias

Number: TypeAlias = Decimal | int | str


class Urgency(StrEnum):
    """How soon a clinician must know, the most urgent first."""

    IMMEDIATE = "immediate"
    SAME_DAY = "same_day"
    NEXT_WORKING_DAY = "next_working_day"


RANK: Mapping[Urgency | None, int] = {tier: rank for rank, tier in enumerate((None, *reversed(Urgency)))}


def more_urgent(one: Urgency | None, other: Urgency | None) -> Urgency | None:
    """Return the more urgent of two tiers; None is the least urgent."""
    return one if RANK[one] >= RANK[other] else other


class Sample(NamedTuple):
    """One analyte's current value of one specimen, in the analyte's SI unit; withdrawn ones are left out.

    `at` is aware, `day` the clinic-local date. `timed` is False where only the day is known. `affected` names what
    distorts the value (transfusion, growth factor). `bound` marks a limit derived from another analyte (ANC from WBC),
    not a measurement. `specimen` is its type.
    """

    at: datetime
    day: date
    analyte: str
    value: Decimal
    comparator: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    affected: tuple[str, ...] = ()
    final: bool = True
    laboratory: str = ""
    assay: str = ""
    specimen: str = ""
    id: Hashable = None
    timed: bool = True
    bound: bool = False


def may_be_below(value: Decimal, comparator: str, limit: Decimal) -> bool:
    """Say whether some value that `comparator` leaves open is below `limit`; nothing measured is below 0."""
    return value < limit if comparator in ("", ">", ">=") else limit > 0


def is_below(value: Decimal, comparator: str, limit: Decimal) -> bool:
    """Say whether every value that `comparator` leaves open is below `limit`."""
    return (value <= limit if comparator == "<" else value < limit) and comparator not in (">", ">=")


def may_be_above(value: Decimal, comparator: str, limit: Decimal) -> bool:
    """Say whether some value that `comparator` leaves open is above `limit`."""
    return value > limit if comparator in ("", "<", "<=") else True


def is_above(value: Decimal, comparator: str, limit: Decimal) -> bool:
    """Say whether every value that `comparator` leaves open is above `limit`."""
    return (value >= limit if comparator == ">" else value > limit) and comparator not in ("<", "<=")


class Infusion(NamedTuple):
    """A therapeutic infusion: its number and the clinic-local date of day 0; `at` its start (aware) where known.

    `course_began`: the day of the first infusion of the tandem course it completes, from which counts are followed.
    """

    number: int
    day: date
    at: datetime | None = None
    course_began: date | None = None


class Course:
    """A patient's samples by analyte in order of time, with the infusions by day, as known on `today`.

    Samples of the same instant keep the order given. `baselines` are those before the first infusion, by analyte:
    what recovery, marrow and kidney are measured against.
    """

    __slots__ = ("baselines", "infusions", "samples", "today")

    def __init__(
        self,
        samples: Iterable[Sample],
        *,
        today: date,
        infusions: Iterable[Infusion] = (),
        baselines: Mapping[str, Sample] | None = None,
    ) -> None:
        by_analyte: dict[str, list[Sample]] = {}
        for sample in samples:
            by_analyte.setdefault(sample.analyte, []).append(sample)
        for values in by_analyte.values():
            values.sort(key=attrgetter("day", "at"))
        self.samples: Mapping[str, Sequence[Sample]] = by_analyte
        self.infusions = tuple(sorted(infusions, key=attrgetter("day")))
        self.baselines: Mapping[str, Sample] = baselines or {}
        self.today = today

    def of(self, analyte: str) -> Sequence[Sample]:
        """Return the samples of `analyte` in order of time."""
        return self.samples.get(analyte, ())

    def after(self, infusion: Infusion, analyte: str) -> Sequence[Sample]:
        """Return the samples of `analyte` from day 1 of `infusion` to the day of the next one, inclusive."""
        values = self.of(analyte)
        first = bisect_right(values, infusion.day, key=attrgetter("day"))
        following = next((each.day for each in self.infusions if each.day > infusion.day), None)
        last = bisect_right(values, following, key=attrgetter("day")) if following else len(values)
        return values[first:last]


class Count(NamedTuple):
    """A day's blood count: every ANC and every platelet value drawn on it, both at least once."""

    day: date
    anc: tuple[Sample, ...]
    platelets: tuple[Sample, ...]


def counts(course: Course, infusion: Infusion) -> list[Count]:
    """Return the days of `course` after `infusion` with a measured ANC and platelets, in order.

    ANC and platelets of one day make one count, whatever report each came in; a bound of the ANC does not.
    """
    platelets = {day: tuple(of) for day, of in groupby(course.after(infusion, "platelets"), attrgetter("day"))}
    measured = (sample for sample in course.after(infusion, "anc") if not sample.bound)
    ancs = ((day, tuple(of)) for day, of in groupby(measured, attrgetter("day")))
    return [Count(day, anc, platelets[day]) for day, anc in ancs if day in platelets]


class Finding(NamedTuple):
    """What a rule found and why: the rule and its version, a sentence for people, the samples and numbers that decided.

    `tier` None is shown, not alerted. `wants` names a step somebody is offered, from and until (inclusive dates).
    """

    rule: str
    version: str
    sentence: str
    at: datetime | None = None
    tier: Urgency | None = None
    direction: str = ""
    samples: tuple[Hashable, ...] = ()
    numbers: tuple[tuple[str, Number], ...] = ()
    wants: str = ""
    wanted_from: date | None = None
    wanted_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as the clinic runs it: `signed` once a clinic has approved its numbers, `on` unless switched off."""

    key: str
    version: str
    title: str
    source: str
    signed: bool
    on: bool

    def finding(self, sentence: str, *samples: Sample, **given: Number) -> Finding:
        """Return a finding of this rule, dated by the last of the `samples` that decided."""
        return Finding(
            self.key,
            self.version,
            sentence,
            at=samples[-1].at if samples else None,
            samples=tuple(sample.id for sample in samples),
            numbers=tuple(given.items()),
        )
