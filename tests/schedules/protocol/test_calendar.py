from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.protocol import CalendarError, WorkingCalendar, closed_days, closed_spans, suggested_day


@pytest.mark.parametrize(
    ("calendar", "day", "reason"),
    [
        (WorkingCalendar("ES", "MD"), date(2024, 3, 29), "Good Friday"),
        (WorkingCalendar("US", "NY"), date(2024, 7, 4), "Independence Day"),
        (WorkingCalendar("DE"), date(2024, 10, 3), "German Unity Day"),
        (WorkingCalendar("DE", "BY"), date(2023, 1, 6), "Epiphany"),
        (WorkingCalendar("DE"), date(2023, 1, 6), None),  # in some regions only
        (WorkingCalendar("US"), date(2024, 3, 30), "not a working weekday"),
        (WorkingCalendar("US"), date(2024, 3, 28), None),
        (WorkingCalendar(), date(2024, 12, 25), None),
        (WorkingCalendar(weekdays=frozenset({5})), date(2024, 3, 30), None),
        (WorkingCalendar(closures={date(2024, 3, 28): "move"}), date(2024, 3, 28), "closed: move"),
        (WorkingCalendar("US", closures={date(2024, 7, 4): "move"}), date(2024, 7, 4), "closed: move"),
    ],
)
def test_calendar_says_why_a_clinic_is_not_working(calendar, day, reason):
    assert calendar.reason(day) == reason
    assert calendar.is_working(day) is (reason is None)


@pytest.mark.parametrize(
    ("country", "subdivision", "message"),
    [
        ("ZZ", "", "'ZZ' is not a country whose public holidays are known"),
        ("US", "BY", "'BY' is not a region of 'US'"),
        ("", "BY", "'BY' is not a region of ''"),
    ],
)
def test_an_unknown_country_or_region_is_refused(country, subdivision, message):
    with pytest.raises(CalendarError, match=message):
        WorkingCalendar(country, subdivision)


def test_closed_days_hold_both_ends():
    days = closed_days([(date(2024, 12, 30), date(2025, 1, 1), "move"), (date(2024, 5, 2), date(2024, 5, 2), "fair")])
    assert days == {
        date(2024, 12, 30): "move",
        date(2024, 12, 31): "move",
        date(2025, 1, 1): "move",
        date(2024, 5, 2): "fair",
    }


OPENS, TARGET, CLOSES = date(2024, 3, 24), date(2024, 3, 31), date(2024, 4, 7)  # a Sunday, between


@pytest.mark.parametrize(
    ("working", "suggested"),
    [
        ({TARGET}, TARGET),
        ({date(2024, 3, 30), date(2024, 4, 1)}, date(2024, 3, 30)),  # the earlier wins a tie
        ({date(2024, 3, 28), date(2024, 4, 2)}, date(2024, 4, 2)),
        ({OPENS, CLOSES}, OPENS),
        ({date(2024, 3, 23), date(2024, 4, 8)}, None),  # both outside the window
    ],
)
def test_suggested_day_is_the_nearest_working_day_of_the_window(working, suggested):
    assert suggested_day(OPENS, TARGET, CLOSES, working.__contains__) == suggested


@given(st.sets(st.dates(OPENS - timedelta(days=3), CLOSES + timedelta(days=3))))
def test_no_working_day_of_the_window_is_nearer_than_the_suggested(working):
    suggested = suggested_day(OPENS, TARGET, CLOSES, working.__contains__)
    inside = sorted(day for day in working if OPENS <= day <= CLOSES)
    assert suggested == min(inside, key=lambda day: abs(day - TARGET), default=None)


@pytest.mark.parametrize(
    ("closed", "spans"),
    [
        (range(0), []),
        (range(5, 11), []),  # six days
        (range(5, 12), [(5, 11)]),
        ([*range(8), *range(9, 20), *range(25, 31)], [(0, 7), (9, 19)]),
        (range(31), [(0, 30)]),
    ],
)
def test_closed_spans_are_runs_long_enough(closed, spans):
    first = date(2024, 12, 20)
    days = {first + timedelta(days=n) for n in closed}

    found = closed_spans(first, first + timedelta(days=30), lambda day: day not in days, at_least=7)

    assert [((a - first).days, (b - first).days) for a, b in found] == spans
