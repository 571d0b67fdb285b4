"""How soon a clinician must know of one value, whatever its grade."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from labs.rules.names import written
from labs.rules.values import Rule, Sample, Urgency, is_above, is_below, may_be_above, may_be_below


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One limit in SI units, or as a multiple of the baseline; exactly one of the three is given.

    `first`: only for the first such value of an episode.
    """

    tier: Urgency
    below: Decimal | None = None
    above: Decimal | None = None
    times_baseline: Decimal | None = None
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyRule(Rule):
    """The table: steps by analyte, the most urgent first; other analytes go by their grade, `quiet` ones by nothing."""

    steps: Mapping[str, tuple[Step, ...]]
    least_grade: int
    least_worsened_grade: int
    quiet: frozenset[str]


class Assessment(NamedTuple):
    """How soon, in which direction the value is off, and why: `limit` is what it was measured against.

    `own`: that is the patient's own, which the value alone does not tell.
    """

    tier: Urgency | None = None
    direction: str = ""
    sentence: str = ""
    limit: str = ""
    own: bool = False


WITHIN = Assessment()
NOTHING_TO_GO_BY = "neither a baseline nor an upper limit is known"
WORDS = {
    Urgency.IMMEDIATE: "at once",
    Urgency.SAME_DAY: "the same day",
    Urgency.NEXT_WORKING_DAY: "the next working day",
}


def urgency(
    rule: UrgencyRule,
    analyte: str,
    value: Decimal,
    comparator: str = "",
    *,
    bound: bool = False,
    baseline: Decimal | None = None,
    high: Decimal | None = None,
    seen_before: bool = False,
) -> Assessment:
    """Return how soon a clinician must know of `value` (SI unit) by the absolute limits of its analyte.

    A comparator that leaves the tier open is read as the worst value it allows; a `bound` from another analyte so only
    once it reaches some tier for certain (an ANC of at most 6 says nothing). `baseline` is the one before the first
    treatment; without it `high`, the upper limit, stands in; without both somebody is asked the next working day.
    `seen_before`: the open episode holds such a value.
    """
    if (steps := rule.steps.get(analyte)) is None:
        return WITHIN
    if bound and not any(_reaches(step, value, comparator, None, certain=True) for step in steps):
        return WITHIN
    reference = high if baseline is None else baseline
    for step in steps:
        if not (step.first and seen_before) and _reaches(step, value, comparator, reference, certain=False):
            return _assessment(step, analyte, value, comparator, baseline, high)
    if reference is None and any(step.times_baseline for step in steps):
        return _told(Urgency.NEXT_WORKING_DAY, "high", written(analyte, value, comparator), NOTHING_TO_GO_BY, own=True)
    return WITHIN


def sample_urgency(rule: UrgencyRule, sample: Sample, *, baseline: Decimal | None, seen_before: bool) -> Assessment:
    """Return `urgency` of a sample."""
    return urgency(
        rule,
        sample.analyte,
        sample.value,
        sample.comparator,
        bound=sample.bound,
        baseline=baseline,
        high=sample.high,
        seen_before=seen_before,
    )


def grade_urgency(
    rule: UrgencyRule, analyte: str, grade: int | None, baseline_grade: int | None, direction: str
) -> Assessment:
    """Return how soon a clinician must know of a CTCAE grade, where the table has no absolute values.

    The next working day for a high grade, or a lower one that is worse than the baseline's; None is not gradable.
    """
    absolute = any(_direction(step) == direction for step in rule.steps.get(analyte, ()))
    if grade is None or absolute or analyte in rule.quiet:
        return WITHIN
    worsened = baseline_grade is not None and grade > baseline_grade and grade >= rule.least_worsened_grade
    if grade < rule.least_grade and not worsened:
        return WITHIN
    limit = f"grade {grade}" + (f", {baseline_grade} at baseline" if worsened else "")
    sentence = f"{limit.capitalize()}: told the next working day."
    return Assessment(Urgency.NEXT_WORKING_DAY, direction, sentence, limit)


class Reading(NamedTuple):
    """What a held-back value may be: an analyte, a value in its SI unit, and what it is measured against, where known.

    `reference` is the baseline or the upper limit.
    """

    analyte: str
    value: Decimal
    comparator: str = ""
    reference: Decimal | None = None


def critical_in(rule: UrgencyRule, readings: Iterable[Reading]) -> Urgency | None:
    """Return the tier of a held-back value: the worst over its possible `readings`.

    Only immediate and same-day count; None when no reading reaches them. A first value is assumed.
    """
    tiers = {
        urgency(rule, each.analyte, each.value, each.comparator, baseline=each.reference).tier for each in readings
    }
    return next((tier for tier in (Urgency.IMMEDIATE, Urgency.SAME_DAY) if tier in tiers), None)


def _reaches(step: Step, value: Decimal, comparator: str, reference: Decimal | None, *, certain: bool) -> bool:
    if step.below is not None:
        return (is_below if certain else may_be_below)(value, comparator, step.below)
    limit = step.above
    if step.times_baseline is not None:
        limit = None if reference is None else step.times_baseline * reference
    return limit is not None and (is_above if certain else may_be_above)(value, comparator, limit)


def _assessment(
    step: Step, analyte: str, value: Decimal, comparator: str, baseline: Decimal | None, high: Decimal | None
) -> Assessment:
    if step.below is not None:
        limit = f"below {step.below:f}"
    elif step.above is not None:
        limit = f"above {step.above:f}"
    elif baseline is not None:
        limit = f"above {step.times_baseline:f} x the baseline {baseline:f}"
    else:
        limit = f"above {step.times_baseline:f} x the upper limit {high:f}, no baseline known"
    open_to = "may be " if comparator else ""
    first = ", the first of the episode" if step.first else ""
    what = written(analyte, value, comparator)
    return _told(step.tier, _direction(step), what, open_to + limit + first, own=step.times_baseline is not None)


def _told(tier: Urgency, direction: str, what: str, limit: str, *, own: bool) -> Assessment:
    return Assessment(tier, direction, f"{what}: {limit}; told {WORDS[tier]}.", limit, own)


def _direction(step: Step) -> str:
    return "low" if step.below is not None else "high"
