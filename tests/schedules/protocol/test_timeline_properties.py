from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from schedules.protocol import MARKERS, Options, packaged_protocol, timeline

IOTREX = packaged_protocol().protocol
ANCHORS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
OPTIONS = st.builds(
    Options,
    imaging_interval=st.integers(6, 12),
    annual_interval=st.sampled_from([12, 24]),
    late_imaging_interval=st.sampled_from([12, 24]),
    markers=st.lists(st.sampled_from(sorted(MARKERS)), unique=True).map(tuple),
)
YEARS = st.integers(0, 30)


def planned(anchor, options, years):
    return timeline(IOTREX, anchor, options, until=anchor + relativedelta(years=years))


@given(ANCHORS, OPTIONS, YEARS)
def test_no_timepoint_is_planned_twice(anchor, options, years):
    keys = [(point.kind, point.timepoint) for point in planned(anchor, options, years)]
    assert len(set(keys)) == len(keys)


@given(ANCHORS, OPTIONS, YEARS)
@example(date(2024, 2, 29), Options(), 10)
@example(date(2023, 12, 31), Options(imaging_interval=7), 10)
def test_every_target_is_counted_from_the_anchor(anchor, options, years):
    for point in planned(anchor, options, years):
        if point.offset_unit == "days":
            assert point.target == anchor + timedelta(days=point.offset)
            continue
        month = anchor.month - 1 + point.offset
        year, month = anchor.year + month // 12, month % 12 + 1
        assert point.target == date(year, month, min(anchor.day, monthrange(year, month)[1]))


@given(ANCHORS, OPTIONS, YEARS)
def test_every_window_contains_its_target_and_has_its_days(anchor, options, years):
    for point in planned(anchor, options, years):
        assert point.opens <= point.target <= point.closes
        assert (point.target - point.opens).days == point.before
        assert (point.closes - point.target).days == point.after


@given(ANCHORS, OPTIONS, YEARS)
def test_rows_are_in_order_and_end_at_until(anchor, options, years):
    points = planned(anchor, options, years)
    keys = [(point.target, point.kind, point.timepoint) for point in points]
    assert keys == sorted(keys)
    assert all(anchor < point.target <= anchor + relativedelta(years=years) for point in points)


@given(ANCHORS, OPTIONS, YEARS, YEARS)
def test_a_longer_horizon_only_adds_at_the_end(anchor, options, years, more):
    short = planned(anchor, options, years)
    assert planned(anchor, options, years + more)[: len(short)] == short


@given(ANCHORS, OPTIONS, YEARS)
def test_the_same_input_gives_the_same_output(anchor, options, years):
    assert planned(anchor, options, years) == planned(anchor, options, years)


@given(ANCHORS, OPTIONS)
def test_scans_of_five_years_are_6_to_13_months_apart_and_end_at_month_60(anchor, options):
    months = [point.offset for point in planned(anchor, options, 5) if point.kind == "imaging"]
    gaps = [later - earlier for earlier, later in pairwise(months)]
    assert (months[0], months[-1]) == (3, 60)
    assert min(gaps) >= 6
    assert max(gaps) <= (13 if options.imaging_interval == 11 else 12)
