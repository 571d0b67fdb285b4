"""What is graded, and what not, when a limit, the baseline or the number itself is not fully known."""

import pytest

from tests.labs.grading.boundaries import graded, read

NO_GRADE = """
Anemia | hgb | si | | 79:3 99:2 100:- 130:-
| hgb | si | high=175 | 79:3 130:- 174:- 175:0 200:0
Hemoglobin increased | hgb | si | | 79:- 200:-
| hgb | si | low=120 | 79:0 120:0 130:-
White blood cell decreased | wbc | si | | 2.9:2 3.0:- 9:-
Lymphocyte count increased | alc | si | | 4.0:0 4.1:2
Lymphocyte count increased | alc | si | low=1 | 4.0:0 4.1:2
Hypokalemia | potassium | si | | 2.4:4 3.0:- 4:-
| potassium | si | high=5 | 4:- 5:0 6:0
Hyperkalemia | potassium | si | low=3.5 | 3.5:0 3:0 4:- 5.6:2 7.1:4
Hyponatremia | sodium | si | | 129:2/3 131:-
Hypercalcemia | calcium | us | | 11.5:- 11.6:2
Serum amylase increased | amylase | si | | 500:-
| amylase | si | low=20 | 20:0 21:-
Blood lactate dehydrogenase increased | ldh | si | low=120 | 100:0 130:-
Chronic kidney disease | egfr | si | | 59:2 60:-
Alanine aminotransferase increased | alt | si | | 30:-
| alt | si | high=40 baseline_flag=normal | 41:1 801:4
| alt | si | high=40 baseline_flag=low | 41:1 801:4
| alt | si | high=40 baseline_flag=high | 30:- 100:- 9000:-
| alt | si | high=40 baseline_high=40 baseline_flag=high | 30:0 40:0 61:-
"""
CTCAE_5 = """
Neutrophil count decreased | anc | si | | 1.5:- 1.49:2 0.4:4
Platelet count decreased | platelets | si | | 75:- 74:2
Lymphocyte count decreased | alc | si | | 0.8:- 0.79:2
Creatinine increased | creatinine | si | high=100 | 80:- 120:- 200:- 400:3 700:4
| creatinine | si | baseline=100 | 90:- 200:- 400:-
| creatinine | si | low=90 baseline=100 | 90:0 91:- 540:3 541:-
| creatinine | si | high=100 baseline_flag=normal baseline_low=60 baseline_high=100 | 90:0 91:- 180:2 181:- 301:3
Alkaline phosphatase increased | alp | si | high=100 | 100:0 101:1 251:2 2001:4
Alanine aminotransferase increased | alt | si | baseline=50 | 50:0 75:- 9000:-
| alt | si | baseline=50 baseline_high=40 | 74:0 75:1 1001:4
| alt | si | baseline=50 baseline_flag=high | 74:0 75:1 1001:4
"""
CTCAE_6 = """
Neutrophil count decreased | anc | si | | 1.5:0 1.49:1 0.4:3
Thrombocytopenia | platelets | si | | 75:- 74:2 9:4
Lymphopenia | alc | si | | 0.1:- 3:-
| alc | si | high=3.3 | 0.1:- 3.3:0
Creatinine increased | creatinine | si | high=100 | 80:0 120:1 151:2 301:3 601:4
| creatinine | si | high=110 baseline=40 | 60:0 65:- 200:- 330:- 331:3 661:4
| creatinine | si | high=110 baseline=40 baseline_low=45 | 60:0 65:2
| creatinine | si | high=110 baseline=40 baseline_low=40 | 65:0
| creatinine | si | high=110 baseline_flag=low | 100:- 331:3 661:4
| creatinine | si | high=110 baseline_flag=normal | 100:0 331:3
| creatinine | us | high=0.43 baseline=0.3 | 0.9:2
Alkaline phosphatase increased | alp | si | high=100 | 100:0 101:-
| alp | si | baseline=200 | 200:0 201:-
| alp | si | | 1:-
| alp | si | high=100 baseline_flag=normal baseline_high=120 | 101:- 121:1
Alanine aminotransferase increased | alt | si | baseline=50 | 49:0 50:- 9000:-
| alt | si | baseline=50 baseline_high=40 | 49:0 50:1 201:4
Hyperglycemia | glucose | si | high=5.6 | 5.6:0 6:- 9:- 13.9:- 14:3 28:4
| glucose | si | fasting=yes | 5:- 8.9:- 9:2
| glucose | si | fasting=no | 5:0 13.9:0 14:3
| glucose | si | | 5:- 14:3
| glucose | si | low=3.9 | 3.9:0
"""
CASES = [(version, *case) for version in ("5.0", "6.0") for case in read(NO_GRADE)]
CASES += [("5.0", *case) for case in read(CTCAE_5)] + [("6.0", *case) for case in read(CTCAE_6)]


