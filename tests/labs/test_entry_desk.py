"""What a typed value would be, before it is stored."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs.grading.analytes import catalogue
from labs.intake.desk import agree, desk_of, is_tenfold
from labs.intake.incoming import Incoming
from labs.models import Laboratory, LabResult, ReferenceRange
from schedules.models import Plan
from tests.factories import enrolled
from tests.labs.arrivals import arrive

TODAY = date(2024, 3, 6)
NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)


@pytest.fixture
def treated(clinic, clinician) -> Plan:
    return enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY)


def typed(plan: Plan, analyte: str, value: str, unit: str, **more: str) -> Incoming:
    told = {"collected_at": "2024-03-06", "laboratory": "North"} | more
    return Incoming(analyte, plan.patient.mrn, analyte=analyte, value=value, unit=unit, **told)


def assessed(plan: Plan, *row: str, **more: str):
    return desk_of(plan.patient, "North", now=NOW).assess(typed(plan, *row, **more))


def test_value_is_graded_with_its_range_and_how_soon_it_is_told(treated):
    said = assessed(treated, "platelets", "38", "10*9/L")

    assert (said.letter, said.worst.term, said.worst.grade) == ("L", "Thrombocytopenia", 3)
    assert said.range_words == "150–400, default range, not verified"
    assert said.told == "Platelets 38 x10^9/L: below 50; told the same day."
    assert (said.urgent, said.twice) == (True, "This is critical")


def test_value_within_limits_says_so_and_is_typed_once(treated):
    said = assessed(treated, "platelets", "250", "10*9/L")

    assert (said.letter, said.worst, said.cannot_grade, said.told, said.twice) == ("", None, "", "", "")


def test_range_printed_on_the_report_goes_first(treated):
    said = assessed(treated, "platelets", "145", "10*9/L", low="130", high="394")

    assert (said.letter, said.range_words) == ("", "130–394, printed on the report")


def test_value_is_graded_as_it_will_be_stored(treated, clinician):
    arrive(treated.patient, date(2024, 1, 29), creatinine="80")
    said = assessed(treated, "creatinine", "170", "umol/L")

    arrive(treated.patient, TODAY, creatinine="170")

    stored = LabResult.objects.current().get(analyte="creatinine", collected_on=TODAY)
    kept = stored.grades.values_list("term", "direction", "grade", "reason")
    assert [(g.term, g.direction, g.grade, g.reason) for g in said.grades] == list(kept)


def test_value_that_cannot_be_is_held_with_the_remedy(treated):
    said = assessed(treated, "platelets", "150000", "10*9/L")

    assert said.read is None
    assert "a unit slip?" in said.held.reason
    assert said.held.remedy == "Set the unit; it could be /uL."


@pytest.mark.parametrize(
    ("value", "twice"),
    [
        ("2500", "This is tenfold off the last value (250 x10^9/L, 29 Jan 2024)"),
        ("2499", ""),
        ("25", "This is critical"),
    ],
)
def test_value_tenfold_off_the_last_one_is_typed_twice(treated, value, twice):
    arrive(treated.patient, date(2024, 1, 29))

    assert assessed(treated, "platelets", value, "10*9/L").twice == twice


def test_first_immediate_value_is_told_at_once_a_further_one_the_same_day(treated):
    first = assessed(treated, "anc", "0.4", "10*9/L")
    arrive(treated.patient, date(2024, 3, 4), anc="0.3")

    assert first.told.endswith("told at once.")
    assert assessed(treated, "anc", "0.4", "10*9/L").told.endswith("told the same day.")


def test_units_begin_with_the_one_last_used_and_carry_their_ranges(treated, clinic):
    arrive(treated.patient, date(2024, 1, 29), hgb="140")
    LabResult.objects.filter(analyte="hgb").update(unit="g/dl")
    desk = desk_of(treated.patient, "North", now=NOW)

    units = desk.units_of(catalogue()["hgb"], TODAY)

    assert [(u.code, u.low, u.high) for u in units] == [("g/dL", "12", "17.5"), ("g/L", "120", "175")]


def test_laboratorys_own_range_is_shown_in_each_unit(treated, clinic):
    own = Laboratory.objects.create(clinic=clinic, name="North", decimal_comma=True)
    ReferenceRange.objects.create(
        clinic=clinic, laboratory=own, analyte="anc", low=Decimal("1.9"), high=Decimal(7), unit="10*9/L"
    )

    units = desk_of(treated.patient, "north", now=NOW).units_of(catalogue()["anc"], TODAY)

    assert [(u.code, u.low, u.high) for u in units] == [
        ("10*9/L", "1,9", "7"),
        ("10*3/uL", "1,8", "7,5"),
        ("/uL", "1800", "7500"),
    ]


def test_laboratory_that_is_not_on_record_is_not_entered_by_looking(treated):
    assessed(treated, "platelets", "250", "10*9/L")

    assert not Laboratory.objects.exists()


def test_desk_is_laid_in_the_same_queries_for_any_number_of_results(treated):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk_of(treated.patient, "North", now=NOW)
        return len(captured)

    arrive(treated.patient, date(2024, 1, 29))
    one = queries()
    arrive(treated.patient, date(2024, 2, 7))
    arrive(treated.patient, date(2024, 2, 14))

    assert queries() == one


@pytest.mark.parametrize(
    ("value", "last", "tenfold"),
    [("25", "250", True), ("26", "250", False), ("2500", "250", True), ("2499", "250", False)],
)
def test_tenfold_includes_the_tenth_and_the_ten_times(value, last, tenfold):
    assert is_tenfold(Decimal(value), Decimal(last)) is tenfold


@pytest.mark.parametrize(
    ("one", "other", "comma", "same"),
    [
        ("0.4", "0.40", False, True),
        ("0.4", "0.5", False, False),
        ("<0.4", "0.4", False, False),
        ("0,4", "0,40", True, True),
        ("clumped", "clumped", False, False),
        ("38", "", False, False),
    ],
)
def test_two_typings_agree_by_number_and_comparator(one, other, comma, same):
    assert agree(one, other, decimal_comma=comma) is same
