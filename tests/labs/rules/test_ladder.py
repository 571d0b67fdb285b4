"""The steps of the ladder: whom, when, and that time only ever climbs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.ladder import LADDERS, Clock, Whom, next_other_step, step, step_to_tell, told_at, whom_from
from labs.rules.values import Urgency

RAISED = datetime(2024, 3, 6, 9, tzinfo=UTC)
CLOSING = datetime(2024, 3, 7, 16, tzinfo=UTC)


def clock(urgency, raised_at=RAISED):
    return Clock(urgency, raised_at, CLOSING, lambda at: at + timedelta(days=1))


def minutes(urgency, number):
    at = told_at(clock(urgency), number)
    return at and (at - RAISED) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("urgency", "course"),
    [
        (
            Urgency.IMMEDIATE,
            [
                *[("responsible", 0), ("responsible", 15), ("covering", 30), ("lead", 60)],
                *[("everybody", 120), ("everybody", 180)],
            ],
        ),
        (
            Urgency.SAME_DAY,
            [("responsible", 0), ("covering", 120), ("lead", 240), ("everybody", 480), ("everybody", 720)],
        ),
        (
            Urgency.NEXT_WORKING_DAY,
            [("responsible", 0), ("covering", 31 * 60), ("lead", 55 * 60)],  # Thursday's and Friday's closing
        ),
    ],
)
def test_steps_of_an_urgency(urgency, course):
    found = [(step(urgency, n).whom, minutes(urgency, n)) for n in range(1, len(course) + 1)]

    assert found == course


def test_ladder_of_the_next_working_day_ends_and_the_others_go_on():
    assert step(Urgency.NEXT_WORKING_DAY, 4) is None
    assert told_at(clock(Urgency.NEXT_WORKING_DAY), 4) is None
    assert step(Urgency.IMMEDIATE, 100).whom == Whom.EVERYBODY


@pytest.mark.parametrize(
    ("told", "after_minutes", "expected"),
    [
        (1, 15, 2),
        (1, 29, 2),
        (1, 30, 3),  # the second step was missed: only the third is told
        (1, 60, 4),
        (1, 119, 4),
        (1, 300, 8),  # 60 + 4 hours
        (3, 40, 4),  # who asks before the time has a reason
    ],
)
def test_of_overdue_steps_the_highest_is_told(told, after_minutes, expected):
    assert step_to_tell(clock(Urgency.IMMEDIATE), told, RAISED + timedelta(minutes=after_minutes)) == expected


@pytest.mark.parametrize(
    ("urgency", "told", "expected"),
    [
        (Urgency.IMMEDIATE, 1, 3),
        (Urgency.IMMEDIATE, 3, 4),
        (Urgency.IMMEDIATE, 4, None),  # a dead message does not bring on round after round
        (Urgency.SAME_DAY, 1, 2),
        (Urgency.NEXT_WORKING_DAY, 3, None),
    ],
)
def test_next_step_that_reaches_others(urgency, told, expected):
    assert next_other_step(urgency, told) == expected


@pytest.mark.parametrize(
    ("urgency", "number", "expected"),
    [
        (Urgency.IMMEDIATE, 3, ["covering", "lead", "everybody"]),
        (Urgency.IMMEDIATE, 5, ["everybody"]),
        (Urgency.IMMEDIATE, 9, ["everybody"]),
        (Urgency.SAME_DAY, 3, ["lead", "everybody"]),
        (Urgency.NEXT_WORKING_DAY, 2, ["covering", "lead"]),
        (Urgency.NEXT_WORKING_DAY, 4, []),
    ],
)
def test_whom_a_step_and_those_after_it_tell(urgency, number, expected):
    assert whom_from(urgency, number) == expected


@given(urgency=st.sampled_from(Urgency), number=st.integers(1, 60))
def test_times_increase_from_step_to_step(urgency, number):
    at, later = told_at(clock(urgency), number), told_at(clock(urgency), number + 1)

    assert later is None or at < later


@given(urgency=st.sampled_from(Urgency), number=st.integers(1, 40))
def test_steps_never_go_back(urgency, number):
    rank = list(Whom).index
    here, after = step(urgency, number), step(urgency, number + 1)

    assert after is None or rank(here.whom) <= rank(after.whom)


@given(
    urgency=st.sampled_from(Urgency),
    told=st.integers(1, 10),
    waits=st.timedeltas(timedelta(0), timedelta(days=4)),
    more=st.timedeltas(timedelta(0), timedelta(days=4)),
)
def test_later_never_tells_a_lower_step(urgency, told, waits, more):
    first = step_to_tell(clock(urgency), told, RAISED + waits)
    second = step_to_tell(clock(urgency), told, RAISED + waits + more)

    assert told < first <= second


def test_every_urgency_has_a_ladder_that_begins_at_once():
    assert LADDERS.keys() == set(Urgency)
    assert {minutes(urgency, 1) for urgency in Urgency} == {0}
