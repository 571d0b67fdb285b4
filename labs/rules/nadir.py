"""How deep the counts have fallen since an infusion, and on which day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from labs.rules.names import written
from labs.rules.values import Course, Finding, Infusion, Rule, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class NadirRule(Rule):
    """The analytes, and the day to which the search goes on after recovery."""

    analytes: tuple[str, ...]
    last_day: int


class Nadir(NamedTuple):
    """The lowest value so far and its day, counted from the infusion; `at_most`: the true depth may be lower."""

    sample: Sample
    day_number: int
    at_most: bool
    finding: Finding


def nadirs(rule: NadirRule, course: Course, infusion: Infusion, recovered_on: date | None) -> dict[str, Nadir]:
    """Return the nadir so far of each analyte measured after `infusion`, the first day of equals.

    Searched up to the later of recovery and `last_day`, without an end while not recovered. A value affected by
    transfusion or growth factor, a bound or a "<" is an upper limit of the depth.
    """
    until = max(recovered_on, infusion.day + timedelta(rule.last_day)) if recovered_on else date.max
    found = {}
    for analyte in rule.analytes:
        measured = [s for s in course.after(infusion, analyte) if s.day <= until and s.comparator not in (">", ">=")]
        if measured:
            found[analyte] = _nadir(rule, infusion, min(measured, key=_depth))
    return found


def _depth(sample: Sample) -> tuple[object, ...]:
    """Order by value, "<" before the value itself, and of equals the one that is not affected."""
    return sample.value, sample.comparator != "<", bool(sample.affected)


def _nadir(rule: NadirRule, infusion: Infusion, sample: Sample) -> Nadir:
    day_number = (sample.day - infusion.day).days
    at_most = bool(sample.affected or sample.bound or sample.comparator)
    sentence = f"{written(sample.analyte, sample.value, sample.comparator)} on day {day_number} is the lowest so far"
    if sample.affected:
        sentence += f", affected by {' and '.join(sample.affected)}: the true depth is at most this"
    elif sample.bound:
        sentence += ", a limit from the WBC: the true depth is at most this"
    return Nadir(sample, day_number, at_most, rule.finding(f"{sentence}.", sample, day=day_number))
