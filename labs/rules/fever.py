"""Fever while the counts may be low: possible febrile neutropenia."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from labs.rules.names import spoken, written
from labs.rules.values import Course, Finding, Infusion, Rule, Sample, Urgency, may_be_below


@dataclass(frozen=True, slots=True, kw_only=True)
class FeverRule(Rule):
    """From which temperature, below which ANC (x10^9/L), and for how many days a count is recent (inclusive)."""

    temperature_c: Decimal
    anc: Decimal
    recent_days: int


class Screen(NamedTuple):
    """What was noted of a patient at `at` (aware), on the clinic-local `day`; temperature in degrees Celsius.

    `told`: what was told instead ("fever or shivering told by phone on ..."), by the `entry` of the contact log.
    """

    at: datetime
    day: date
    temperature_c: Decimal | None = None
    rigors: bool = False
    infection: bool = False
    told: str = ""
    entry: str = ""


def fever(
    rule: FeverRule, course: Course, infusion: Infusion, recovered_on: date | None, screen: Screen
) -> Finding | None:
    """Return the immediate finding when `screen`, from day 0 to the day before recovery, is feverish and ANC low.

    Low: the last ANC up to the day of the screen, or one within the recent days after it, is or may be below the limit
    (a WBC without neutrophils leaves it open), or there is none in the recent days before.
    """
    following = next((each.day for each in course.infusions if each.day > infusion.day), date.max)
    ends = min(following, recovered_on or date.max)
    signs = _signs(rule, screen)
    if not signs or not infusion.day <= screen.day < ends:
        return None
    because, anc = _neutropenia(rule, course, screen.day)
    if not because:
        return None
    when = "" if screen.told else f" on {spoken(screen.day)}"
    sentence = f"Possible febrile neutropenia: {signs}{when}, {because}."
    found = rule.finding(sentence, *([anc] if anc else []), **({"entry": screen.entry} if screen.entry else {}))
    return found._replace(at=screen.at, tier=Urgency.IMMEDIATE)


def _signs(rule: FeverRule, screen: Screen) -> str:
    signs = []
    if screen.temperature_c is not None and screen.temperature_c >= rule.temperature_c:
        signs.append(f"{screen.temperature_c:f} °C")
    if screen.rigors:
        signs.append("rigors")
    if screen.infection:
        signs.append("infection")
    if screen.told:
        signs.append(screen.told)
    return ", ".join(signs)


def _neutropenia(rule: FeverRule, course: Course, day: date) -> tuple[str, Sample | None]:
    """Return why the ANC counts as low on `day`, with the sample that says so; empty when it does not."""
    ancs = course.of("anc")
    known = bisect_right(ancs, day, key=attrgetter("day"))
    last = ancs[known - 1] if known else None
    if last is None or ((day - last.day).days > rule.recent_days and not _low(rule, last)):
        return f"no ANC in {rule.recent_days} days", last
    end = bisect_right(ancs, day + timedelta(rule.recent_days), key=attrgetter("day"))
    low = next((anc for anc in (last, *ancs[known:end]) if _low(rule, anc)), None)
    if low is None:
        return "", None
    unsure = "may be " if low.comparator else ""
    return f"{written('anc', low.value, low.comparator)} of {spoken(low.day)} {unsure}below {rule.anc:f}", low


def _low(rule: FeverRule, anc: Sample) -> bool:
    return may_be_below(anc.value, anc.comparator, rule.anc)