@pytest.mark.parametrize(("version", "term", "analyte", "system", "given", "value", "expected"), CASES)
def test_a_missing_input_leaves_no_grade_only_where_it_could_change_it(
    version, term, analyte, system, given, value, expected
):
    outcome = graded(version, term, analyte, value, system, **given)
    assert (outcome.grade, outcome.grade_if_symptomatic) == expected
    assert outcome.status == ("not_gradable" if expected[0] is None else "graded")


BOUNDED = [
    ("5.0", "Neutrophil count decreased", ("anc", "0.5"), {"comparator": "<"}, 4),
    ("5.0", "Neutrophil count decreased", ("anc", "0.5"), {"comparator": "<="}, None),
    ("6.0", "Neutrophil count decreased", ("anc", "0.5"), {"comparator": "<"}, None),
    ("6.0", "Neutrophil count decreased", ("anc", "0.1"), {"comparator": "<"}, 4),
    ("6.0", "Neutrophil count decreased", ("anc", "1.5"), {"comparator": ">="}, 0),
    ("6.0", "Neutrophil count decreased", ("anc", "1.4"), {"comparator": ">"}, None),
    ("6.0", "Thrombocytopenia", ("platelets", "150"), {"comparator": ">=", "low": "150"}, 0),
    ("6.0", "Thrombocytopenia", ("platelets", "140"), {"comparator": ">", "low": "150"}, None),
    ("6.0", "Thrombocytopenia", ("platelets", "1000"), {"comparator": ">"}, None),
    ("6.0", "Thrombocytopenia", ("platelets", "1000"), {"comparator": ">", "high": "400"}, 0),
    ("6.0", "Lymphocyte count increased", ("alc", "20"), {"comparator": ">"}, 3),
    ("6.0", "Lymphocyte count increased", ("alc", "20"), {"comparator": ">="}, None),
    ("6.0", "Alanine aminotransferase increased", ("alt", "800"), {"comparator": ">", "high": "40"}, 4),
    ("6.0", "Alanine aminotransferase increased", ("alt", "5"), {"comparator": "<", "high": "40"}, 0),
    ("6.0", "Thyroid stimulating hormone increased", ("tsh", "0.01"), {"comparator": "<", "high": "4.5"}, 0),
    ("6.0", "Thyroid stimulating hormone increased", ("tsh", "100"), {"comparator": ">", "high": "4.5"}, 1),
    ("6.0", "Chronic kidney disease", ("egfr", "60"), {"comparator": ">"}, None),
    ("6.0", "Chronic kidney disease", ("egfr", "90"), {"comparator": ">", "low": "90"}, 0),
    ("6.0", "Hyperglycemia", ("glucose", "27.8"), {"comparator": ">"}, 4),
]


@pytest.mark.parametrize(("version", "term", "observed", "given", "expected"), BOUNDED)
def test_a_bounded_value_is_graded_only_when_all_it_could_be_has_one_grade(version, term, observed, given, expected):
    assert graded(version, term, *observed, **given).grade == expected


