from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.protocol import OpenActivity, Options, fulfilled_by, is_specimen, packaged_protocol, timeline

ANCHOR = date(2024, 1, 31)  # M2 is day 60, its window day 53 to 67


def open_activities(*without):
    points = timeline(packaged_protocol().protocol, ANCHOR, Options(), until=date(2024, 12, 31))
    return [
        OpenActivity(
            f"{point.timepoint} {activity}",
            activity,
            point.timepoint,
            point.target,
            point.opens,
            point.closes,
        )
        for point in points
        for activity in point.activities
        if f"{point.timepoint} {activity}" not in without
    ]


def on_day(number):
    return ANCHOR + timedelta(days=number)


@pytest.mark.parametrize(
    ("day", "activity", "recovered", "keys"),
    [
        (21, "cbc", False, ["W3 cbc"]),
        (24, "cbc", False, ["W3 cbc"]),
        (25, "cbc", False, ["W4 cbc"]),
        (3, "cbc", False, []),
        (52, "cbc", True, ["W7 cbc"]),
        (53, "cbc", False, ["W8 cbc"]),
        (53, "cbc", True, ["W8 cbc", "M2 cbc"]),
        (59, "cbc", False, ["W8 cbc"]),
        (59, "cbc", True, ["W8 cbc", "M2 cbc"]),
        (60, "cbc", False, ["M2 cbc"]),
        (56, "chemistry", False, ["M2 chemistry"]),
        (56, "thyroid", False, ["M2 thyroid"]),
        (90, "cbc", False, ["M3 cbc"]),
        (90, "hva_vma", True, []),
    ],
)
def test_a_specimen_fulfils_what_its_date_lies_in(day, activity, recovered, keys):
    assert fulfilled_by(on_day(day), activity, open_activities(), recovered=recovered) == keys


def test_month_2_takes_the_specimen_when_the_week_is_no_longer_open():
    assert fulfilled_by(on_day(56), "cbc", open_activities("W8 cbc"), recovered=False) == ["M2 cbc"]


def test_of_two_weeks_the_nearest_and_of_equals_the_earlier_is_fulfilled():
    def week(name, target):
        return OpenActivity(name, "cbc", name, on_day(target), on_day(target - 5), on_day(target + 5))

    candidates = [week("W3", 21), week("W2", 14)]
    assert fulfilled_by(on_day(18), "cbc", candidates, recovered=True) == ["W3"]
    assert fulfilled_by(on_day(17), "cbc", candidates, recovered=True) == ["W2"]
    same = [week("W3", 20), week("W2", 14)]
    assert fulfilled_by(on_day(17), "cbc", same, recovered=True) == ["W2"]


def test_added_week_is_a_week_like_any_other():
    added = OpenActivity("W9 cbc", "cbc", "W9", on_day(63), on_day(60), on_day(66))

    candidates = [*open_activities("W8 cbc"), added]

    assert fulfilled_by(on_day(62), "cbc", candidates, recovered=False) == ["W9 cbc"]
    assert fulfilled_by(on_day(62), "cbc", candidates, recovered=True) == ["M2 cbc", "W9 cbc"]


@given(st.integers(0, 330), st.sampled_from(["cbc", "chemistry", "thyroid"]), st.booleans())
def test_never_outside_a_window_and_never_two_weeks(day, activity, recovered):
    windows = {c.key: c for c in open_activities()}
    found = [windows[key] for key in fulfilled_by(on_day(day), activity, windows.values(), recovered=recovered)]
    assert all(c.opens <= on_day(day) <= c.closes and c.activity == activity for c in found)
    assert sum(c.timepoint.startswith("W") for c in found) <= 1


def test_what_is_not_a_specimen_is_refused():
    assert not is_specimen("physician_visit")
    with pytest.raises(ValueError, match="'mibg_scan' is not done by a specimen"):
        fulfilled_by(on_day(90), "mibg_scan", open_activities(), recovered=True)
