from datetime import date, timedelta

import pytest

from schedules.protocol import Options, WorkingCalendar, explain, packaged_protocol, timeline

IOTREX = packaged_protocol().protocol


def sentence(anchor, timepoint, calendar=None):
    points = timeline(IOTREX, anchor, Options(), until=anchor + timedelta(days=1000))
    point = next(p for p in points if (p.timepoint, p.kind) == (timepoint, "visit"))
    return explain(IOTREX, anchor, point, calendar=calendar).sentence


NEW_YORK = WorkingCalendar("US", "NY")
CLOSED = WorkingCalendar(weekdays=frozenset())


@pytest.mark.parametrize(
    ("anchor", "timepoint", "calendar", "expected"),
    [
        (
            date(2024, 1, 31),
            "W1",
            None,
            "W1, weekly blood counts: Wed 31 Jan 2024 + 7 days is Wed 7 Feb 2024; "
            "window Sun 4 Feb 2024 to Sat 10 Feb 2024 (-3/+3 days); protocol iotrex 1.0.",
        ),
        (
            date(2023, 12, 31),
            "M2",
            NEW_YORK,
            "M2, monthly visits of the first year: Sun 31 Dec 2023 + 2 months is Thu 29 Feb 2024, "
            "the month's last day; window Thu 22 Feb 2024 to Thu 7 Mar 2024 (-7/+7 days); "
            "suggested day Thu 29 Feb 2024; protocol iotrex 1.0.",
        ),
        (
            date(2024, 1, 31),
            "M2",
            NEW_YORK,
            "M2, monthly visits of the first year: Wed 31 Jan 2024 + 2 months is Sun 31 Mar 2024; "
            "window Sun 24 Mar 2024 to Sun 7 Apr 2024 (-7/+7 days); "
            "suggested day Mon 1 Apr 2024 (not a working weekday on the target); protocol iotrex 1.0.",
        ),
        (
            date(2024, 3, 4),
            "M4",
            NEW_YORK,
            "M4, monthly visits of the first year: Mon 4 Mar 2024 + 4 months is Thu 4 Jul 2024; "
            "window Thu 27 Jun 2024 to Thu 11 Jul 2024 (-7/+7 days); "
            "suggested day Wed 3 Jul 2024 (Independence Day on the target); protocol iotrex 1.0.",
        ),
        (
            date(2024, 1, 31),
            "W1",
            CLOSED,
            "W1, weekly blood counts: Wed 31 Jan 2024 + 7 days is Wed 7 Feb 2024; "
            "window Sun 4 Feb 2024 to Sat 10 Feb 2024 (-3/+3 days); no day to suggest in the window "
            "(not a working weekday on the target), a decision is needed; protocol iotrex 1.0.",
        ),
    ],
)
def test_why_this_date(anchor, timepoint, calendar, expected):
    assert sentence(anchor, timepoint, calendar) == expected
