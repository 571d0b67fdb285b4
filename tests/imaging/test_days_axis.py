"""What is written along the days of a picture of images."""

from datetime import date, timedelta

import pytest

from imaging.pages.days_axis import EPOCH, days_of, x_axis


@pytest.mark.parametrize(
    ("first", "last", "labelled"),
    [
        (date(2024, 3, 10), date(2024, 3, 20), ["2024-03-04", "2024-03-11", "2024-03-18", "2024-03-25"]),
        (date(2024, 1, 20), date(2024, 3, 2), ["2024-02-01", "2024-03-01"]),
    ],
)
def test_days_of_less_than_two_months_are_labelled_by_the_week(first, last, labelled):
    axis = x_axis(days_of([first, last]))["axis"]

    assert [(EPOCH + timedelta(each)).isoformat() for each in axis["values"]] == labelled
    assert ("%-d %b %Y" in axis["labelExpr"]) is (labelled[0] == "2024-03-04")
