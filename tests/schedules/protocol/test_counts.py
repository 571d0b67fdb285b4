from datetime import date, timedelta

import pytest

from schedules.protocol import CountClock, count_clock

ANCHOR = date(2024, 1, 31)


def day(number):
    return ANCHOR + timedelta(days=number)


def clock(today, last=None, followed_from=0, recovered=None, prolonged=None, severe=False):
    return count_clock(
        ANCHOR,
        followed_from=day(followed_from),
        last_specimen_on=None if last is None else day(last),
        today=day(today),
        severe=severe,
        recovered_on=None if recovered is None else day(recovered),
        prolonged_until=None if prolonged is None else day(prolonged),
    )


@pytest.mark.parametrize(
    ("given", "days_since", "overdue_from", "overdue"),
    [
        ({"today": 14}, 14, 14, True),  # no count at all: late from the first day the clock runs
        ({"today": 14, "last": 7}, 7, 16, False),
        ({"today": 15, "last": 7}, 8, 16, False),  # 8 days is not more than 8
        ({"today": 16, "last": 7}, 9, 16, True),
        ({"today": 30, "last": 26, "severe": True}, 4, 31, False),
        ({"today": 31, "last": 26, "severe": True}, 5, 31, True),
        ({"today": 30, "followed_from": 25}, 5, 34, False),  # what came before is not held against anyone
        ({"today": 34, "followed_from": 25, "last": 10}, 9, 34, True),
        ({"today": 84, "last": 75}, 9, 84, True),
        ({"today": 40, "last": 38, "recovered": 41}, 2, 47, False),
    ],
)
def test_clock_counts_days_since_the_last_specimen(given, days_since, overdue_from, overdue):
    limit = 4 if given.get("severe") else 8
    assert clock(**given) == CountClock(days_since, limit, day(overdue_from), overdue, day(84))


@pytest.mark.parametrize(
    "given",
    [
        {"today": 13},
        {"today": 85, "last": 60},
        {"today": 40, "last": 20, "recovered": 40},
        {"today": 40, "followed_from": 41},
        {"today": 100, "followed_from": 90},
    ],
)
def test_clock_does_not_run(given):
    assert clock(**given) is None


def test_clock_runs_on_while_provisional_counts_go_on():
    assert clock(today=90, last=80, prolonged=100) == CountClock(10, 8, day(89), True, day(100))
    assert clock(today=101, last=80, prolonged=100) is None
