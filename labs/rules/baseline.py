"""Which value before an infusion the later ones are measured against."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from labs.rules.names import spoken
from labs.rules.values import Course, Infusion, Rule, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRule(Rule):
    """How old a baseline may be, in days before the infusion, inclusive."""

    max_age_days: int


class Pick(NamedTuple):
    """A baseline, or None with the reason; `unsure` are same-day values that a person may pick."""

    sample: Sample | None
    reason: str
    unsure: tuple[Sample, ...] = ()
    picked: bool = False


class Baselines(NamedTuple):
    """An analyte's two baselines: of this treatment (grading) and before the first (recovery, marrow, kidney)."""

    this: Pick
    first: Pick


def pick_baseline(rule: BaselineRule, samples: Iterable[Sample], start: date | datetime) -> Pick:
    """Return the last final, unaffected value before `start`, at most `max_age_days` old.

    `start` is the start of the infusion: its time (aware, in the clinic's zone), or only its clinic-local day. A value
    of that day counts when both times are known and its is earlier; otherwise it is unsure.
    """
    day = start.date() if isinstance(start, datetime) else start
    reasons: list[str] = []
    unsure: list[Sample] = []
    for sample in sorted(samples, key=attrgetter("day", "at"), reverse=True):
        if sample.day > day:
            continue
        age = (day - sample.day).days
        if age > rule.max_age_days:
            reasons.append(f"the one of {spoken(sample.day)} is {age} days old, more than {rule.max_age_days}")
            break
        if why := _unfit(sample):
            reasons.append(f"the one of {spoken(sample.day)} is {why}")
        elif age == 0 and not (isinstance(start, datetime) and sample.timed):
            unsure.append(sample)
            reasons.append(f"the one of {spoken(sample.day)} is of the day of the infusion, not known to be before it")
        elif age > 0 or (isinstance(start, datetime) and sample.at < start):
            return Pick(sample, f"The last before the infusion, {age} days before it.", tuple(unsure))
    return Pick(None, f"No baseline: {'; '.join(reasons) or 'no value before the infusion'}.", tuple(unsure))


def _unfit(sample: Sample) -> str:
    if sample.bound:
        return "a bound from another value"
    if not sample.final:
        return "preliminary"
    return f"affected by {', '.join(sample.affected)}" if sample.affected else ""


def baselines(
    rule: BaselineRule,
    course: Course,
    infusion: Infusion,
    picked: Mapping[tuple[int, str], Hashable] | None = None,
) -> dict[str, Baselines]:
    """Return both baselines of every analyte of `course` for the treatment of `infusion`.

    `picked` are the ids of the values that clinicians chose, by treatment number and analyte; they win over the rule.
    """
    chosen = picked or {}
    first = course.infusions[0] if course.infusions else infusion
    found = {}
    for analyte in course.samples:
        before_first = _pick(rule, course, first, analyte, chosen)
        this = before_first if first == infusion else _pick(rule, course, infusion, analyte, chosen)
        found[analyte] = Baselines(this, before_first)
    return found


def _pick(
    rule: BaselineRule,
    course: Course,
    infusion: Infusion,
    analyte: str,
    chosen: Mapping[tuple[int, str], Hashable],
) -> Pick:
    samples = course.of(analyte)
    wanted = chosen.get((infusion.number, analyte))
    if wanted is not None and (sample := next((s for s in samples if s.id == wanted), None)):
        return Pick(sample, "Picked by a clinician.", picked=True)
    return pick_baseline(rule, samples, infusion.at or infusion.day)
