"""Where clocks are put forward and back."""

from datetime import UTC, date, datetime, time

import pytest

from tests.oracle.wall_clock import at_wall_clock, is_quiet, next_full_five


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("Europe/Berlin", "2024-03-31", "02:30", "2024-03-31T01:00"),  # 02:00 to 03:00 is skipped: 03:00 summer time
        ("Europe/Berlin", "2024-10-27", "02:30", "2024-10-27T00:30"),  # twice: the first of the two
        ("America/New_York", "2024-03-10", "02:15", "2024-03-10T07:00"),
        ("America/New_York", "2024-11-03", "01:30", "2024-11-03T05:30"),
        ("Australia/Lord_Howe", "2024-10-06", "02:10", "2024-10-05T15:30"),  # half an hour is skipped
        ("Australia/Lord_Howe", "2024-04-07", "01:45", "2024-04-06T14:45"),
        ("Pacific/Apia", "2011-12-30", "10:00", "2011-12-30T10:00"),  # the whole day is skipped: the 31st, 00:00
        ("Asia/Kolkata", "2024-03-31", "10:00", "2024-03-31T04:30"),
    ],
)
def test_wall_clock(zone: str, day: str, clock: str, expected: str) -> None:
    found = at_wall_clock(date.fromisoformat(day), time.fromisoformat(clock), zone)
    assert f"{found:%Y-%m-%dT%H:%M}" == expected


@pytest.mark.parametrize(
    ("clock", "expected"), [("19:59", False), ("20:00", True), ("23:30", True), ("07:59", True), ("08:00", False)]
)
def test_quiet_hours_go_over_midnight(clock: str, expected: bool) -> None:
    now = datetime.combine(date(2024, 1, 5), time.fromisoformat(clock), UTC)
    assert is_quiet(now, "UTC", time(20), time(8)) is expected


@pytest.mark.parametrize(("clock", "expected"), [("10:00", "10:00"), ("10:01", "10:05"), ("10:59", "11:00")])
def test_the_next_sweep(clock: str, expected: str) -> None:
    now = datetime.combine(date(2024, 1, 5), time.fromisoformat(clock), UTC)
    assert f"{next_full_five(now):%H:%M}" == expected
