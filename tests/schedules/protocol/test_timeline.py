from datetime import date

import pytest

from schedules.protocol import (
    OptionError,
    Options,
    continues,
    markers_for,
    packaged_protocol,
    timeline,
    warnings,
)

IOTREX = packaged_protocol().protocol
ANCHOR = date(2024, 1, 31)
AT_A_VISIT = ("cbc", "chemistry", "physician_visit", "thyroid")


def planned(anchor=ANCHOR, options=None, until=date(2036, 1, 31)):
    return timeline(IOTREX, anchor, options or Options(), until=until)


def months_of(kind, options, until=date(2036, 1, 31)):
    return [
        point.offset
        for point in planned(options=options, until=until)
        if point.kind == kind and point.offset_unit == "months"
    ]


def dates_of(timepoint, kind="visit", **given):
    return [
        (str(point.target), str(point.opens), str(point.closes))
        for point in planned(**given)
        if (point.timepoint, point.kind) == (timepoint, kind)
    ]


@pytest.mark.parametrize(
    ("timepoint", "kind", "dates"),
    [
        ("W1", "visit", ("2024-02-07", "2024-02-04", "2024-02-10")),
        ("W8", "visit", ("2024-03-27", "2024-03-24", "2024-03-30")),
        ("M2", "visit", ("2024-03-31", "2024-03-24", "2024-04-07")),
        ("M3", "visit", ("2024-04-30", "2024-04-23", "2024-05-07")),
        ("M3", "imaging", ("2024-04-30", "2024-04-16", "2024-05-14")),
        ("M15", "visit", ("2025-04-30", "2025-04-16", "2025-05-14")),
        ("M60", "visit", ("2029-01-31", "2029-01-17", "2029-02-14")),
        ("M60", "imaging", ("2029-01-31", "2029-01-17", "2029-02-14")),
        ("M72", "visit", ("2030-01-31", "2030-01-01", "2030-03-02")),
        ("M72", "imaging", ("2030-01-31", "2030-01-01", "2030-03-02")),
    ],
)
def test_timeline_holds_the_worked_examples(timepoint, kind, dates):
    assert dates_of(timepoint, kind) == [dates]


def test_timeline_has_no_month_13():
    assert dates_of("M13") == []


@pytest.mark.parametrize(
    ("anchor", "timepoint", "target"),
    [
        (date(2023, 1, 31), "M12", "2024-01-31"),
        (date(2022, 12, 31), "M2", "2023-02-28"),
        (date(2023, 12, 31), "M2", "2024-02-29"),
        (date(2023, 12, 30), "M2", "2024-02-29"),
        (date(2024, 2, 29), "M12", "2025-02-28"),
        (date(2024, 2, 29), "M48", "2028-02-29"),
        (date(2024, 2, 28), "M12", "2025-02-28"),
        (date(2024, 1, 31), "M8", "2024-09-30"),
        (date(2024, 1, 31), "M9", "2024-10-31"),
        (date(2024, 2, 29), "W1", "2024-03-07"),
        (date(1900, 1, 31), "M2", "1900-03-31"),
        (date(1899, 12, 31), "M2", "1900-02-28"),  # 1900 was no leap year
        (date(1999, 12, 31), "M2", "2000-02-29"),  # 2000 was
    ],
)
def test_month_ends_are_clamped_and_never_drift(anchor, timepoint, target):
    assert [dates[0] for dates in dates_of(timepoint, anchor=anchor)] == [target]


def test_visits_are_weekly_monthly_quarterly_then_yearly():
    labels = [point.timepoint for point in planned() if point.kind == "visit"]
    weeks = [f"W{n}" for n in range(1, 9)]
    months = [f"M{n}" for n in (*range(2, 13), *range(15, 61, 3), 72, 84, 96, 108, 120, 132, 144)]
    assert labels == weeks + months


def test_activities_and_windows_of_each_phase():
    found = {(point.phase, point.kind, point.activities, point.before, point.after) for point in planned()}
    scans = ("anatomical_imaging", "mibg_scan")
    assert found == {
        ("weeks", "visit", ("cbc",), 3, 3),
        ("months", "visit", AT_A_VISIT, 7, 7),
        ("quarters", "visit", AT_A_VISIT, 14, 14),
        ("years", "visit", AT_A_VISIT, 30, 30),
        ("imaging", "imaging", scans, 14, 14),
        ("late_imaging", "imaging", scans, 30, 30),
    }


LATE = [72, 84, 96, 108, 120, 132, 144]


@pytest.mark.parametrize(
    ("interval", "scans"),
    [
        (6, [3, 9, 15, 21, 27, 33, 39, 45, 51, 60]),
        (7, [3, 10, 17, 24, 31, 38, 45, 52, 60]),
        (8, [3, 11, 19, 27, 35, 43, 51, 60]),
        (9, [3, 12, 21, 30, 39, 48, 60]),
        (10, [3, 13, 23, 33, 43, 53, 60]),
        (11, [3, 14, 25, 36, 47, 60]),
        (12, [3, 15, 27, 39, 51, 60]),
    ],
)
def test_imaging_closes_at_month_60(interval, scans):
    assert months_of("imaging", Options(imaging_interval=interval)) == scans + LATE


def test_late_imaging_every_24_months_skips_month_72():
    late = [month for month in months_of("imaging", Options(late_imaging_interval=24)) if month > 60]
    assert late == [84, 108, 132]


