from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.monitoring import Colour, last_count, observed
from labs.rules.values import Infusion
from tests.labs.rules.courses import FIRST, RULES, count, course, on, sample

RULE = RULES.monitoring
GREEN, AMBER, RED = Colour
GOOD, SEVERE = ("2.4", 180), ("0.9", 180)


def found(days, today, recovered=None, values=GOOD, **given):
    counted = [count(day, *(values if not isinstance(values, dict) else values.get(day, GOOD))) for day in days]
    recovered_on = None if recovered is None else on(recovered)
    return observed(RULE, course(*counted, today=today, **given), FIRST, recovered_on)


def mark(*given, **named):
    seen = found(*given, **named)
    return seen.longest, seen.colour


WEEKLY = range(7, 57, 7)


@pytest.mark.parametrize(
    ("followed_from", "days", "today", "expected"),
    [
        (30, [31, 38, 45, 52, 56], 100, (7, GREEN)),  # nobody here could have drawn before day 30
        (30, [41, 48, 55, 56], 100, (11, RED)),  # day 30 to the first draw
        (30, [], 35, (5, GREEN)),
        (30, [], 39, (9, AMBER)),
        (30, [], 29, (None, None)),  # still to begin
        (200, [], 300, (None, None)),  # over before
    ],
)
def test_nothing_is_missed_before_the_patient_was_followed_here(followed_from, days, today, expected):
    counted = course(*[count(day, *GOOD) for day in days], today=today)
    seen = observed(RULE, counted, FIRST, on(50), followed_from=on(followed_from))
    assert (seen.longest, seen.colour) == expected
    assert seen.running is (today <= 56)


@pytest.mark.parametrize(
    ("days", "today", "recovered", "expected"),
    [
        (WEEKLY, 100, 50, (7, GREEN)),
        ([14, 22, 30, 38, 46, 54], 100, 50, (8, GREEN)),
        ([14, 23, 31, 39, 47, 55], 100, 50, (9, AMBER)),
        ([14, 24, 32, 40, 48, 56], 100, 50, (10, AMBER)),
        ([14, 25, 33, 41, 49, 56], 100, 50, (11, RED)),
        ([24, 32, 40, 48, 56], 100, 50, (10, AMBER)),  # day 14 to the first draw
        ([13, 22, 30, 38, 46, 54], 100, 50, (8, GREEN)),  # from day 14, not from day 13
        (WEEKLY, 100, 70, (14, RED)),  # from the last draw to recovery on day 70
        (WEEKLY, 100, None, (28, RED)),  # not recovered: to day 84
        (WEEKLY, 62, None, (7, GREEN)),  # to today
        (WEEKLY, 65, None, (9, AMBER)),
        ([14, 21], 25, None, (7, GREEN)),
        ([], 100, None, (70, RED)),
    ],
)
def test_the_longest_interval_runs_from_day_14_to_the_end_or_today(days, today, recovered, expected):
    assert mark(days, today, recovered) == expected


@pytest.mark.parametrize(
    ("days", "severe", "expected"),
    [
        ([14, 21, 25, 29, 36, 43, 50, 56], {21: SEVERE, 25: SEVERE}, (7, GREEN)),
        ([14, 21, 26, 33, 40, 47, 54], {21: SEVERE}, (7, AMBER)),  # 5 days after a severe count
        ([14, 21, 28, 35, 42, 49, 56], {21: SEVERE}, (7, RED)),
        ([14, 21, 28, 35, 42, 49, 56], {21: ("2.4", 49)}, (7, RED)),
        ([14, 21, 28, 35, 42, 49, 56], {21: ("1.0", 50)}, (7, GREEN)),
        ([12, 21, 28, 35, 42, 49, 56], {12: SEVERE}, (7, RED)),  # day 14 to 21 after a severe count
    ],
)
def test_intervals_after_a_severe_count_are_judged_more_closely(days, severe, expected):
    assert mark(days, 100, 50, values=severe) == expected


