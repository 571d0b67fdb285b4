"""Every threshold of CTCAE 5.0: at it, just on its healthy side and just beyond, as the guideline's text has it."""

import pytest

from labs.grading.criteria import packaged
from tests.labs.grading.boundaries import graded, read

TABLE = """
Anemia | hgb | si | low=120 | 140:0 120:0 119.9:1 100:1 99.9:2 80.1:2 80:2 79.9:3 50:3 10:3
| hgb | us | low=12 | 12:0 11.99:1 10.0:1 9.99:2 8.0:2 7.99:3 4.0:3
Leukocytosis | wbc | si us | | 50:0 100:0 100.1:3 900:3
White blood cell decreased | wbc | si us | low=4.0 | 4.0:0 3.99:1 3.0:1 2.99:2 2.0:2 1.99:3 1.0:3 0.99:4 0:4
Neutrophil count decreased | anc | si us | low=1.8 | 2.0:0 1.8:0 1.79:1 1.5:1 1.49:2 1.0:2 0.99:3 0.5:3 0.49:4 0.09:4
Lymphocyte count decreased | alc | si us | low=1.0 | 1.0:0 0.99:1 0.8:1 0.79:2 0.5:2 0.49:3 0.2:3 0.19:4
Lymphocyte count increased | alc | si us | | 1:0 4.0:0 4.01:2 20.0:2 20.1:3 200:3
Platelet count decreased | platelets | si us | low=150 | 150:0 149:1 75:1 74:2 50:2 49:3 25:3 24:4 20:4 10:4 9:4
Hemoglobin increased | hgb | si | high=175 | 175:0 175.1:1 195:1 195.1:2 215:2 215.1:3 260:3
| hgb | us | high=17.5 | 17.5:0 17.51:1 19.5:1 19.51:2 21.5:2 21.51:3
Alanine aminotransferase increased | alt | si us | high=40 | 40:0 40.1:1 120:1 120.1:2 200:2 200.1:3 800:3 800.1:4
| alt | si | high=40 baseline=30 | 30:0 40:0 41:1 120:1 121:2 200:2 201:3 800:3 801:4
| alt | si us | high=30 baseline=40 | 39:0 59:0 59.9:0 60:1 120:1 121:2 200:2 201:3 800:3 801:4
Aspartate aminotransferase increased | ast | si us | high=40 | 40:0 40.1:1 120:1 120.1:2 200:2 200.1:3 800:3 800.1:4
| ast | si us | high=30 baseline=40 | 59.9:0 60:1 120:1 121:2 200:2 201:3 800:3 801:4
Alkaline phosphatase increased | alp | si us | high=100 | 100:0 100.1:1 250:1 250.1:2 500:2 501:3 2000:3 2001:4
| alp | si us | high=100 baseline=200 | 200:0 399:0 400:1 500:1 500.1:2 1000:2 1001:3 4000:3 4001:4
GGT increased | ggt | si us | high=60 | 60:0 60.1:1 150:1 150.1:2 300:2 301:3 1200:3 1201:4
| ggt | si us | high=60 baseline=80 | 80:0 159.9:0 160:1 200:1 200.1:2 400:2 401:3 1600:3 1601:4
Blood bilirubin increased | bili_total | si | high=20 | 20:0 20.1:1 30:1 30.1:2 60:2 60.1:3 200:3 200.1:4
| bili_total | us | high=1.2 | 1.2:0 1.21:1 1.8:1 1.81:2 3.6:2 3.61:3 12:3 12.1:4
| bili_total | si | high=20 baseline=40 | 40:0 40.1:1 60:1 60.1:2 120:2 120.1:3 400:3 400.1:4
| bili_total | us | high=1.2 baseline=2 | 2:0 2.01:1 3:1 3.01:2 6:2 6.01:3 20:3 20.1:4
Blood lactate dehydrogenase increased | ldh | si us | high=250 | 250:0 250.1:1 9000:1
Creatinine increased | creatinine | si | high=100 baseline=100 | 100:0 100.1:1 150:1 150.1:2 300:2 300.1:3 600:3 600.1:4
| creatinine | us | high=1.2 baseline=1.2 | 1.2:0 1.21:1 1.8:1 1.81:2 3.6:2 3.61:3 7.2:3 7.21:4
| creatinine | si | high=110 baseline=40 | 60:0 60.1:2 65:2 120:2 120.1:3 660:3 660.1:4
| creatinine | si | high=40 baseline=28 | 41:1 42:1 42.1:2 84:2 84.1:3 240:3 241:4
INR increased | inr | si us | | 1.2:0 1.21:1 1.5:1 1.51:2 2.5:2 2.51:3 9:3
Lipase increased | lipase | si us | high=100 | 100:0 101:1 150:1 151:2 200:2 201:2/3 500:2/3 501:3/4
Serum amylase increased | amylase | si us | high=100 | 100:0 101:1 150:1 151:2 200:2 201:2/3 500:2/3 501:3/4
Thyroid stimulating hormone increased | tsh | si us | high=4.5 | 4.5:0 4.51:1 100:1
Hypercalcemia | calcium calcium_corrected | si | high=2.6 | 2.6:0 2.61:1 2.9:1 2.91:2 3.1:2 3.11:3 3.4:3 3.41:4
| calcium calcium_corrected | us | high=10.4 | 10.4:0 10.5:1 11.5:1 11.6:2 12.5:2 12.6:3 13.5:3 13.6:4
Hypocalcemia | calcium calcium_corrected | si | low=2.15 | 2.15:0 2.14:1 2.0:1 1.99:2 1.75:2 1.74:3 1.5:3 1.49:4
| calcium calcium_corrected | us | low=8.6 | 8.6:0 8.5:1 8.0:1 7.9:2 7.0:2 6.9:3 6.0:3 5.9:4
Hyperkalemia | potassium | si us | high=5.0 | 5.0:0 5.01:1 5.5:1 5.51:2 6.0:2 6.01:3 7.0:3 7.01:4
Hypokalemia | potassium | si us | low=3.5 | 3.5:0 3.49:1/2 3.0:1/2 2.99:3 2.5:3 2.49:4
Hypermagnesemia | magnesium | si | high=1.05 | 1.05:0 1.06:1 1.23:1 1.24:3 3.30:3 3.31:4
| magnesium | us | high=2.5 | 2.5:0 2.6:1 3.0:1 3.1:3 8.0:3 8.1:4
Hypomagnesemia | magnesium | si | low=0.65 | 0.65:0 0.64:1 0.5:1 0.49:2 0.4:2 0.39:3 0.3:3 0.29:4
| magnesium | us | low=1.6 | 1.6:0 1.5:1 1.2:1 1.1:2 0.9:2 0.8:3 0.7:3 0.6:4
Hypernatremia | sodium | si us | high=145 | 145:0 145.1:1 150:1 150.1:2 155:2 155.1:3 160:3 160.1:4
Hyponatremia | sodium | si us | low=135 | 135:0 134:1 130:1 129.5:2/3 129:2/3 125:2/3 124.5:3 124:3 120:3 119:4
Hypoalbuminemia | albumin | si | low=34 | 34:0 33.9:1 30:1 29.9:2 20:2 19.9:3 5:3
| albumin | us | low=3.4 | 3.4:0 3.39:1 3:1 2.99:2 2:2 1.99:3 0.5:3
Hypoglycemia | glucose | si | low=3.9 | 3.9:0 3.89:1 3.0:1 2.99:2 2.2:2 2.19:3 1.7:3 1.69:4
| glucose | us | low=70 | 70:0 69:1 55:1 54:2 40:2 39:3 30:3 29:4
Chronic kidney disease | egfr | si us | low=90 | 90:0 89:1 60:1 59.5:2 59:2 30:2 29.5:3 29:3 15:3 14.9:4
"""
CASES = list(read(TABLE))


@pytest.mark.parametrize(("term", "analyte", "system", "given", "value", "expected"), CASES)
def test_grade_at_and_beside_a_threshold_is_that_of_the_guideline(term, analyte, system, given, value, expected):
    outcome = graded("5.0", term, analyte, value, system, **given)
    assert (outcome.grade, outcome.grade_if_symptomatic) == expected


def test_every_term_is_in_the_table_in_both_unit_systems():
    tabled = {(term, analyte, system) for term, analyte, system, *_ in CASES}
    terms = packaged("5.0").terms
    assert tabled == {(term.name, key, system) for term in terms for key in term.analytes for system in ("si", "us")}


def test_hyperglycemia_is_not_graded_by_number():
    assert [term.name for term in packaged("5.0").terms_of("glucose")] == ["Hypoglycemia"]
