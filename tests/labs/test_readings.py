"""Results as they are shown: letters, units, grades, what affects them, and the sentence that says all of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from labs.models import LabGrade, LabPolicy, LabResult
from labs.readings import letter_of, name_of, shown_results, supports_of, written_unit
from labs.settling.charts import policy_of, rules_of
from patients.models import SupportiveCare
from tests.labs.arrivals import arrive

ANCHOR = date(2024, 1, 31)


def shown(patient, analyte):
    policy = policy_of(patient.clinic)
    results = LabResult.objects.flowing().filter(patient=patient, analyte=analyte)
    return shown_results(results, policy=policy, rules=rules_of(policy), supports=supports_of(patient))


@pytest.mark.parametrize(
    ("value", "comparator", "low", "high", "letter"),
    [
        ("1.79", "", "1.8", "7.5", "L"),
        ("1.8", "", "1.8", "7.5", ""),
        ("7.5", "", "1.8", "7.5", ""),
        ("7.51", "", "1.8", "7.5", "H"),
        ("0.5", "<", "0.5", None, "L"),
        ("5", "<", "1.8", "7.5", ""),  # could be anything below 5
        ("1000", ">", None, "100", "H"),
        (None, "", "1", "2", ""),
        ("3", "", None, None, ""),
    ],
)
def test_letter_says_what_is_beyond_the_range_for_certain(value, comparator, low, high, letter):
    numbers = [None if each is None else Decimal(each) for each in (value, low, high)]

    assert letter_of(numbers[0], comparator, *numbers[1:]) == letter


@pytest.mark.parametrize(
    ("code", "written"),
    [("10*9/L", "x10^9/L"), ("mL/min/{1.73_m2}", "mL/min/1.73 m2"), ("m[IU]/L", "mIU/L"), ("g/L", "g/L")],
)
def test_unit_is_written_as_people_write_it(code, written):
    assert written_unit(code) == written


@pytest.mark.parametrize(
    ("analyte", "name"),
    [
        ("anc", "Neutrophils (ANC)"),
        ("tsh", "Thyrotropin (TSH)"),
        ("creatinine", "Creatinine"),
        ("of_old", "of_old"),  # no longer known
    ],
)
def test_name_says_the_abbreviation_once(analyte, name):
    assert name_of(analyte) == name


def test_low_value_is_said_with_its_grade_and_what_affects_it(plan):
    day = ANCHOR + timedelta(30)
    arrive(plan.patient, day, platelets="38")
    product = SupportiveCare.Product.PLATELETS
    SupportiveCare.objects.create(clinic=plan.clinic, patient=plan.patient, product=product, given_on=day)

    (found,) = shown(plan.patient, "platelets")

    assert (found.reading.letter, found.grade, found.letters) == ("L", 3, "T")
    assert found.words == (
        "38 x10^9/L, low, range 150–400, grade 3, Thrombocytopenia, affected by platelet transfusion"
    )


def test_value_that_cannot_be_graded_says_why(plan):
    arrive(plan.patient, ANCHOR + timedelta(30), hgb="130")
    LabGrade.objects.update(status="not_gradable", grade=None, reason="no lower limit given")

    (found,) = shown(plan.patient, "hgb")

    assert (found.grade, found.cannot_grade) == (None, "no lower limit given")


def test_grades_are_those_of_the_criteria_the_clinic_goes_by(plan):
    arrive(plan.patient, ANCHOR + timedelta(30), platelets="38")
    LabPolicy.objects.create(clinic=plan.clinic, ctcae="5.0")

    (found,) = shown(plan.patient, "platelets")

    assert found.grades == ()


def test_effects_that_are_switched_off_mark_nothing(plan):
    day = ANCHOR + timedelta(30)
    arrive(plan.patient, day, anc="0.8")
    product = SupportiveCare.Product.FILGRASTIM
    SupportiveCare.objects.create(clinic=plan.clinic, patient=plan.patient, product=product, given_on=day)
    assert [each.letters for each in shown(plan.patient, "anc")] == ["G"]

    LabPolicy.objects.create(clinic=plan.clinic, rules_off=["effects"])

    assert [each.letters for each in shown(plan.patient, "anc")] == [""]


def test_number_in_a_unit_of_another_size_keeps_the_unit_it_came_with(plan):
    arrive(plan.patient, ANCHOR + timedelta(30), platelets="150")
    LabResult.objects.update(unit="/uL", value=150000, reported="150000")

    (found,) = shown(plan.patient, "platelets")

    assert (found.reading.shown_value, found.reading.shown_unit) == ("150000", "/uL")
