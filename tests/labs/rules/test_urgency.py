from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.urgency import WITHIN, Assessment, Reading, critical_in, grade_urgency, urgency
from labs.rules.values import RANK, Urgency
from tests.labs.rules.courses import RULES

IMMEDIATE, SAME_DAY, NEXT = Urgency.IMMEDIATE, Urgency.SAME_DAY, Urgency.NEXT_WORKING_DAY
TABLE = RULES.urgency


def tier(analyte, value, comparator="", **given):
    return urgency(TABLE, analyte, Decimal(value), comparator, **given).tier


@pytest.mark.parametrize(
    ("analyte", "value", "expected"),
    [
        ("anc", "0.49", IMMEDIATE),
        ("anc", "0.5", SAME_DAY),
        ("anc", "0.99", SAME_DAY),
        ("anc", "1.0", NEXT),
        ("anc", "1.49", NEXT),
        ("anc", "1.5", None),
        ("platelets", "19.9", IMMEDIATE),
        ("platelets", "20", SAME_DAY),
        ("platelets", "49", SAME_DAY),
        ("platelets", "50", NEXT),
        ("platelets", "75", None),
        ("hgb", "69", IMMEDIATE),
        ("hgb", "70", SAME_DAY),
        ("hgb", "79", SAME_DAY),
        ("hgb", "80", NEXT),
        ("hgb", "100", None),
        ("potassium", "2.4", IMMEDIATE),
        ("potassium", "2.5", NEXT),
        ("potassium", "3.0", None),
        ("potassium", "6.0", None),
        ("potassium", "6.5", NEXT),
        ("potassium", "6.6", IMMEDIATE),
        ("alc", "0.1", None),
        ("cga", "99999", None),
    ],
)
def test_urgency_of_a_value_follows_the_table(analyte, value, expected):
    assert tier(analyte, value) is expected


@pytest.mark.parametrize(
    ("value", "given", "expected"),
    [
        ("240", {"baseline": Decimal(80)}, None),  # 3 x 80 is not more than 3 x
        ("241", {"baseline": Decimal(80)}, IMMEDIATE),
        ("241", {"baseline": Decimal(80), "high": Decimal(50)}, IMMEDIATE),
        ("200", {"baseline": Decimal(80), "high": Decimal(50)}, None),  # the baseline wins over the limit
        ("331", {"high": Decimal(110)}, IMMEDIATE),
        ("330", {"high": Decimal(110)}, None),
    ],
)
def test_creatinine_goes_by_the_baseline_else_by_the_upper_limit(value, given, expected):
    assert tier("creatinine", value, **given) is expected


def test_creatinine_without_anything_to_go_by_is_asked_about():
    limit = "neither a baseline nor an upper limit is known"
    sentence = f"Creatinine 500 umol/L: {limit}; told the next working day."
    assert urgency(TABLE, "creatinine", Decimal(500)) == Assessment(NEXT, "high", sentence, limit, own=True)


def test_only_the_first_anc_below_half_is_immediate():
    assert tier("anc", "0.3", seen_before=True) is SAME_DAY
    assert tier("platelets", "10", seen_before=True) is IMMEDIATE


@pytest.mark.parametrize(
    ("analyte", "value", "comparator", "bound", "expected"),
    [
        ("anc", "0.5", "<", False, IMMEDIATE),
        ("platelets", "30", "<", False, IMMEDIATE),  # may be below 20
        ("platelets", "10", ">", False, IMMEDIATE),
        ("potassium", "6.2", ">", False, IMMEDIATE),
        ("hgb", "120", ">", False, None),
        ("anc", "0.4", "<=", True, IMMEDIATE),
        ("anc", "0.8", "<=", True, IMMEDIATE),  # certainly below 1.0, may be below 0.5
        ("anc", "6", "<=", True, None),  # a WBC of 6 without neutrophils says nothing
    ],
)
def test_a_value_left_open_is_taken_at_its_worst(analyte, value, comparator, bound, expected):
    assert tier(analyte, value, comparator, bound=bound) is expected


