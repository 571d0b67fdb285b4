"""What is written along the days of a picture, from a few weeks to many years."""

from datetime import date, timedelta

import pytest

from labs.pages.axes import SMALL, WHOLE, Axes, ticks_of

EPOCH = date(1970, 1, 1)


def written(first, last, size=WHOLE):
    """The days that are labelled, and how."""
    days, label = ticks_of(Axes(first, last, 0, 1, log=False), size)
    return [(EPOCH + timedelta(day)).isoformat() for day in days], label


@pytest.mark.parametrize(
    ("first", "last", "size", "expected"),
    [
        (date(2024, 1, 31), date(2024, 2, 20), WHOLE, (["2024-02-05", "2024-02-12", "2024-02-19"], "%-d %b")),
        (date(2024, 1, 1), date(2024, 3, 27), SMALL,
         (["2024-01-01", "2024-01-29", "2024-02-26", "2024-03-25"], "%-d %b")),
        (date(2024, 1, 31), date(2024, 9, 2), SMALL,
         (["2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01"], "%b %y")),
        (date(2023, 12, 1), date(2024, 6, 2), WHOLE, ([f"{m}-01" for m in
            ("2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06")], "%b %Y")),
        (date(2019, 5, 1), date(2024, 2, 1), WHOLE, ([f"{year}-01-01" for year in range(2020, 2025)], "%Y")),
    ],
)  # fmt: skip
def test_days_are_labelled_as_densely_as_there_is_room(first, last, size, expected):
    assert written(first, last, size) == expected


@pytest.mark.parametrize("days", [5, 30, 126, 127, 400, 1500, 4000, 15000])
@pytest.mark.parametrize("size", [WHOLE, SMALL])
def test_labels_are_within_the_axis_and_never_crowded(days, size):
    first = date(2000, 2, 29)
    last = first + timedelta(days)

    labelled, _ = written(first, last, size)

    assert all(first.isoformat() <= day <= last.isoformat() for day in labelled)
    assert len(labelled) <= (5 if size.small else 10)