REASONS = [
    ("6.0", "Hypokalemia", ("potassium", "3.2"), {}, "no lower limit given; at most grade 2"),
    ("6.0", "Anemia", ("hgb", "79"), {}, "below 80 g/L; no lower limit given, which changes nothing"),
    ("6.0", "Anemia", ("hgb", "130"), {}, "no lower limit given; at most grade 1"),
    ("6.0", "Anemia", ("hgb", "9.5", "us"), {"low": "9"}, "below 10.0 g/dL; within the reference range"),
    ("6.0", "Anemia", ("hgb", "9.5", "us"), {"low": "12"}, "below 10.0 g/dL"),
    ("6.0", "Anemia", ("hgb", "13", "us"), {"low": "12"}, "no threshold reached"),
    (
        "5.0",
        "Anemia",
        ("hgb", "200"),
        {"high": "175"},
        "no threshold reached; no lower limit given, which changes nothing",
    ),
    (
        "5.0",
        "Hemoglobin increased",
        ("hgb", "196"),
        {"high": "175"},
        "more than 20 g/L above the upper limit; "
        "counted above the upper limit as version 6.0 does: version 5.0 does not say above what",
    ),
    (
        "6.0",
        "Lymphopenia",
        ("alc", "0.5"),
        {"low": "1"},
        "below the lower limit; the guideline says only: Present; below the lower limit is our reading",
    ),
    ("6.0", "Hypocalcemia", ("calcium", "2.3"), {"low": "2.15"}, "no threshold reached; not albumin-corrected"),
    ("6.0", "Hypocalcemia", ("calcium_corrected", "2.3"), {"low": "2.15"}, "no threshold reached"),
    (
        "6.0",
        "Alanine aminotransferase increased",
        ("alt", "121"),
        {"high": "40"},
        "above 3.0 x the upper limit; no baseline known: graded as with a normal one",
    ),
    (
        "6.0",
        "Alanine aminotransferase increased",
        ("alt", "100"),
        {"high": "40", "baseline_flag": "high"},
        "baseline flagged high without a value",
    ),
    (
        "6.0",
        "Alanine aminotransferase increased",
        ("alt", "61"),
        {"high": "30", "baseline": "40"},
        "above 1.5 x the baseline; baseline read against the limits of this result",
    ),
    (
        "6.0",
        "Alanine aminotransferase increased",
        ("alt", "501"),
        {"high": "40", "baseline": "250", "baseline_high": "40"},
        "above 2.0 x the baseline; undefined in the guideline for a baseline above 5 x the upper limit",
    ),
    (
        "6.0",
        "Creatinine increased",
        ("creatinine", "65"),
        {"low": "45", "high": "110", "baseline": "40"},
        "above 1.5 x the baseline; within the reference range",
    ),
    (
        "5.0",
        "Creatinine increased",
        ("creatinine", "200"),
        {"high": "100"},
        "no baseline value given; at least grade 2; at most grade 3",
    ),
    (
        "6.0",
        "Creatinine increased",
        ("creatinine", "200"),
        {"high": "100"},
        "above 1.5 x the upper limit; no baseline known: graded as with a normal one",
    ),
    (
        "6.0",
        "Alkaline phosphatase increased",
        ("alp", "150"),
        {"high": "100", "baseline": "90"},
        "above the upper limit and above the baseline",
    ),
    ("6.0", "Hyperglycemia", ("glucose", "9"), {"high": "5.6"}, "not known whether fasting; at most grade 2"),
    ("6.0", "INR increased", ("inr", "1.6"), {}, "above 1.5; graded as without anticoagulation"),
    (
        "6.0",
        "INR increased",
        ("inr", "2.4"),
        {"baseline": "2"},
        "above 1.5; graded as without anticoagulation; on anticoagulation, by the baseline: grade 1",
    ),
    ("6.0", "Neutrophil count decreased", ("anc", "0.4"), {"comparator": "<="}, "given as <=0.4; at least grade 3"),
    ("6.0", "Neutrophil count decreased", ("anc", "0.05"), {"comparator": "<"}, "below 0.1 10*9/L; given as <0.05"),
    (
        "6.0",
        "Thyroid stimulating hormone increased",
        ("tsh", "12"),
        {"high": "4.5"},
        "above the upper limit; only while no intervention is indicated; otherwise it is hypothyroidism, which a "
        "clinician grades",
    ),
]


@pytest.mark.parametrize(("version", "term", "observed", "given", "reason"), REASONS)
def test_the_reason_says_what_decided_and_what_is_missing(version, term, observed, given, reason):
    assert graded(version, term, *observed, **given).reason == reason


def test_a_step_carries_the_wording_of_the_guideline():
    assert graded("6.0", "Thrombocytopenia", "platelets", "49").text == (
        "<50,000 - 10,000/mm3; <50.0 - 10.0 x 10^9/L; transfusion indicated"
    )
    assert graded("6.0", "Thrombocytopenia", "platelets", "200", low="150").text == ""
