"""A rise of the creatinine; how urgent a steep one is stands in the table of urgency."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from labs.rules.names import spoken, written
from labs.rules.values import Course, Finding, Rule, Sample, Urgency, may_be_below


@dataclass(frozen=True, slots=True, kw_only=True)
class KidneyRule(Rule):
    """From how many times the baseline, or how many umol/L within how many hours, a creatinine has risen."""

    times_baseline: Decimal
    rise_umol: Decimal
    rise_hours: int


def kidney(rule: KidneyRule, course: Course) -> Finding | None:
    """Return the finding of a rise at the last creatinine after the first infusion; None when it has not risen.

    Against the baseline before the first treatment, or against the lowest value of the hours before.
    """
    values = course.of("creatinine")
    if not values or not course.infusions or values[-1].day < course.infusions[0].day:
        return None
    last = values[-1]
    what = f"{written('creatinine', last.value, last.comparator)} on {spoken(last.day)}"
    baseline = course.baselines.get("creatinine")
    if baseline is not None and not may_be_below(last.value, last.comparator, rule.times_baseline * baseline.value):
        sentence = (
            f"{what}, {rule.times_baseline:f} x the baseline {baseline.value:f} of {spoken(baseline.day)} or more."
        )
        return _risen(rule, sentence, baseline, last)
    lowest = _lowest_before(rule, course, last)
    if lowest is not None and not may_be_below(last.value, last.comparator, lowest.value + rule.rise_umol):
        sentence = f"{what}, {rule.rise_umol:f} or more above the {lowest.value:f} of {rule.rise_hours} hours before."
        return _risen(rule, sentence, lowest, last)
    return None


def _lowest_before(rule: KidneyRule, course: Course, last: Sample) -> Sample | None:
    since = last.at - timedelta(hours=rule.rise_hours)
    recent = []
    for sample in reversed(course.of("creatinine")[:-1]):
        if sample.at < since:
            break
        if sample.comparator not in (">", ">="):
            recent.append(sample)
    return min(recent, key=lambda sample: sample.value, default=None)


def _risen(rule: KidneyRule, sentence: str, *samples: Sample) -> Finding:
    return rule.finding(sentence, *samples)._replace(tier=Urgency.NEXT_WORKING_DAY, direction="high")
