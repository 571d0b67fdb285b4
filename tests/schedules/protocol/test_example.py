"""The shipped example beside the protocol for use: paediatric neuroblastoma."""

from datetime import date, timedelta

import pytest

from schedules.protocol import OpenActivity, fulfilled_by, packaged_protocols, timeline

EXAMPLE = packaged_protocols()[1].protocol
ANCHOR = date(2024, 1, 31)
POINTS = timeline(EXAMPLE, ANCHOR, EXAMPLE.default_options(("hva_vma",)), until=date(2034, 1, 31))


def test_one_protocol_is_for_use_and_the_other_an_example():
    shipped = [(each.protocol.slug, each.protocol.is_example) for each in packaged_protocols()]
    assert shipped == [("iotrex", False), ("paediatric-neuroblastoma", True)]


def test_counts_are_weekly_to_week_12():
    weeks = [point for point in POINTS if point.offset_unit == "days" and point.kind == "visit"]
    assert [point.timepoint for point in weeks] == [f"W{week}" for week in range(1, 13)]
    assert {point.activities for point in weeks} == {("cbc",)}
    assert [point.timepoint for point in weeks if point.cost == 900] == ["W4", "W5", "W6"]


def test_first_imaging_is_from_week_6_to_week_8_and_then_from_month_6():
    scans = [point for point in POINTS if point.kind == "imaging"]
    first = scans[0]
    assert (first.timepoint, first.opens, first.closes) == (
        "W7",
        ANCHOR + timedelta(weeks=6),
        ANCHOR + timedelta(weeks=8),
    )
    assert first.cost == 700
    assert [point.timepoint for point in scans[1:5]] == ["M6", "M12", "M18", "M24"]
    assert [point.timepoint for point in scans if point.offset <= 60][-1] == "M60"


def test_a_scan_in_a_week_of_the_nadir_is_not_ranked_as_a_count():
    assert [p.cost for p in POINTS if p.timepoint == "W7"] == [700, 800]


@pytest.mark.parametrize(
    ("day", "recovered", "fulfilled"),
    [
        (63, False, ["W9"]),  # month 2 is day 60, -7/+7
        (63, True, ["M2", "W9"]),
        (84, False, ["W12"]),  # month 3 is day 90, -7/+7
        (84, True, ["W12", "M3"]),
        (88, False, ["M3"]),
    ],
)
def test_a_weeks_count_next_to_a_month_leaves_the_months_open_until_recovery(day, recovered, fulfilled):
    counts = [
        OpenActivity(p.timepoint, "cbc", p.timepoint, p.target, p.opens, p.closes)
        for p in POINTS
        if "cbc" in p.activities
    ]
    assert fulfilled_by(ANCHOR + timedelta(days=day), "cbc", counts, recovered=recovered) == fulfilled


def test_a_week_is_a_week_whatever_its_phase_is_called():
    def week(name, target):
        opens, closes = target - timedelta(days=5), target + timedelta(days=5)
        return OpenActivity(name, "cbc", name, target, opens, closes)

    both = [week("W2", ANCHOR + timedelta(days=14)), week("W3", ANCHOR + timedelta(days=21))]
    assert fulfilled_by(ANCHOR + timedelta(days=18), "cbc", both, recovered=True) == ["W3"]
