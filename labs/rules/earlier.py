"""An earlier draw: where the fall of the counts would cross a limit before the next one is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from labs.rules.names import name, spoken
from labs.rules.values import Course, Finding, Infusion, Rule, Sample

ROUNDING = Decimal("1e-9")  # days: logarithms are not exact


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRule(Rule):
    """The limits (SI) a fall must not cross unseen, the days between the two counts it is read from, how old the last
    of them may be, how many days from it the crossing may lie, and the window of the draw that is offered, in days on
    either side."""

    limits: Mapping[str, Decimal]
    least_days: int
    latest_days: int
    ahead_days: int
    window_days: int


class Crossing(NamedTuple):
    """The first day on which a count is below its limit if it falls on as it did, and the finding that says so."""

    on: date
    about: str
    finding: Finding


def crossing(rule: EarlierRule, course: Course, infusion: Infusion, *, next_draw_on: date | None) -> Crossing | None:
    """Return the earliest crossing before `next_draw_on` (None: no draw is planned); None when nothing would cross.

    Log-linear through the last two unaffected counts that are at least `least_days` apart: v(t) = v2 x (v2/v1)^(t/d),
    d days between them, t days after the second, as far ahead as the rule looks. A count that is below its limit
    already is another rule's.
    """
    found = [_crossing(rule, course, infusion, analyte, limit) for analyte, limit in rule.limits.items()]
    before = [each for each in found if each and (next_draw_on is None or each.on < next_draw_on)]
    if not before:
        return None
    first = min(before, key=lambda each: each.on)
    until = f"before the next draw of {spoken(next_draw_on)}" if next_draw_on else "and no draw is planned"
    return first._replace(finding=first.finding._replace(sentence=f"{first.finding.sentence}, {until}."))


def _crossing(rule: EarlierRule, course: Course, infusion: Infusion, analyte: str, limit: Decimal) -> Crossing | None:
    read = [sample for sample in course.after(infusion, analyte) if _is_plain(sample)]
    if not read or (course.today - read[-1].day).days > rule.latest_days:
        return None
    last = read[-1]
    earlier = [sample for sample in read if (last.day - sample.day).days >= rule.least_days]
    if not earlier or not limit <= last.value < earlier[-1].value:
        return None
    first = earlier[-1]
    days = (last.day - first.day).days
    left = days * (last.value / limit).ln() / (first.value / last.value).ln()
    if left > rule.ahead_days:
        return None
    on = last.day + timedelta(days=int(left + ROUNDING) + 1)  # on the limit is not below it
    values = f"{name(analyte)} {first.value:f} on {spoken(first.day)} and {last.value:f} on {spoken(last.day)}"
    sentence = f"{values}: falling on like this, it is below {limit:f} on {spoken(on)}"
    finding = rule.finding(sentence, first, last, days_to_crossing=(on - last.day).days)._replace(direction="low")
    return Crossing(on, f"{analyte} of {last.day}", finding)


def _is_plain(sample: Sample) -> bool:
    """Say whether a slope can be read from `sample`: a final, unaffected number above zero, itself measured."""
    return sample.final and not sample.bound and not sample.affected and not sample.comparator and sample.value > 0
