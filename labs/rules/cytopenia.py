"""Low counts that last, come back or grow worse, and a rising MCV: the question of MDS or leukaemia."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from labs.rules.names import name, spoken, written
from labs.rules.values import Course, Finding, Infusion, Rule, Sample, Urgency, is_below, may_be_below

WORKUP = "cytopenia_workup"
QUESTION = "Question of MDS or leukaemia."


@dataclass(frozen=True, slots=True, kw_only=True)
class CytopeniaRule(Rule):
    """The limits (SI) below which a count is low, how long is long, and what a worsening and a rise of the MCV are."""

    limits: Mapping[str, Decimal]
    alert_months: int
    workup_months: int
    acute_days: int
    worsened_to: Decimal
    mcv_rise: Decimal
    mcv_apart_days: int


def cytopenia(rule: CytopeniaRule, course: Course, infusion: Infusion, recovered_on: date | None) -> list[Finding]:
    """Return what the counts after `infusion` ask, by analyte; each finding is told the next working day."""
    found: list[Finding | None] = []
    for analyte in rule.limits:
        decided = [s for s in course.after(infusion, analyte) if _is_decided(rule, course, s)]
        low = _low_run(rule, course, decided)
        found += [_persisting(rule, low), _new(rule, infusion, low, recovered_on), _worsening(rule, infusion, low)]
    found.append(rising_mcv(rule, course, infusion))
    return [each._replace(tier=Urgency.NEXT_WORKING_DAY) for each in found if each is not None]


def _is_low(rule: CytopeniaRule, course: Course, sample: Sample) -> bool:
    """Say whether `sample` is below the limit, and below its lower limit and its baseline where they are known."""
    return all(is_below(sample.value, sample.comparator, limit) for limit in _limits(rule, course, sample))


def _is_decided(rule: CytopeniaRule, course: Course, sample: Sample) -> bool:
    """Say whether `sample` is certainly low or certainly not; an affected one can only be low."""
    if not sample.final or sample.bound:
        return False
    if _is_low(rule, course, sample):
        return True
    reached = any(not may_be_below(sample.value, sample.comparator, limit) for limit in _limits(rule, course, sample))
    return reached and not sample.affected


def _limits(rule: CytopeniaRule, course: Course, sample: Sample) -> list[Decimal]:
    baseline = course.baselines.get(sample.analyte)
    known = (rule.limits[sample.analyte], sample.low, baseline.value if baseline else None)
    return [limit for limit in known if limit is not None]


def _low_run(rule: CytopeniaRule, course: Course, decided: Sequence[Sample]) -> list[Sample]:
    """Return the last samples that are all low; empty when the last is not."""
    start = len(decided)
    while start and _is_low(rule, course, decided[start - 1]):
        start -= 1
    return list(decided[start:])


def _persisting(rule: CytopeniaRule, low: Sequence[Sample]) -> Finding | None:
    if not low or low[-1].day < low[0].day + relativedelta(months=rule.alert_months):
        return None
    first, last = low[0], low[-1]
    lasting = f"{_low(rule, last)} on {spoken(last.day)}, low since {spoken(first.day)}"
    if last.day >= first.day + relativedelta(months=rule.workup_months):
        sentence = f"{lasting}, {rule.workup_months} months or more: work-up (smear, marrow, cytogenetics). {QUESTION}"
        return rule.finding(sentence, first, last)._replace(direction="low", wants=WORKUP)
    sentence = f"{lasting}, {rule.alert_months} months or more. {QUESTION}"
    return rule.finding(sentence, first, last)._replace(direction="low", wants=WORKUP)


def _new(rule: CytopeniaRule, infusion: Infusion, low: Sequence[Sample], recovered_on: date | None) -> Finding | None:
    if not low or recovered_on is None or low[0].day <= recovered_on:
        return None
    first = low[0]
    day = (first.day - infusion.day).days
    sentence = f"{_low(rule, first)} on {spoken(first.day)}, new after the recovery of {spoken(recovered_on)}."
    if day <= rule.acute_days:
        sentence += f" Day {day} can still be the nadir."
    else:
        sentence += f" {QUESTION}"
    return rule.finding(sentence, *low)._replace(direction="low", wants=WORKUP if day > rule.acute_days else "")


def _worsening(rule: CytopeniaRule, infusion: Infusion, low: Sequence[Sample]) -> Finding | None:
    """Return the finding when the last three low values after the acute phase fall, to `worsened_to` or less."""
    acute = infusion.day + timedelta(rule.acute_days)
    last = [s for s in low[-3:] if s.day > acute and not s.affected and not s.comparator]
    if len(last) < 3 or not last[0].value > last[1].value > last[2].value:
        return None
    if last[2].value > rule.worsened_to * last[0].value:
        return None
    before = f"{last[0].value:f} on {spoken(last[0].day)}"
    sentence = f"{_low(rule, last[2])} on {spoken(last[2].day)}, falling from {before}. {QUESTION}"
    return rule.finding(sentence, *last)._replace(direction="low", wants=WORKUP)


def _low(rule: CytopeniaRule, sample: Sample) -> str:
    what = written(sample.analyte, sample.value, sample.comparator)
    return f"{what} (below {rule.limits[sample.analyte]:f})"


def rising_mcv(rule: CytopeniaRule, course: Course, infusion: Infusion) -> Finding | None:
    """Return the finding of a rising MCV: above its upper limit on all counts over `mcv_apart_days` or more.

    Each of them `mcv_rise` fL or more above the baseline; with no baseline the last must be above the first.
    """
    baseline = course.baselines.get("mcv")
    raised: list[Sample] = []
    for sample in course.after(infusion, "mcv"):
        if sample.final and not sample.affected and not sample.comparator and sample.high is not None:
            above = sample.value > sample.high and (baseline is None or sample.value >= baseline.value + rule.mcv_rise)
            raised = [*raised[:1], sample] if above else []
    if len(raised) < 2 or (raised[1].day - raised[0].day).days < rule.mcv_apart_days:
        return None
    first, last = raised
    if baseline is None and last.value <= first.value:
        return None
    since = f"baseline {baseline.value:f}" if baseline else f"{first.value:f} on {spoken(first.day)}, no baseline"
    now = f"{name('mcv')} {last.value:f} fL on {spoken(last.day)}"
    sentence = f"{now}, above the upper limit since {spoken(first.day)} ({since})."
    return rule.finding(f"{sentence} {QUESTION}", first, last)._replace(direction="high", wants=WORKUP)
