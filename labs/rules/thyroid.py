"""What a TSH and a free T4 ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from labs.rules.names import spoken, written
from labs.rules.values import Course, Finding, Rule, Sample, Urgency, is_above, is_below, may_be_below

REPEAT, CLINICIAN = "repeat_thyroid", "clinician"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThyroidRule(Rule):
    """From which TSH (mIU/L) a clinician sees it and within how many working days, when it is repeated, who is young,
    and for how many days after iodide or contrast a value is marked."""

    tsh: Decimal
    working_days: int
    repeat_from_weeks: int
    repeat_until_weeks: int
    child_years: int
    exposure_days: int


class Exposure(NamedTuple):
    """Iodide (also as thyroid blockade) or iodinated contrast, from one day to another, inclusive."""

    what: str
    first: date
    last: date


class ThyroidFacts(NamedTuple):
    """What else decides: pregnancy, levothyroxine with the patient's own TSH target (mIU/L), exposures to iodine."""

    birth_date: date
    pregnant: bool = False
    levothyroxine: bool = False
    target: tuple[Decimal, Decimal] | None = None
    exposures: tuple[Exposure, ...] = ()


def thyroid(rule: ThyroidRule, course: Course, facts: ThyroidFacts) -> Finding | None:
    """Return what the last TSH, with the free T4 of its day, or a later free T4 asks for; None when nothing.

    `wants` "clinician": within `working_days` working days; "repeat_thyroid": TSH with free T4, between two dates.
    """
    tsh = course.of("tsh")[-1] if course.of("tsh") else None
    ft4 = course.of("ft4")[-1] if course.of("ft4") else None
    if ft4 and tsh and ft4.day < tsh.day:
        ft4 = None
    if ft4 and tsh and tsh.day < ft4.day:
        tsh = None
    used = [sample for sample in (tsh, ft4) if sample]
    if not used:
        return None
    found = _judged(rule, tsh, ft4, facts, used)
    if found is None:
        return None
    near = _near(rule, used[-1].day, facts.exposures)
    return found._replace(sentence=f"{found.sentence} {near}") if near else found


def _judged(
    rule: ThyroidRule, tsh: Sample | None, ft4: Sample | None, facts: ThyroidFacts, used: list[Sample]
) -> Finding | None:
    low, high, against = _range(tsh, facts)
    what = (
        "; ".join(written(each.analyte, each.value, each.comparator) for each in used) + f" on {spoken(used[-1].day)}"
    )
    raised = tsh is not None and high is not None and is_above(tsh.value, tsh.comparator, high)
    if reasons := _reasons(rule, tsh, ft4, facts, raised):
        sentence = f"{what}: {', '.join(reasons)}. A clinician within {rule.working_days} working days."
        found = rule.finding(sentence, *used, working_days=rule.working_days)
        direction = (
            "high" if tsh is not None and (raised or not may_be_below(tsh.value, tsh.comparator, rule.tsh)) else "low"
        )
        return found._replace(tier=Urgency.NEXT_WORKING_DAY, direction=direction, wants=CLINICIAN)
    if raised:
        return _repeat(rule, ft4, used, f"{what}: TSH above {against}")
    if tsh is not None and low is not None and is_below(tsh.value, tsh.comparator, low):
        found = rule.finding(f"{what}: TSH below {against}.", *used)
        return found._replace(tier=Urgency.NEXT_WORKING_DAY, direction="low")
    if tsh is not None and (low is None or high is None):
        return rule.finding(f"{what}: not judged, no range for the TSH.", *used)
    return None


def _range(tsh: Sample | None, facts: ThyroidFacts) -> tuple[Decimal | None, Decimal | None, str]:
    if facts.levothyroxine and facts.target is not None:
        low, high = facts.target
        return low, high, f"the patient's target {low:f}-{high:f} on levothyroxine"
    range_of = "the reference range" + (", on levothyroxine without a target" if facts.levothyroxine else "")
    return (tsh.low, tsh.high, range_of) if tsh else (None, None, range_of)


def _reasons(rule: ThyroidRule, tsh: Sample | None, ft4: Sample | None, facts: ThyroidFacts, raised: bool) -> list[str]:
    """Return why a clinician must see it; empty when none need."""
    reasons = []
    if tsh is not None and not may_be_below(tsh.value, tsh.comparator, rule.tsh):
        reasons.append(f"TSH {rule.tsh:f} or more")
    if ft4 is not None and ft4.low is not None and is_below(ft4.value, ft4.comparator, ft4.low):
        reasons.append("free T4 low")
    if raised and tsh is not None and relativedelta(tsh.day, facts.birth_date).years < rule.child_years:
        reasons.append(f"TSH raised in a child under {rule.child_years}")
    if raised and facts.pregnant:
        reasons.append("TSH raised in pregnancy")
    return reasons


def _repeat(rule: ThyroidRule, ft4: Sample | None, used: list[Sample], what: str) -> Finding:
    day = used[0].day
    first, last = day + timedelta(weeks=rule.repeat_from_weeks), day + timedelta(weeks=rule.repeat_until_weeks)
    missing = "" if ft4 else ", free T4 not reported"
    found = rule.finding(f"{what}{missing}. Repeat TSH with free T4 between {spoken(first)} and {spoken(last)}.", *used)
    return found._replace(
        tier=Urgency.NEXT_WORKING_DAY, direction="high", wants=REPEAT, wanted_from=first, wanted_until=last
    )


def _near(rule: ThyroidRule, day: date, exposures: Iterable[Exposure]) -> str:
    marked = [e for e in exposures if e.first <= day <= e.last + timedelta(rule.exposure_days)]
    return " ".join(f"Near {each.what} of {spoken(each.last)}: it can move TSH and free T4." for each in marked)
