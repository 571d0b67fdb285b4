from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.protocol import Options, latest_to_extend, packaged_protocol, stored_timeline

IOTREX = packaged_protocol().protocol
ANCHOR = date(2024, 1, 31)


def last_of_each_kind(today, options=None):
    stored = stored_timeline(IOTREX, ANCHOR, options or Options(), today=today)
    return {kind: [p.timepoint for p in stored if p.kind == kind][-1] for kind in ("visit", "imaging")}


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2024, 1, 31), "M72"),  # M60 and the next one
        (date(2027, 1, 31), "M72"),
        (date(2028, 1, 30), "M72"),  # + 24 months is the day before M72
        (date(2028, 1, 31), "M84"),  # + 24 months is M72 itself, so the next one is M84
        (date(2034, 6, 1), "M156"),
        (date(2020, 1, 1), "M72"),  # a planned treatment
    ],
)
def test_stored_part_ends_with_the_next_one_after_the_horizon(today, last):
    assert last_of_each_kind(today) == {"visit": last, "imaging": last}


def test_stored_part_holds_the_next_visit_and_the_next_scan():
    assert last_of_each_kind(ANCHOR, Options(late_imaging_interval=24)) == {"visit": "M72", "imaging": "M84"}


def test_stored_part_of_the_last_anchor_fits_the_calendar():
    stored = stored_timeline(IOTREX, date(2199, 12, 31), Options(), today=date(2199, 12, 31))
    assert stored[-1].timepoint == "M72"


OPTIONS = st.builds(
    Options,
    imaging_interval=st.integers(6, 12),
    annual_interval=st.sampled_from([12, 24]),
    late_imaging_interval=st.sampled_from([12, 24]),
)


@given(
    anchor=st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    options=OPTIONS,
    later=st.integers(0, 9000),
    step=st.integers(0, 900),
)
def test_extending_night_by_night_equals_a_fresh_call(anchor, options, later, step):
    today = anchor + timedelta(days=later)
    earlier = stored_timeline(IOTREX, anchor, options, today=today)
    fresh = stored_timeline(IOTREX, anchor, options, today=today + timedelta(days=step))
    assert [point for point in fresh if point in set(earlier)] == earlier


@given(anchor=st.dates(date(1990, 1, 1), date(2060, 1, 1)), options=OPTIONS, later=st.integers(0, 3000))
def test_stored_part_of_a_plan_too_young_to_extend_is_that_of_its_anchor(anchor, options, later):
    today = anchor + timedelta(days=later)
    grown = stored_timeline(IOTREX, anchor, options, today=today) != stored_timeline(
        IOTREX, anchor, options, today=anchor
    )
    assert not grown or anchor <= latest_to_extend(IOTREX, today=today)


@pytest.mark.parametrize(
    ("today", "latest"),
    [
        (date(2027, 1, 31), date(2024, 2, 3)),  # 36 months before, and three days
        (date(2028, 2, 29), date(2025, 3, 3)),
    ],
)
def test_latest_to_extend_lies_where_the_horizon_begins_to_move(today, latest):
    assert latest_to_extend(IOTREX, today=today) == latest