def test_monitoring_before_day_14_has_not_started():
    seen = found([7], 13)
    assert (seen.longest, seen.colour, seen.finding.sentence) == (None, None, "Not started: begins on Wed 14 Feb 2024.")


@pytest.mark.parametrize(
    ("days", "today", "colour"),
    [
        ([7], 15, GREEN),  # 8 days since the last count
        ([7], 16, AMBER),  # the interval from day 14 is only 2 days
        ([], 14, RED),
        ([3], 14, RED),
    ],
)
def test_a_mark_is_never_green_on_stale_data(days, today, colour):
    assert found(days, today).colour is colour


def test_affected_draws_count_and_incomplete_ones_do_not():
    affected = [count(day, *GOOD, affected=("filgrastim",)) for day in WEEKLY]
    assert observed(RULE, course(affected[0], *affected[1:]), FIRST, on(50)).longest == 7
    incomplete = [count(7 * week, *GOOD) for week in (2, 3, 5, 6, 7, 8)] + [[sample("platelets", 28, 90)]]
    assert observed(RULE, course(*incomplete), FIRST, on(50)).longest == 14


def test_the_interval_names_its_days_and_counts():
    seen = found([14, 21, 33, 40, 47, 54], 100, 50)
    assert (seen.begins, seen.ends, seen.until, seen.running) == (on(21), on(33), on(56), False)
    assert seen.finding.samples == ("anc 21", "platelets 21", "anc 33", "platelets 33")
    assert seen.finding.sentence == (
        "Longest interval without a count with ANC and platelets: 12 days, Wed 21 Feb 2024 to Mon 4 Mar 2024."
    )


def test_monitoring_ends_with_the_next_infusion():
    seen = found(WEEKLY, 200, None, infusions=(FIRST, Infusion(2, on(60))))
    assert (seen.longest, seen.until) == (7, on(60))


def test_the_last_count_says_whether_it_was_severe():
    last = last_count(RULE, course(count(20, *SEVERE), count(27, *GOOD), sample("anc", 30, "2.1")), FIRST)
    assert (last.day, last.severe) == (on(27), False)
    assert last_count(RULE, course(count(20, "0.99", 180)), FIRST).severe
    assert last_count(RULE, course(), FIRST) is None


DAYS = st.sets(st.integers(1, 100), max_size=15)


@given(DAYS, st.integers(14, 120), st.one_of(st.none(), st.integers(20, 120)))
def test_the_longest_interval_is_that_of_a_plain_search(days, today, recovered):
    last = min(max(56, 84 if recovered is None else recovered), 84, today)
    points = sorted({14, last, *(day for day in days if 14 <= day <= last)})
    assert found(days, today, recovered).longest == max(
        [later - earlier for earlier, later in pairwise(points)], default=0
    )


@given(DAYS, st.integers(1, 100), st.integers(84, 120))
def test_another_draw_never_lengthens_the_interval(days, day, today):
    assert found(days | {day}, today).longest <= found(days, today).longest


@pytest.mark.parametrize(
    ("days", "today", "values", "decided"),
    [
        ([14, 22, 30, 38], 40, {}, (8, False)),
        ([14, 21, 26, 34], 36, {21: SEVERE}, (5, True)),  # shorter than the longest, but less was allowed
        ([8], 16, {}, (8, False)),  # the draw before day 14 counts while monitoring runs
        ([8], 20, {}, (12, False)),
    ],
)
def test_interval_that_gave_the_colour_is_named(days, today, values, decided):
    gap = found(days, today, values=values).decided

    assert (gap.days, gap.severe) == decided


@pytest.mark.parametrize("alone", [sample("anc", 31, "0.4", "<", bound=True), sample("platelets", 31, 49)])
def test_last_count_is_severe_when_a_value_that_came_alone_since_is(alone):
    last = last_count(RULE, course(count(28, "1.5", 90), alone), FIRST)
    assert (last.day, last.severe) == (on(28), True)
