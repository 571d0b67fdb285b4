from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.nadir import nadirs
from tests.labs.rules.courses import FIRST, RULES, course, on, sample

RULE = RULES.nadir


def nadir(*samples, recovered_on=None, analyte="anc"):
    return nadirs(RULE, course(*samples), FIRST, recovered_on).get(analyte)


def test_the_nadir_is_the_lowest_value_and_its_day():
    found = nadir(sample("anc", 7, 3), sample("anc", 36, "0.4"), sample("anc", 43, "0.4"), sample("anc", 50, 1))
    assert (found.sample.value, found.day_number, found.at_most) == (Decimal("0.4"), 36, False)
    assert found.finding.sentence == "ANC 0.4 x10^9/L on day 36 is the lowest so far."


def test_each_analyte_has_its_own_nadir():
    given = course(sample("anc", 36, 1), sample("platelets", 29, 40), sample("hgb", 43, 90), sample("alc", 43, 1))
    assert {key: each.day_number for key, each in nadirs(RULE, given, FIRST, None).items()} == {
        "anc": 36,
        "platelets": 29,
        "hgb": 43,
    }


@pytest.mark.parametrize(
    ("given", "at_most"),
    [
        (sample("anc", 36, "0.4"), False),
        (sample("anc", 36, "0.4", affected=("filgrastim",)), True),
        (sample("anc", 36, "0.4", "<"), True),
        (sample("anc", 36, "0.4", "<=", bound=True), True),
    ],
)
def test_an_affected_or_open_nadir_is_an_upper_limit(given, at_most):
    assert nadir(sample("anc", 30, 2), given).at_most is at_most


def test_below_a_number_is_lower_than_the_number():
    assert nadir(sample("anc", 36, "0.1"), sample("anc", 40, "0.1", "<")).day_number == 40
    assert nadir(sample("anc", 36, "0.1", affected=("filgrastim",)), sample("anc", 40, "0.1")).day_number == 40


def test_above_a_number_says_nothing_of_the_depth():
    assert nadir(sample("anc", 36, 8, ">")) is None


def test_after_recovery_the_search_ends_on_day_84():
    samples = [sample("anc", 36, "0.4"), sample("anc", 84, "0.3"), sample("anc", 85, "0.2")]
    assert nadir(*samples).day_number == 85
    assert nadir(*samples, recovered_on=on(50)).day_number == 84


@given(st.dictionaries(st.integers(1, 90), st.decimals(0, 10, places=1), min_size=1))
def test_no_value_is_below_the_nadir(values):
    found = nadir(*(sample("anc", day, value) for day, value in values.items()))
    assert found.sample.value == min(values.values())
    assert found.day_number == min(day for day, value in values.items() if value == found.sample.value)
