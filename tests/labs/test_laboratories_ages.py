import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.ages import OLDEST_DAYS, age_text, read_age


@pytest.mark.parametrize(
    ("text", "days"),
    [("0d", 0), ("30d", 30), ("1mo", 30), ("6mo", 182), ("1y", 365), ("18y", 6574), (" 18 Y ", 6574), ("150y", 54787)],
)
def test_age_is_read_in_days_months_and_years(text, days):
    assert read_age(text) == days


@pytest.mark.parametrize("text", ["", "18", "18 years", "-1d", "1.5y", "151y", "٣y"])
def test_age_nobody_has_or_writes_is_none(text):
    assert read_age(text) is None


@pytest.mark.parametrize(
    ("days", "text"), [(0, "0d"), (29, "29d"), (30, "1mo"), (365, "1y"), (366, "366d"), (6574, "18y")]
)
def test_age_is_written_in_the_largest_unit_that_is_exact(days, text):
    assert age_text(days) == text


@given(st.integers(0, OLDEST_DAYS))
def test_age_written_is_read_back(days):
    assert read_age(age_text(days)) == days
