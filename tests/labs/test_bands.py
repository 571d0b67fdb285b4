"""The bands of a picture: where each grade lies by the limits at hand, and never beside what the engine says."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.criteria import packaged
from labs.grading.grade import Observation, grade
from labs.pages.bands import Limits, grade_bands

V6 = packaged("6.0")


def bands(analyte, system="si", criteria=V6, **limits):
    found = grade_bands(criteria, analyte, system, Limits(**{key: Decimal(value) for key, value in limits.items()}))
    return [(band.grade, *(None if end is None else str(end.normalize()) for end in band[1:])) for band in found]


@pytest.mark.parametrize(
    ("analyte", "limits", "expected"),
    [
        ("platelets", {"low": 150}, [(4, None, "1E+1"), (3, "1E+1", "5E+1"), (2, "5E+1", "75"), (1, "75", "1.5E+2")]),
        ("platelets", {}, [(4, None, "1E+1"), (3, "1E+1", "5E+1"), (2, "5E+1", "75")]),  # no lower limit, no grade 1
        ("alt", {"high": 40}, [(4, "8E+2", None), (3, "2E+2", "8E+2"), (2, "1.2E+2", "2E+2"), (1, "4E+1", "1.2E+2")]),
        ("alt", {"high": 40, "baseline": 60}, [(4, "2.4E+2", None), (3, "1.2E+2", "2.4E+2"), (2, "9E+1", "1.2E+2")]),
        ("cga", {"high": 100}, []),  # no term grades it
    ],
)
def test_bands_lie_between_the_thresholds_that_are_known(analyte, limits, expected):
    assert bands(analyte, **limits)[: len(expected) or None] == expected


def test_bands_of_both_directions_leave_the_range_free():
    assert bands("potassium", low="3.5", high="5.1") == [
        (4, "7", None),
        (3, "6", "7"),
        (2, "5.5", "6"),
        (1, "5.1", "5.5"),
        (4, None, "2.5"),
        (3, "2.5", "3"),
        (1, "3", "3.5"),
    ]


@given(
    value=st.decimals(1, 600, places=1),
    case=st.sampled_from([("platelets", {"low": 150}), ("platelets", {"low": 60}), ("alt", {"high": 40})]),
    version=st.sampled_from(["5.0", "6.0"]),
)
def test_value_within_a_band_has_the_grade_of_the_band(value, case, version):
    analyte, given_limits = case
    limits = {key: Decimal(limit) for key, limit in given_limits.items()}
    found = grade_bands(packaged(version), analyte, "si", Limits(**limits))
    within = [b.grade for b in found if (b.begins is None or b.begins < value) and (b.ends is None or value < b.ends)]
    observation = Observation(analyte, value, "si", "", limits.get("low"), limits.get("high"))

    graded = [each.grade for each in grade(observation, packaged(version)) if each.grade]

    assert within == graded or value in {end for band in found for end in band[1:]}