def test_annual_interval_24_keeps_laboratory_only_years_between():
    options = Options(annual_interval=24, markers=("hva_vma",))
    found = [(point.timepoint, point.activities) for point in planned(options=options) if point.phase == "years"]
    full = ("cbc", "chemistry", "hva_vma", "physician_visit", "thyroid")
    laboratory = ("cbc", "hva_vma", "thyroid")
    assert found == [
        ("M72", laboratory),
        ("M84", full),
        ("M96", laboratory),
        ("M108", full),
        ("M120", laboratory),
        ("M132", full),
        ("M144", laboratory),
    ]


def test_annual_interval_24_leaves_late_imaging_yearly():
    assert months_of("imaging", Options(annual_interval=24))[-7:] == LATE


@pytest.mark.parametrize(
    ("indication", "markers"),
    [
        ("pheochromocytoma", ("metanephrines", "chromogranin_a")),
        ("paraganglioma", ("metanephrines", "chromogranin_a")),
        ("neuroblastoma", ("hva_vma",)),
        ("neuroendocrine", ("chromogranin_a", "5_hiaa")),
        ("medullary_thyroid", ("calcitonin_cea",)),
        ("other", ()),
    ],
)
def test_markers_go_with_months_3_6_9_12_and_every_later_visit(indication, markers):
    assert markers_for(IOTREX, indication) == markers
    found = [
        (point.timepoint, point.activities)
        for point in planned(options=Options(markers=markers))
        if point.kind == "visit" and point.offset_unit == "months"
    ]
    with_markers = tuple(sorted(AT_A_VISIT + markers))
    carrying = {3, 6, 9, 12, *range(15, 61, 3), *LATE}
    months = [*range(2, 13), *range(15, 61, 3), *LATE]
    assert found == [(f"M{n}", with_markers if n in carrying else AT_A_VISIT) for n in months]


def test_markers_for_an_unknown_indication_are_refused():
    with pytest.raises(OptionError, match="indication: 'glioma' is unknown; choose from pheochromocytoma,"):
        markers_for(IOTREX, "glioma")


def test_until_is_inclusive():
    assert [p.timepoint for p in planned(until=date(2024, 2, 14))] == ["W1", "W2"]
    assert [p.timepoint for p in planned(until=date(2024, 2, 13))] == ["W1"]


def test_until_on_or_before_the_anchor_gives_nothing():
    assert planned(until=ANCHOR) == []
    assert planned(until=date(1900, 1, 1)) == []


def test_timeline_reaches_the_end_of_the_calendar():
    last = planned(anchor=date(2199, 12, 31), until=date(9998, 12, 31))[-1]
    assert (last.target, last.closes) == (date(9998, 12, 31), date(9999, 1, 30))


def test_until_beyond_the_calendar_is_refused():
    with pytest.raises(ValueError, match="9999-01-01 is too late; choose a date up to 9998-12-31"):
        planned(until=date(9999, 1, 1))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"imaging_interval": 5},
            "imaging interval: 5 is not offered; choose 6, 7, 8, 9, 10, 11 or 12 months",
        ),
        (
            {"imaging_interval": 13},
            "imaging interval: 13 is not offered; choose 6, 7, 8, 9, 10, 11 or 12 months",
        ),
        ({"annual_interval": 18}, "annual interval: 18 is not offered; choose 12 or 24 months"),
        ({"annual_interval": True}, "annual interval: True is not offered; choose 12 or 24 months"),
        ({"late_imaging_interval": 36}, "late imaging interval: 36 is not offered; choose 12 or 24 months"),
        (
            {"markers": ("hva_vma", "hva_vma")},
            "markers: hva_vma, hva_vma names one twice; name each marker once",
        ),
    ],
)
def test_options_outside_the_choices_are_refused(given, message):
    with pytest.raises(OptionError) as refused:
        Options(**given)
    assert str(refused.value) == message
    assert refused.value.field == next(iter(given))


def test_a_marker_the_protocol_does_not_know_is_refused():
    with pytest.raises(OptionError, match="markers: 'cbc' is not a marker"):
        planned(options=Options(markers=("cbc",)))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (Options(), "continues every 12 months"),
        (Options(annual_interval=24, late_imaging_interval=24), "continues every 24 months"),
        (Options(annual_interval=24), "visits continue every 24 months, imaging every 12 months"),
        (Options(late_imaging_interval=24), "visits continue every 12 months, imaging every 24 months"),
    ],
)
def test_continuation_says_the_steps_after_the_stored_part(options, sentence):
    assert continues(IOTREX, options).sentence == sentence


@pytest.mark.parametrize(
    ("interval", "sentences"),
    [
        (6, []),
        (7, ["Imaging every 7 months puts scans on months without a visit: 17, 31, 38, 52."]),
        (8, ["Imaging every 8 months puts scans on months without a visit: 19, 35, 43."]),
        (9, []),
        (10, ["Imaging every 10 months puts scans on months without a visit: 13, 23, 43, 53."]),
        (
            11,
            [
                "Imaging every 11 months leaves 13 months without a scan, more than 12: month 47 to month 60.",
                "Imaging every 11 months puts scans on months without a visit: 14, 25, 47.",
            ],
        ),
        (12, []),
    ],
)
def test_warnings_name_long_gaps_and_scans_without_a_visit(interval, sentences):
    assert warnings(IOTREX, Options(imaging_interval=interval)) == sentences
