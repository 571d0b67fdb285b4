"""Who is told of an alert that nobody answers, and when: the ladder's steps by urgency. Pure.

The first notice is given when the alert is raised. The steps are from DELIVERY.md 9 for immediate alerts; those of the
others, and how often everybody is told again, are ours and unverified.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from labs.rules.values import Urgency

NextClosing = Callable[[datetime], datetime]  # the end of the working day that follows an instant


class Whom(StrEnum):
    """Who is told at a step."""

    RESPONSIBLE = "responsible"
    COVERING = "covering"
    LEAD = "lead"
    EVERYBODY = "everybody"


BRING_IN = (Whom.COVERING, Whom.LEAD)  # the steps whose purpose is that somebody new is told


class Since(StrEnum):
    """The moment the minutes of a step count from."""

    RAISED = "raised"
    ANSWER_BY = "answer_by"
    NEXT_CLOSING = "next_closing"  # the end of the working day after the one it was to be answered on


class Step(NamedTuple):
    """Whom to tell, so many minutes after what."""

    whom: Whom
    minutes: int = 0
    since: Since = Since.RAISED


class Ladder(NamedTuple):
    """The steps of one urgency; after the last one everybody is told again and again, or nobody any more (None)."""

    steps: tuple[Step, ...]
    again_minutes: int | None = None


LADDERS: Mapping[Urgency, Ladder] = {
    Urgency.IMMEDIATE: Ladder(
        (Step(Whom.RESPONSIBLE), Step(Whom.RESPONSIBLE, 15), Step(Whom.COVERING, 30), Step(Whom.LEAD, 60)),
        again_minutes=60,
    ),
    Urgency.SAME_DAY: Ladder(
        (Step(Whom.RESPONSIBLE), Step(Whom.COVERING, 120), Step(Whom.LEAD, 240)), again_minutes=240
    ),
    # From here on the digest of every working day tells of it.
    Urgency.NEXT_WORKING_DAY: Ladder(
        (Step(Whom.RESPONSIBLE), Step(Whom.COVERING, 0, Since.ANSWER_BY), Step(Whom.LEAD, 0, Since.NEXT_CLOSING))
    ),
}


class Clock(NamedTuple):
    """What the steps of one alert count from."""

    urgency: Urgency
    raised_at: datetime
    answer_by: datetime
    next_closing: NextClosing


def step(urgency: Urgency, number: int) -> Step | None:
    """Return step `number`, 1 being the notice when it is raised; None beyond the end of a ladder that has one."""
    ladder = LADDERS[urgency]
    if number <= len(ladder.steps):
        return ladder.steps[number - 1]
    beyond = number - len(ladder.steps)
    if ladder.again_minutes is None:
        return None
    return Step(Whom.EVERYBODY, ladder.steps[-1].minutes + beyond * ladder.again_minutes)


def whom_from(urgency: Urgency, number: int) -> list[Whom]:
    """Return whom step `number` tells, and each step after it until everybody is told; empty beyond the end."""
    last = len(LADDERS[urgency].steps) + 1
    found = (step(urgency, each) for each in range(number, max(number, last) + 1))
    return [each.whom for each in found if each]


def told_at(clock: Clock, number: int) -> datetime | None:
    """Return when step `number` is told unless somebody has answered; None where there is no such step."""
    found = step(clock.urgency, number)
    if found is None:
        return None
    begins = {
        Since.RAISED: lambda: clock.raised_at,
        Since.ANSWER_BY: lambda: clock.answer_by,
        Since.NEXT_CLOSING: lambda: clock.next_closing(clock.answer_by),
    }
    return begins[found.since]() + timedelta(minutes=found.minutes)


def step_to_tell(clock: Clock, told: int, now: datetime) -> int:
    """Return the number of the step to tell at `now` when `told` steps were: the highest whose time has come.

    At least the next one: who asks has a reason. Steps that were missed, such as while nothing ran, are not told one
    by one.
    """
    number = told + 1
    while (at := told_at(clock, number + 1)) is not None and at <= now:
        number += 1
    return number


def next_other_step(urgency: Urgency, told: int) -> int | None:
    """Return the first step after `told` that reaches others than those responsible; None once all were told."""
    steps = LADDERS[urgency].steps
    return next((n for n in range(told + 1, len(steps) + 1) if steps[n - 1].whom != Whom.RESPONSIBLE), None)
