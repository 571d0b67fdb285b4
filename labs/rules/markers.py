"""A rise of a tumour marker within one laboratory, assay and type of specimen; there is no trend across them."""

from dataclasses import dataclass
from decimal import Decimal

from labs.rules.names import spoken, written
from labs.rules.values import Course, Finding, Rule, Sample, Urgency, is_above, may_be_below

REPEAT = "repeat_marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkersRule(Rule):
    """The markers, and how many times its nadir a marker must reach."""

    analytes: tuple[str, ...]
    times_nadir: Decimal


def marker_rises(rule: MarkersRule, course: Course) -> list[Finding]:
    """Return a finding for each marker whose last value has risen: a first rise asks for a repeat, a second stands.

    Risen: above its upper limit and `times_nadir` its lowest earlier value or more. Two days are two samples; values
    are compared only within the series (laboratory, assay, type of specimen) of the last one, its laboratory known.
    """
    found = (_rise(rule, _series(course, analyte)) for analyte in rule.analytes)
    return [each for each in found if each is not None]


def _series(course: Course, analyte: str) -> list[Sample]:
    values = [s for s in course.of(analyte) if s.final]
    return [s for s in values if _origin(s) == _origin(values[-1]) and s.laboratory]


def _origin(sample: Sample) -> tuple[str, str, str]:
    return sample.laboratory, sample.assay, sample.specimen


def _rise(rule: MarkersRule, series: list[Sample]) -> Finding | None:
    nadir: Sample | None = None
    risen: list[Sample] = []  # the last values, each risen against the nadir before it
    for sample in series:
        if nadir is not None and _risen(rule, sample, nadir):
            risen.append(sample)
        else:
            risen = []
        if sample.comparator not in (">", ">=") and (nadir is None or sample.value < nadir.value):
            nadir = sample
    if nadir is None or not risen:
        return None
    return _finding(rule, nadir, risen)


def _risen(rule: MarkersRule, sample: Sample, nadir: Sample) -> bool:
    above = sample.high is not None and is_above(sample.value, sample.comparator, sample.high)
    return above and not may_be_below(sample.value, sample.comparator, rule.times_nadir * nadir.value)


def _finding(rule: MarkersRule, nadir: Sample, risen: list[Sample]) -> Finding:
    first, last = risen[0], risen[-1]
    now = f"{written(last.analyte, last.value, last.comparator)} on {spoken(last.day)}"
    rise = f"{now}, above its limit and {rule.times_nadir:f}"
    against = f"x its lowest, {nadir.value:f} on {spoken(nadir.day)}, or more"
    assay = "" if last.assay else " The assay is not stated."
    confirmed = first.day != last.day
    verdict = f"so too on {spoken(first.day)}: a rise in two samples." if confirmed else "the first time: repeat it."
    found = rule.finding(f"{rise} {against}; {verdict}{assay}", nadir, *([first] if confirmed else []), last)
    return found._replace(tier=Urgency.NEXT_WORKING_DAY, direction="high", wants="" if confirmed else REPEAT)
