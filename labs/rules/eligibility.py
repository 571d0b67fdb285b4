"""Whether the counts allow a further treatment."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from labs.rules.names import name, spoken, written
from labs.rules.recovery import target
from labs.rules.values import Course, Finding, Rule, Sample, Urgency, may_be_above, may_be_below


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityRule(Rule):
    """The least value (SI) of each count for a further treatment."""

    least: Mapping[str, Decimal]


def eligibility(rule: EligibilityRule, course: Course, planned_on: date) -> list[Finding]:
    """Return a finding for each count that stands against a further treatment planned for `planned_on`.

    The last final, unaffected value decides; none since the last infusion is a finding too.
    """
    since = course.infusions[-1].day if course.infusions else date.min
    found = []
    for analyte, least in rule.least.items():
        usable = [s for s in course.of(analyte) if s.day > since and s.final and not s.affected and not s.bound]
        if not usable:
            sentence = (
                f"No unaffected {name(analyte)} since the last infusion; treatment planned for {spoken(planned_on)}."
            )
            found.append(_against(rule, sentence))
        elif may_be_below(usable[-1].value, usable[-1].comparator, least):
            last = usable[-1]
            what = written(analyte, last.value, last.comparator)
            sentence = f"{what} on {spoken(last.day)} is below {least:f}; treatment planned for {spoken(planned_on)}."
            found.append(_against(rule, sentence, last))
    return found


def _against(rule: EligibilityRule, sentence: str, *samples: Sample) -> Finding:
    return rule.finding(sentence, *samples)._replace(tier=Urgency.NEXT_WORKING_DAY, direction="low")


class Check(NamedTuple):
    """One thing a further treatment is checked against: `met` None when it is not known; `samples` decided it."""

    key: str
    question: str
    met: bool | None
    sentence: str
    samples: tuple[Hashable, ...] = ()


def checklist(rule: EligibilityRule, course: Course) -> list[Check]:
    """Return what a further treatment is checked against (PROTOCOL.md 13), by the last final, unaffected values.

    Each count against its least value, then against its lower limit of normal or the baseline before the first
    treatment, whichever is lower; then the latest creatinine against its upper limit.
    """
    return [*(_enough(rule, course, analyte) for analyte in rule.least), *_back(rule, course), _creatinine(course)]


def _last_usable(course: Course, analyte: str) -> Sample | None:
    since = course.infusions[-1].day if course.infusions else date.min
    usable = [s for s in course.of(analyte) if s.day > since and s.final and not s.affected and not s.bound]
    return usable[-1] if usable else None


def _enough(rule: EligibilityRule, course: Course, analyte: str) -> Check:
    key, least = f"{analyte}_enough", rule.least[analyte]
    question = f"{capitalised(name(analyte))} at least {least:f}, unaffected"
    last = _last_usable(course, analyte)
    if last is None:
        return Check(key, question, None, f"No unaffected {name(analyte)} since the last infusion.")
    met = not may_be_below(last.value, last.comparator, least)
    return Check(key, question, met, _said(last, f"{'at least' if met else 'below'} {least:f}"), (last.id,))


def _back(rule: EligibilityRule, course: Course) -> Iterator[Check]:
    for analyte in rule.least:
        key, question = f"{analyte}_back", f"{capitalised(name(analyte))} back to baseline or normal"
        last = _last_usable(course, analyte)
        limit = target(last, course.baselines) if last else None
        if last is None:
            yield Check(key, question, None, f"No unaffected {name(analyte)} since the last infusion.")
        elif limit is None:
            yield Check(key, question, None, _said(last, "neither a baseline nor a lower limit is known"), (last.id,))
        else:
            met = not may_be_below(last.value, last.comparator, limit)
            yield Check(key, question, met, _said(last, f"{'at least' if met else 'below'} {limit:f}"), (last.id,))


def _creatinine(course: Course) -> Check:
    key, question = "creatinine", "Latest creatinine within its range"
    final = [sample for sample in course.of("creatinine") if sample.final]
    if not final:
        return Check(key, question, None, "No creatinine is on record.")
    last = final[-1]
    if last.high is None:
        return Check(key, question, None, _said(last, "its upper limit is not known"), (last.id,))
    met = not may_be_above(last.value, last.comparator, last.high)
    return Check(key, question, met, _said(last, f"{'not above' if met else 'above'} {last.high:f}"), (last.id,))


def _said(sample: Sample, judged: str) -> str:
    return f"{written(sample.analyte, sample.value, sample.comparator)} on {spoken(sample.day)}: {judged}."


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
