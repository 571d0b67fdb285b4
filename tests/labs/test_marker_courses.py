"""Tumour markers around a treatment: what was before it, the lowest, the last, laboratory by laboratory."""

from datetime import date
from decimal import Decimal

import pytest

from patients.tumour_markers import MarkerValue, marker_courses
from tests.labs.arrivals import arrive
from tests.labs.factories import LaboratoryFactory

pytestmark = pytest.mark.django_db

TREATED = date(2024, 1, 31)
UNTIL = date(2024, 5, 30)


@pytest.fixture
def patient(plan):
    LaboratoryFactory(clinic=plan.clinic, name="North")
    return plan.patient


def value(day, text, *, high=False):
    return MarkerValue(day, text, high)


def the_course(patient, until=UNTIL):
    (found,) = marker_courses(patient, TREATED, until)
    return found


def test_course_is_before_lowest_and_last_by_the_day_it_ends(patient):
    days = [date(2024, 1, 10), date(2024, 1, 29), date(2024, 3, 1), date(2024, 4, 10), date(2024, 5, 20)]
    for day, cga in zip(days, ("500", "400", "80", "90", "168"), strict=True):
        arrive(patient, day, cga=cga)
    arrive(patient, date(2024, 6, 1), cga="900")  # after the last day that counts
    course = the_course(patient)
    assert course.before == value(days[1], "400 ug/L", high=True)
    assert course.lowest == value(days[2], "80 ug/L")
    assert course.last == value(days[4], "168 ug/L", high=True)
    assert course.times_lowest == Decimal("2.10")


def test_lowest_may_be_what_was_before_the_treatment(patient):
    arrive(patient, date(2024, 1, 29), cga="50")
    arrive(patient, date(2024, 5, 20), cga="100")
    course = the_course(patient)
    assert course.lowest == course.before
    assert course.times_lowest == 2


def test_without_a_value_after_the_treatment_there_is_no_last(patient):
    arrive(patient, date(2024, 1, 29), cga="50")
    course = the_course(patient)
    assert (course.last, course.lowest, course.times_lowest) == (None, None, None)


def test_first_value_after_the_treatment_has_nothing_to_be_held_against(patient):
    arrive(patient, date(2024, 5, 20), cga="100")
    course = the_course(patient)
    assert (course.before, course.lowest, course.times_lowest) == (None, None, None)
    assert course.last == value(date(2024, 5, 20), "100 ug/L")


@pytest.mark.parametrize(("lowest", "last"), [("<20", "40"), ("40", ">400"), (">400", "40")])
def test_below_or_above_a_limit_is_no_multiple(patient, lowest, last):
    arrive(patient, date(2024, 3, 1), cga=lowest)
    arrive(patient, date(2024, 5, 20), cga=last)
    assert the_course(patient).times_lowest is None


def test_more_than_something_is_no_lowest(patient):
    arrive(patient, date(2024, 1, 29), cga=">400")
    arrive(patient, date(2024, 5, 20), cga="100")
    assert the_course(patient).lowest is None


def test_preliminary_value_is_said_to_be_so(patient):
    arrive(patient, date(2024, 5, 20), status="preliminary", cga="100")
    assert the_course(patient).last.text == "100 ug/L, preliminary"


def test_laboratories_are_courses_of_their_own(patient):
    LaboratoryFactory(clinic=patient.clinic, name="South")
    arrive(patient, date(2024, 1, 29), cga="50")
    arrive(patient, date(2024, 5, 20), laboratory="South", cga="100")
    north, south = marker_courses(patient, TREATED, UNTIL)
    assert (north.name, south.name) == ("Chromogranin A (CgA), North", "Chromogranin A (CgA), South")
    assert (north.before.text, north.last) == ("50 ug/L", None)
    assert (south.before, south.last.text) == (None, "100 ug/L")


def test_other_analytes_are_no_markers(patient):
    arrive(patient, date(2024, 5, 20))
    assert marker_courses(patient, TREATED, UNTIL) == ()
