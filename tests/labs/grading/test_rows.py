import pytest

from labs.grading.criteria import packaged
from labs.grading.rows import ANSWER, grade_row

ALT = {"analyte": "alt", "value": "90", "unit": "U/L", "high": "40"}


def only(row, version="6.0"):
    (line,) = grade_row(row, packaged(version))
    return line


def told(row, version="6.0"):
    line = only(row, version)
    return line["status"], line["reason"]


def test_a_row_gives_one_line_per_term_with_every_column():
    row = {"row_id": "a1", "analyte": "718-7", "value": "7.9", "unit": "g/dL", "low": "12", "high": "17.5"}
    lines = grade_row(row, packaged("5.0"))
    assert lines == [
        {
            "row_id": "a1",
            "analyte": "hgb",
            "term": "Anemia",
            "direction": "low",
            "grade": 3,
            "grade_if_symptomatic": None,
            "status": "graded",
            "reason": "below 8.0 g/dL",
            "ctcae": "5.0",
        },
        {
            "row_id": "a1",
            "analyte": "hgb",
            "term": "Hemoglobin increased",
            "direction": "high",
            "grade": 0,
            "grade_if_symptomatic": None,
            "status": "graded",
            "reason": "no threshold reached",
            "ctcae": "5.0",
        },
    ]
    assert [tuple(line) for line in lines] == [ANSWER, ANSWER]


def test_numbers_booleans_and_nothing_are_read_like_texts():
    row = {
        "analyte": "glucose",
        "value": 9,
        "unit": "mmol/L",
        "low": 3.9,
        "high": 5.6,
        "baseline": None,
        "fasting": True,
    }
    assert [line["grade"] for line in grade_row(row, packaged("6.0"))] == [2, 0]


def test_limits_and_baseline_are_in_the_unit_of_the_result():
    row = {"analyte": "platelets", "value": "149000", "unit": "/uL", "low": "150000", "high": "400000"}
    assert only(row)["grade"] == 1


@pytest.mark.parametrize(
    ("value", "unit", "high", "grade"), [("11.6", "mg/dL", "10.4", 2), ("2.894", "mmol/L", "2.6", 1)]
)
def test_the_same_calcium_is_graded_by_the_thresholds_of_the_unit_system_reported(value, unit, high, grade):
    row = {"analyte": "calcium", "value": value, "unit": unit, "high": high}
    grades = {line["term"]: line["grade"] for line in grade_row(row, packaged("6.0"))}
    assert grades["Hypercalcemia"] == grade


def test_an_analyte_without_terms_has_no_line():
    assert grade_row({"analyte": "cea", "value": "3", "unit": "ug/L"}, packaged("6.0")) == []


def test_an_unreadable_row_of_an_analyte_without_terms_has_one_line():
    line = only({"row_id": "1", "analyte": "cea", "value": "3", "unit": "apples"})
    assert (line["term"], line["direction"], line["status"]) == ("", "", "quarantined")


def test_an_unknown_analyte_keeps_its_text():
    line = only({"analyte": "Hb", "value": "3", "unit": "g/L"}, "5.0")
    assert line == {
        "row_id": "",
        "analyte": "Hb",
        "term": "",
        "direction": "",
        "grade": None,
        "grade_if_symptomatic": None,
        "status": "quarantined",
        "reason": "analyte: 'Hb' is not known; give a key such as hgb, or a LOINC code",
        "ctcae": "5.0",
    }


def test_a_quarantined_row_has_a_line_for_each_of_its_terms():
    lines = grade_row({"analyte": "sodium", "value": "139"}, packaged("6.0"))
    assert [(line["term"], line["status"], line["grade"]) for line in lines] == [
        ("Hypernatremia", "quarantined", None),
        ("Hyponatremia", "quarantined", None),
    ]


ACCEPTED = "accepted for Alanine aminotransferase: U/L"
CORRECT = "correct it or leave it blank"
IMPOSSIBLE = (
    "Alanine aminotransferase 90000 U/L is above the most that is possible (50000): a unit slip? "
    "90000 would be possible in no accepted unit"
)
UNREADABLE = "does not read as one number"
QUARANTINED = [
    ({"analyte": ""}, "analyte: is missing; give a key such as hgb, or a LOINC code"),
    ({"unit": ""}, f"unit: no unit is reported; {ACCEPTED}"),
    ({"unit": "mg/dL"}, f"unit: mg/dL measures mass concentration, which does not fit; {ACCEPTED}"),
    (
        {"value": "1,5"},
        f"value: '1,5' {UNREADABLE} (ambiguous: the comma could stand for decimals or for thousands); "
        "write it with a decimal point",
    ),
    (
        {"value": "-4"},
        f"value: '-4' {UNREADABLE} (negative, which is not possible); give one number",
    ),
    ({"value": "90000"}, f"value: {IMPOSSIBLE}"),
    ({"baseline": "90000"}, f"baseline: {IMPOSSIBLE}"),
    ({"high": "90000"}, "high: 90000 is above the most that is possible; give it in the unit of the result"),
    ({"high": "x"}, f"high: 'x' {UNREADABLE} (a text, not a number); {CORRECT}"),
    ({"high": "<40"}, f"high: '<40' {UNREADABLE} (< does not belong here); {CORRECT}"),
    ({"high": "0"}, f"high: 0 is no upper limit; {CORRECT}"),
    ({"low": "50"}, "low: 50 is above high 40; correct them"),
    ({"baseline_low": "9", "baseline_high": "8"}, "baseline_low: 9 is above baseline_high 8; correct them"),
    ({"baseline_flag": "up"}, "baseline_flag: 'up' is unknown; write low, normal or high, or leave it blank"),
    ({"fasting": "maybe"}, "fasting: 'maybe' is unknown; write yes or no, or leave it blank"),
    ({"age": "151"}, f"age: '151' is not an age in years; {CORRECT}"),
    (
        {"unit": "x", "age": "?"},
        f"unit: the unit 'x' is not known; {ACCEPTED}; age: '?' is not an age in years; {CORRECT}",
    ),
]


@pytest.mark.parametrize(("cells", "reason"), QUARANTINED)
def test_a_cell_that_cannot_be_understood_quarantines_the_row_with_field_and_remedy(cells, reason):
    assert told(ALT | cells) == ("quarantined", reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("positive", "value: 'positive' is a text, not a number"),
        (" ", "value: none is given"),
        (None, "value: none is given"),
    ],
)
def test_a_value_that_is_no_number_is_not_gradable(value, reason):
    assert told(ALT | {"value": value}) == ("not_gradable", reason)


def test_a_unit_slip_is_told_with_the_units_that_would_do():
    row = {"analyte": "platelets", "value": "150000", "unit": "10*9/L", "low": "150"}
    assert told(row) == (
        "quarantined",
        "value: Platelets 150000 10*9/L is above the most that is possible (5000): a unit slip? "
        "150000 would be possible in /uL",
    )


@pytest.mark.parametrize("flag", ["high", "HIGH", "H", " h "])
def test_a_flag_counts_however_it_is_written(flag):
    assert told(ALT | {"baseline": "60", "baseline_flag": flag}) == ("graded", "at least the baseline")


def test_a_lower_limit_of_zero_is_accepted_where_no_value_is_zero():
    assert only({"analyte": "ldh", "value": "200", "unit": "U/L", "low": "0", "high": "250"})["grade"] == 0
