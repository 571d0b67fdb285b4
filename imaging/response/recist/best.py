"""The best overall response of a course."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from imaging.response.reasons import Reason
from imaging.response.recist.course import Course, TimePointResponse
from imaging.response.recist.numbers import CONFIRMED_AFTER_DAYS, STABLE_AFTER_DAYS, VERSION
from imaging.response.recist.responses import IN_WORDS, Response
from imaging.response.words import day

HELD = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)


@dataclass(frozen=True, slots=True, kw_only=True)
class BestRules:
    """What a study protocol asks; days are inclusive.

    `confirm`: a response counts once it is seen again `confirmed_after_days` later, with at most
    `not_evaluable_between` time points between that were not evaluable and none that was worse. RECIST 1.1 wants that
    only where response is the primary endpoint without randomisation. Stable disease counts from
    `stable_after_days` after the start on; RECIST 1.1 leaves the number to the protocol, 6 to 8 weeks in general.
    """

    confirm: bool = False
    confirmed_after_days: int = CONFIRMED_AFTER_DAYS
    not_evaluable_between: int = 1
    stable_after_days: int = STABLE_AFTER_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class BestResponse:
    """The best overall response by RECIST `version` and the date it was reached on, None when not evaluable."""

    version: str
    response: Response
    on: date | None
    reasons: tuple[Reason, ...]


DEFAULT = BestRules()


def best_overall_response(course: Course, rules: BestRules = DEFAULT) -> BestResponse:
    """Return the best response before progression, by what `rules` ask of it.

    Further anticancer treatment ends a course too: the caller leaves out the time points after it.
    """
    counted = [each for each in course.responses if not course.progression_on or each.on < course.progression_on]
    unconfirmed: list[Reason] = []
    for wanted in (Response.CR, Response.PR):
        first = next((each for each in counted if each.response is wanted), None)
        if first and not rules.confirm:
            return _best(wanted, first.on, f"First seen on {day(first.on)}")
        if pair := _confirmed(counted, wanted, rules):
            days = (pair[1].on - pair[0].on).days
            sentence = f"Seen on {day(pair[0].on)} and again on {day(pair[1].on)}, {days} days later"
            return _best(wanted, pair[0].on, f"{sentence} (at least {rules.confirmed_after_days})", *unconfirmed)
        if first:
            sentence = f"{wanted} on {day(first.on)} was not confirmed {rules.confirmed_after_days} days later or more."
            unconfirmed.append(Reason("unconfirmed", False, sentence))
    return _without_response(course, counted, rules, unconfirmed)


def _best(response: Response, on: date | None, why: str, *others: Reason) -> BestResponse:
    deciding = Reason("best_response", True, f"{why}: {response}, {IN_WORDS[response]}.")
    return BestResponse(version=VERSION, response=response, on=on, reasons=(deciding, *others))


def _confirmed(
    counted: Sequence[TimePointResponse], wanted: Response, rules: BestRules
) -> tuple[TimePointResponse, TimePointResponse] | None:
    """Return the first two time points with `wanted` or better, far enough apart, with nothing worse between."""
    good = (Response.CR,) if wanted is Response.CR else (Response.CR, Response.PR)
    for place, first in enumerate(counted):
        if first.response not in good:
            continue
        gaps = 0
        for later in counted[place + 1 :]:
            if later.response in good:
                if (later.on - first.on).days >= rules.confirmed_after_days:
                    return first, later
            elif later.response is Response.NE and gaps < rules.not_evaluable_between:
                gaps += 1
            else:
                break
    return None


def _without_response(
    course: Course, counted: Sequence[TimePointResponse], rules: BestRules, unconfirmed: Sequence[Reason]
) -> BestResponse:
    held = [each for each in counted if each.response in HELD]
    label = Response.SD if course.baseline else Response.NON_CR_NON_PD
    for each in held:
        days = (each.on - course.counted_from).days
        if days >= rules.stable_after_days:
            since = f"{days} days after {day(course.counted_from)} (at least {rules.stable_after_days})"
            return _best(label, each.on, f"No progression by {day(each.on)}, {since}", *unconfirmed)
    if course.progression_on:
        return _best(Response.PD, course.progression_on, f"Progression on {day(course.progression_on)}", *unconfirmed)
    for first, second in pairwise(counted):
        if (first.response, second.response) == (Response.CR, Response.SD):
            why = f"Disease on {day(second.on)} after the complete response of {day(first.on)}"
            return _best(Response.PD, second.on, why, *unconfirmed)
    if held:
        least = f"{rules.stable_after_days} days after {day(course.counted_from)}"
        return _best(Response.NE, None, f"No progression, but nothing evaluated from {least} on", *unconfirmed)
    return _best(Response.NE, None, "No time point was evaluable", *unconfirmed)
