from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.values import (
    Infusion,
    Urgency,
    counts,
    is_above,
    is_below,
    may_be_above,
    may_be_below,
    more_urgent,
)
from tests.labs.rules.courses import FIRST, count, course, on, sample

NUMBERS = st.decimals(0, 10, places=1)


@pytest.mark.parametrize(
    ("value", "comparator", "may_low", "low", "may_high", "high"),
    [  # against the limit 5
        ("4.9", "", True, True, False, False),
        ("5", "", False, False, False, False),
        ("5.1", "", False, False, True, True),
        ("5", "<", True, True, False, False),
        ("5", "<=", True, False, False, False),
        ("5.1", "<", True, False, True, False),  # 5.05 is possible
        ("5", ">", False, False, True, True),
        ("5", ">=", False, False, True, False),
        ("4.9", ">", True, False, True, False),
    ],
)
def test_a_comparator_leaves_open_what_it_leaves_open(value, comparator, may_low, low, may_high, high):
    given = (Decimal(value), comparator, Decimal(5))
    found = (may_be_below(*given), is_below(*given), may_be_above(*given), is_above(*given))
    assert found == (may_low, low, may_high, high)


@given(NUMBERS, st.sampled_from(["", "<", "<=", ">", ">="]), NUMBERS)
def test_what_is_certain_is_possible(value, comparator, limit):
    if limit > 0:
        assert is_below(value, comparator, limit) <= may_be_below(value, comparator, limit)
    assert is_above(value, comparator, limit) <= may_be_above(value, comparator, limit)


def test_more_urgent_takes_the_sooner_tier():
    assert more_urgent(Urgency.SAME_DAY, Urgency.IMMEDIATE) is Urgency.IMMEDIATE
    assert more_urgent(None, Urgency.NEXT_WORKING_DAY) is Urgency.NEXT_WORKING_DAY
    assert more_urgent(None, None) is None


def test_a_course_sorts_by_time_and_keeps_the_order_of_one_instant():
    later, first, second = sample("anc", 8, 3), sample("anc", 7, 1, id="a"), sample("anc", 7, 2, id="b")
    assert list(course(later, first, second).of("anc")) == [first, second, later]


def test_samples_after_an_infusion_begin_on_day_1_and_end_on_the_day_of_the_next():
    following = Infusion(2, on(90))
    samples = [sample("anc", number, 2) for number in (0, 1, 90, 91)]
    treated = course(samples, infusions=(following, FIRST))
    assert [each.day for each in treated.after(FIRST, "anc")] == [on(1), on(90)]
    assert [each.day for each in treated.after(following, "anc")] == [on(91)]


def test_a_count_is_a_day_with_measured_anc_and_platelets():
    bound = sample("anc", 10, 3, "<=", bound=True)
    given = course(count(7, 2, 200), bound, sample("platelets", 10, 90), sample("anc", 12, 2))
    assert [each.day for each in counts(given, FIRST)] == [date(2024, 2, 7)]


def test_a_count_may_come_in_two_reports_of_one_day():
    given = course(sample("anc", 7, 2, hour=8), sample("platelets", 7, 200, hour=15))
    assert [each.day for each in counts(given, FIRST)] == [on(7)]
