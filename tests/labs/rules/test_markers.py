import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.markers import marker_rises
from tests.labs.rules.courses import RULES, course, sample

RULE = RULES.markers


def series(*values, laboratory="North", assay="A", specimen="serum", **given):
    return [
        sample("cga", 30 * place, value, laboratory=laboratory, assay=assay, specimen=specimen, **given)
        for place, value in enumerate(values)
    ]


def wants(*samples):
    return [each.wants for each in marker_rises(RULE, course(*samples))]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([200, 100, 150], ["repeat_marker"]),
        ([200, 100, 149], []),
        ([200, 100, 150, 160], [""]),  # two samples: it stands
        ([200, 100, 150, 120, 160], ["repeat_marker"]),  # not two in a row
        ([60, 40, 90, 95], []),  # within the limit of 100
        ([60, 40, 100, 101], ["repeat_marker"]),
        ([200], []),
        ([], []),
    ],
)
def test_a_rise_of_half_above_the_nadir_asks_for_a_repeat_then_stands(values, expected):
    assert wants(series(*values)) == expected


def test_there_is_no_trend_across_laboratories_assays_or_specimens():
    before = series(200, 100)
    for other in ({"laboratory": "South"}, {"assay": "B"}, {"specimen": "plasma"}):
        later = series(0, 0, 400, 400, **other)[2:]
        assert wants(before, later) == []


def test_a_rise_in_the_series_of_the_last_value_counts_whatever_came_between():
    samples = series(200, 100, 300, 300)
    elsewhere = [sample("cga", 45, 20, laboratory="South", assay="B", specimen="serum")]
    assert wants(samples, elsewhere) == [""]


def test_values_of_an_unknown_laboratory_are_not_compared():
    assert wants(series(100, 200, 300, laboratory="")) == []


def test_two_values_of_one_day_are_one_sample():
    samples = series(100, 200)
    again = sample("cga", 30, 210, hour=12, laboratory="North", assay="A", specimen="serum")
    assert wants(samples, again) == ["repeat_marker"]


def test_preliminary_values_wait():
    assert wants(series(100, 200, final=False)) == []


def test_a_rise_says_from_what_and_whether_the_assay_is_known():
    (first,) = marker_rises(RULE, course(series(200, 100, 150, assay="")))
    assert first.sentence == (
        "Chromogranin A 150 ug/L on Sun 31 Mar 2024, above its limit and 1.5 x "
        "its lowest, 100 on Fri 1 Mar 2024, or more; "
        "the first time: repeat it. The assay is not stated."
    )
    (second,) = marker_rises(RULE, course(series(200, 100, 150, 160)))
    assert second.sentence == (
        "Chromogranin A 160 ug/L on Tue 30 Apr 2024, above its limit and 1.5 x its lowest, 100 on Fri 1 Mar 2024, "
        "or more; "
        "so too on Sun 31 Mar 2024: a rise in two samples."
    )
    assert second.samples == ("cga 30", "cga 60", "cga 90")


def test_censored_values_count_when_they_are_certain():
    low = sample("cga", 0, 20, "<", laboratory="North")
    assert wants(low, sample("cga", 30, 101, laboratory="North")) == ["repeat_marker"]
    assert wants(low, sample("cga", 30, 1000, ">", laboratory="North")) == ["repeat_marker"]
    assert wants(low, sample("cga", 30, 1000, "<", laboratory="North")) == []


@given(st.lists(st.integers(1, 500), max_size=10))
def test_a_falling_marker_never_rises(values):
    assert wants(series(*sorted(values, reverse=True))) == []
