"""Whether the blood counts have recovered after an infusion."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from labs.rules.names import name, spoken, written
from labs.rules.values import Count, Course, Finding, Infusion, Rule, Sample, counts, is_below, may_be_below

MARROW = ("anc", "platelets")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRule(Rule):
    """How far apart the two counts lie; from which day on recovery is believed of counts that were never seen to fall;
    what counts as grade 1 or less."""

    days_apart: int
    never_fallen_from_day: int
    grade_one: Mapping[str, Decimal]


class Recovery(NamedTuple):
    """Where a treatment stands: `recovered_on` is the day of the second count, None while `missing` says what for.

    `grade_one_on`: the first day from which each count is grade 1 or less, shown apart. `fell_on`: the first day below
    the target after recovery, a new cytopenia and not an undoing of the recovery.
    """

    recovered_on: date | None
    missing: str
    finding: Finding
    grade_one_on: date | None = None
    fell_on: date | None = None


class Standing(Enum):
    """What one count says of recovery: low is low; one that reaches its limits leaves it open while it is not sure."""

    RECOVERED = "recovered"
    LOW = "low"
    OPEN = "open"


def recovery(rule: RecoveryRule, course: Course, infusion: Infusion) -> Recovery:
    """Return where the counts after `infusion` stand.

    Two counts must be recovered, `days_apart` or more, with none between them that is low: a low one starts again, one
    that is left open is passed over. Counts never seen to fall are not believed before `never_fallen_from_day`.
    """
    counted = counts(course, infusion)
    standings = [standing(count, course.baselines) for count in counted]
    first: Count | None = None
    fallen = False
    for place, (count, stands) in enumerate(zip(counted, standings, strict=True)):
        if stands is Standing.LOW:
            first, fallen = None, True
        elif stands is Standing.RECOVERED:
            first = first or count
            apart = (count.day - first.day).days >= rule.days_apart
            if apart and (fallen or (count.day - infusion.day).days >= rule.never_fallen_from_day):
                later = zip(counted[place + 1 :], standings[place + 1 :], strict=True)
                found = _recovered(rule, first, count, later)
                return found._replace(grade_one_on=grade_one_on(rule, counted[: place + 1]))
    return _not_yet(rule, course, infusion, counted, first, fallen)


def low_again(rule: RecoveryRule, course: Course, infusion: Infusion, recovered_on: date | None) -> date | None:
    """Return since when counts are low after the recovery of `recovered_on`; None when they are not, or no longer.

    Two recovered counts, `days_apart` or more with no low one between, end it as they end the first fall.
    """
    since: date | None = None
    first: Count | None = None
    for count in counts(course, infusion):
        if recovered_on is None or count.day <= recovered_on:
            continue
        stands = standing(count, course.baselines)
        if stands is Standing.LOW:
            since, first = since or count.day, None
        elif stands is Standing.RECOVERED and since:
            first = first or count
            if (count.day - first.day).days >= rule.days_apart:
                since, first = None, None
    return since


def standing(count: Count, baselines: Mapping[str, Sample]) -> Standing:
    """Return what `count` says of recovery: every value of its day against its lower limit or the baseline."""
    samples = count.anc + count.platelets
    if any(_low(sample, baselines) for sample in samples):
        return Standing.LOW
    if all(sample.final and not sample.affected and _reaches(sample, baselines) for sample in samples):
        return Standing.RECOVERED
    return Standing.OPEN


def target(sample: Sample, baselines: Mapping[str, Sample]) -> Decimal | None:
    """Return what the value must reach: the lower of its lower limit and the baseline; None when neither is known.

    A baseline known only to be more than something is no target.
    """
    baseline = baselines.get(sample.analyte)
    usable = baseline is not None and baseline.comparator not in (">", ">=")
    known = [limit for limit in (sample.low, baseline.value if baseline and usable else None) if limit is not None]
    return min(known, default=None)


def _low(sample: Sample, baselines: Mapping[str, Sample]) -> bool:
    limit = target(sample, baselines)
    return limit is not None and is_below(sample.value, sample.comparator, limit)


def _reaches(sample: Sample, baselines: Mapping[str, Sample]) -> bool:
    limit = target(sample, baselines)
    return limit is not None and not may_be_below(sample.value, sample.comparator, limit)


def _recovered(rule: RecoveryRule, first: Count, second: Count, later: Iterable[tuple[Count, Standing]]) -> Recovery:
    fell = next((count for count, stands in later if stands is Standing.LOW), None)
    apart = (second.day - first.day).days
    sentence = (
        f"Recovered on {spoken(second.day)}: ANC and platelets at or above the lower limit or the baseline on "
        f"{spoken(first.day)} and {spoken(second.day)}, {apart} days apart, not affected by transfusion or growth "
        "factor."
    )
    if fell:
        sentence += f" Low again on {spoken(fell.day)}: a new cytopenia after recovery."
    decided = first.anc + first.platelets + second.anc + second.platelets
    finding = rule.finding(sentence, *decided, days_apart=apart)
    return Recovery(second.day, "", finding, fell_on=fell.day if fell else None)


def _not_yet(
    rule: RecoveryRule, course: Course, infusion: Infusion, counted: Sequence[Count], first: Count | None, fallen: bool
) -> Recovery:
    missing = _missing(rule, course, infusion, counted, first, fallen)
    decided = counted[-1].anc + counted[-1].platelets if counted else ()
    finding = rule.finding(f"Not recovered: {missing}", *decided)
    return Recovery(None, missing, finding, grade_one_on=grade_one_on(rule, counted))


def _missing(
    rule: RecoveryRule, course: Course, infusion: Infusion, counted: Sequence[Count], first: Count | None, fallen: bool
) -> str:
    if not counted:
        return "no count with ANC and platelets since the infusion."
    if first is None:
        return _shortfall(counted[-1], course.baselines)
    wanted = first.day + timedelta(rule.days_apart)
    if not fallen:
        believed = infusion.day + timedelta(rule.never_fallen_from_day)
        if believed > wanted:
            return f"the counts have not fallen; a count on or after {spoken(believed)} decides."
    return f"a second count on or after {spoken(wanted)}, the first was on {spoken(first.day)}."


def _shortfall(count: Count, baselines: Mapping[str, Sample]) -> str:
    said = []
    for sample in count.anc + count.platelets:
        limit = target(sample, baselines)
        what = written(sample.analyte, sample.value, sample.comparator)
        if limit is None:
            said.append(f"for {name(sample.analyte)} neither a lower limit nor a baseline is known")
        elif may_be_below(sample.value, sample.comparator, limit):
            said.append(f"{what} is below {limit:f}")
        elif sample.affected:
            said.append(f"{what} is affected by {', '.join(sample.affected)}")
        elif not sample.final:
            said.append(f"{what} is preliminary")
    return f"on {spoken(count.day)} {'; '.join(said)}."


def grade_one_on(rule: RecoveryRule, counted: Sequence[Count]) -> date | None:
    """Return the first day of the last run of counts that are all grade 1 or less; None when the last is worse."""
    since: date | None = None
    for count in counted:
        mild = all(_mild(rule, sample) for sample in count.anc + count.platelets)
        since = (since or count.day) if mild else None
    return since


def _mild(rule: RecoveryRule, sample: Sample) -> bool:
    return not may_be_below(sample.value, sample.comparator, rule.grade_one[sample.analyte])