def test_an_assessment_says_why():
    assert urgency(TABLE, "anc", Decimal("0.4")) == Assessment(
        IMMEDIATE,
        "low",
        "ANC 0.4 x10^9/L: below 0.5, the first of the episode; told at once.",
        "below 0.5, the first of the episode",
    )
    assert urgency(TABLE, "potassium", Decimal("6.2"), ">") == Assessment(
        IMMEDIATE, "high", "Potassium >6.2 mmol/L: may be above 6.5; told at once.", "may be above 6.5"
    )
    assert urgency(TABLE, "creatinine", Decimal(400), high=Decimal(110)) == Assessment(
        IMMEDIATE,
        "high",
        "Creatinine 400 umol/L: above 3 x the upper limit 110, no baseline known; told at once.",
        "above 3 x the upper limit 110, no baseline known",
        own=True,
    )


@pytest.mark.parametrize(
    ("analyte", "grade", "baseline_grade", "direction", "expected"),
    [
        ("alt", 3, None, "high", NEXT),
        ("alt", 2, None, "high", None),
        ("alt", 2, 2, "high", None),
        ("alt", 2, 1, "high", NEXT),
        ("alt", 1, 0, "high", None),
        ("alt", None, None, "high", None),
        ("anc", 4, 0, "low", None),  # absolute values decide, whatever the version
        ("hgb", 3, 0, "high", NEXT),  # there are none in this direction
        ("alc", 4, 0, "low", None),
        ("alp", 3, 0, "high", None),
        ("ggt", 4, 0, "high", None),
    ],
)
def test_a_grade_is_told_where_no_absolute_value_decides(analyte, grade, baseline_grade, direction, expected):
    assert grade_urgency(TABLE, analyte, grade, baseline_grade, direction).tier is expected


def test_a_worsened_grade_says_what_it_was():
    assert grade_urgency(TABLE, "alt", 2, 0, "high") == Assessment(
        NEXT, "high", "Grade 2, 0 at baseline: told the next working day.", "grade 2, 0 at baseline"
    )


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([("platelets", 150), ("platelets", 15)], IMMEDIATE),
        ([("hgb", 75), ("hgb", 750)], SAME_DAY),
        ([("hgb", 95)], None),
        ([("creatinine", 271, "", Decimal(90))], IMMEDIATE),
        ([("creatinine", 270, "", Decimal(90))], None),
        ([("creatinine", 270)], None),
        ([], None),
    ],
)
def test_a_held_back_value_is_as_urgent_as_its_worst_reading(readings, expected):
    read = [Reading(analyte, Decimal(value), *rest) for analyte, value, *rest in readings]
    assert critical_in(TABLE, read) is expected


VALUES = st.decimals(0, 200, places=2)


@given(st.sampled_from(["anc", "platelets", "hgb"]), VALUES, VALUES, st.booleans())
def test_a_lower_count_is_never_less_urgent(analyte, one, other, seen_before):
    low, high = sorted((one, other))
    assert RANK[tier(analyte, low, seen_before=seen_before)] >= RANK[tier(analyte, high, seen_before=seen_before)]


@given(st.sampled_from(["potassium", "creatinine"]), VALUES, VALUES)
def test_a_higher_value_above_normal_is_never_less_urgent(analyte, one, other):
    low, high = sorted((one + 4, other + 4))
    given = {"baseline": Decimal(50)} if analyte == "creatinine" else {}
    assert RANK[tier(analyte, high, **given)] >= RANK[tier(analyte, low, **given)]


@given(st.sampled_from(["anc", "platelets", "hgb"]), VALUES)
def test_a_censored_value_is_never_less_urgent_than_what_it_allows(analyte, value):
    assert RANK[tier(analyte, value + 1, "<")] >= RANK[tier(analyte, value)]


def test_an_analyte_without_limits_is_within():
    assert urgency(TABLE, "sodium", Decimal(100)) is WITHIN
