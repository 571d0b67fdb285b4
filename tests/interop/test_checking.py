from datetime import date

import pytest

from accounts.models import Role
from events.undo import undo
from interop.actions import check_file
from interop.csv.columns import exact_matching
from iotrex_followup.csv_reading import read_sheet
from patients.treatment_checks import TreatmentFacts
from schedules.actions import load_packaged_protocol, merge_patients, record_treatment, withdraw_treatment
from schedules.plans.planning import PlanChoices
from tests.factories import MembershipFactory, enrolled, noon
from tests.interop.files import ANA, BEN, csv_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)


@pytest.fixture
def member():
    load_packaged_protocol(by=None)
    return MembershipFactory(staff__email="doc@example.org", role=Role.CLINICIAN)


@pytest.fixture
def check(member):
    def run(*rows, by=None):
        sheet = read_sheet(csv_of(*rows))
        matching, _, _ = exact_matching(sheet)
        return check_file(sheet=sheet, matching=matching, clinic=member.clinic, by=by or member.staff, today=TODAY)

    return run


@pytest.fixture
def stored(member):
    """Ana as the clinic has her, from the same facts as the file's."""

    def enrol(**facts):
        ana = {"mrn": "A1", "given_name": "Ana", "family_name": "Prueba", "secreting": True} | facts
        return enrolled(by=member.staff, clinic=member.clinic, started_on=date(2024, 1, 31), today=TODAY, **ana)

    return enrol


def found(findings):
    return [(finding.row, finding.column, finding.what) for finding in findings]


def test_good_file_groups_rows_by_person_and_sorts_treatments_by_date(check):
    later = ANA | {"treated_on": "2025-01-31"}

    result = check(later, BEN, ANA)

    assert [[row.number for row in rows] for rows in result.newcomers] == [[4, 2], [3]]
    assert (result.rows, result.bad_rows, result.mistakes, result.notes) == (3, 0, [], [])


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"mrn": " "}, ("mrn", "It is blank.")),
        ({"birth_date": "03/04/61"}, ("birth_date", "“03/04/61” is not a date as year-month-day.")),
        ({"birth_date": "2027-01-01"}, ("birth_date", "The birth date 2027-01-01 is in the future. Correct the year.")),
        (
            {"treated_on": "2026-06-02"},
            ("treated_on", "2026-06-02 is in the future. Enter it as planned, or correct the date."),
        ),
        (
            {"treated_on": "1960-01-01"},
            ("treated_on", "The treatment date 1960-01-01 is before the birth date 1961-03-03."),
        ),
        (
            {"activity_mbq": "200"},
            ("activity_mbq", "200.0 MBq is outside 300-45000 MBq for a therapeutic activity."),
        ),
        (
            {"activity_mbq": "18500", "weight_kg": "12"},
            ("activity_mbq", "1542 MBq/kg is above 740 MBq/kg."),
        ),
        ({"weight_kg": "300"}, ("weight_kg", "A weight of 300.00 kg is outside 3-250 kg.")),
        ({"annual_interval": "24"}, ("annual_reason", "Visits every 24 months are unusual.")),
        ({"followed_from": "2026-06-02"}, ("followed_from", "2026-06-02 is in the future.")),
        ({"protocol": "iotrex 9.9"}, ("protocol", "No new plan can follow 'iotrex 9.9'.")),
        ({"clinician_email": "x@example.org"}, ("clinician_email", "x@example.org does not work in this clinic.")),
    ],
)
def test_wrong_row_is_one_mistake_at_its_column(check, change, mistake):
    result = check(BEN, ANA | change)

    assert found(result.mistakes) == [(3, *mistake)]
    assert ([[row.number for row in rows] for rows in result.newcomers], result.bad_rows) == ([[2]], 1)


def test_a_row_may_name_the_protocol_its_plan_follows(check):
    result = check(ANA | {"protocol": "iotrex 1.0"}, BEN)

    followed = [row.choices.protocol for rows in result.newcomers for row in rows]
    assert [protocol and protocol.reference for protocol in followed] == ["iotrex 1.0", None]


def test_row_with_several_mistakes_tells_all_of_them(check):
    result = check(ANA | {"birth_date": "x", "sex": "?", "email": "nobody"})

    assert [mistake.column for mistake in result.mistakes] == ["birth_date", "sex", "email"]


def test_what_is_unusual_is_accepted_with_a_reason(check):
    result = check(ANA | {"activity_mbq": "200", "weight_kg": "300", "override_reason": "Weighed twice."})

    assert (result.mistakes, len(result.accepted)) == ([], 1)


def test_row_with_more_cells_than_heads_is_a_mistake(member):
    sheet = read_sheet(csv_of(ANA) + b"A2,Ana,Prueba,1961-03-03,female,other,no,2024-01-31,x\n")
    matching, _, _ = exact_matching(sheet)

    result = check_file(sheet=sheet, matching=matching, clinic=member.clinic, by=None, today=TODAY)

    assert found(result.mistakes) == [(3, "", "The row has 9 cells, the header 8.")]


def test_missing_column_makes_the_whole_file_unusable(check):
    row = {name: value for name, value in ANA.items() if name != "sex"}

    result = check(row)

    assert (found(result.mistakes), result.is_unusable) == ([(1, "sex", "This column is missing.")], True)


@pytest.mark.parametrize("email", ["doc@example.org", "Doc@Example.org"])
def test_clinician_is_found_by_the_address_in_any_case(check, member, email):
    (row,) = check(ANA | {"clinician_email": email}).accepted

    assert row.patient.responsible_clinician == member.staff


def test_longer_interval_is_for_those_who_may_decide(check, member):
    row = ANA | {"annual_interval": "24", "annual_reason": "Stable for years."}
    coordinator = MembershipFactory(clinic=member.clinic, role=Role.COORDINATOR).staff

    assert check(row).mistakes == []
    assert found(check(row, by=coordinator).mistakes) == [
        (2, "annual_interval", "A longer interval is a clinician's decision.")
    ]


@pytest.mark.parametrize(
    ("field", "other", "here", "there"),
    [
        ("given_name", "Anna", "“Anna” here, “Ana” in row 2.", "“Ana” here, “Anna” in row 3."),
        ("family_name", "Muster", "“Muster” here, “Prueba” in row 2.", "“Prueba” here, “Muster” in row 3."),
        ("birth_date", "1961-03-04", "“1961-03-04” here, “1961-03-03” in row 2.", None),
        ("sex", "male", "“male” here, “female” in row 2.", None),
        ("indication", "other", "“other” here, “pheochromocytoma” in row 2.", None),
        ("secreting", "no", "“no” here, “yes” in row 2.", "“yes” here, “no” in row 3."),
    ],
)
def test_rows_of_one_mrn_that_disagree_are_both_wrong(check, field, other, here, there):
    result = check(ANA, ANA | {"treated_on": "2025-01-31", field: other}, BEN)

    by_row = {finding.row: (finding.column, finding.what) for finding in result.mistakes}
    assert by_row[3] == (field, here)
    assert by_row[2] == (field, there or by_row[2][1])
    assert (sorted(by_row), len(result.accepted)) == ([2, 3], 1)


def test_names_that_differ_by_case_and_accents_are_one_person(check):
    result = check(ANA, ANA | {"given_name": "ANÁ", "family_name": "prueba", "treated_on": "2025-01-31"})

    assert (result.mistakes, [len(rows) for rows in result.newcomers]) == ([], [2])


def test_same_treatment_twice_in_the_file_is_a_mistake_of_the_second(check):
    assert found(check(ANA, BEN, ANA).mistakes) == [(4, "treated_on", "Row 2 is the same treatment.")]


def test_dosimetric_and_therapeutic_treatment_of_one_day_are_two(check):
    assert check(ANA, ANA | {"kind": "dosimetric"}).mistakes == []


def test_treatments_less_than_90_days_apart_ask_about_the_later(check):
    result = check(ANA | {"treated_on": "2024-04-29"}, ANA)

    assert found(result.mistakes) == [
        (
            2,
            "treated_on",
            "Only 89 days lie between this treatment and the one of 2024-01-31; at least 90 are expected.",
        )
    ]


def test_known_patient_with_a_further_treatment_is_asked_by_the_stored_one(check, stored):
    stored()

    result = check(ANA | {"treated_on": "2024-03-31"}, ANA | {"treated_on": "2025-01-31"})

    assert [mistake.row for mistake in result.mistakes] == [2]
    assert [row.number for _, row in result.further] == [3]


def test_stored_treatment_is_unchanged(check, stored):
    stored()

    result = check(ANA)

    assert (result.unchanged, result.accepted, result.mistakes, result.notes) == (1, [], [], [])


def test_stored_patient_with_another_identity_is_a_mistake_that_names_the_difference(check, stored):
    stored(family_name="Otra")

    result = check(ANA, ANA | {"treated_on": "2025-01-31"})

    assert found(result.mistakes) == [
        (2, "family_name", "“Prueba” here, “Otra” in the record with this MRN."),
        (3, "family_name", "“Prueba” here, “Otra” in the record with this MRN."),
    ]


def test_values_that_differ_from_the_record_are_noted_and_kept(check, stored):
    stored(indication="other", treatment={"activity_mbq": 7400})

    result = check(ANA | {"activity_mbq": "7500", "phone": "+34 1"})

    assert found(result.notes) == [
        (2, "indication", "“pheochromocytoma” here, “other” in the record."),
        (2, "phone", "“+34 1” here, “nothing” in the record."),
        (2, "activity_mbq", "“7500.0” here, “7400.0” in the record."),
    ]
    assert result.unchanged == 1


def test_same_mrn_in_another_clinic_is_another_person(check, stored):
    other = MembershipFactory()
    enrolled(by=other.staff, clinic=other.clinic, started_on=date(2024, 1, 31), today=TODAY, mrn="A1")

    assert len(check(ANA).newcomers) == 1


def test_treatment_entered_in_error_is_not_brought_back(check, stored, member):
    withdraw_treatment(treatment=stored().treatment, reason="Wrong patient.", by=member.staff, today=TODAY)

    result = check(ANA)

    assert (result.unchanged, result.accepted) == (1, [])
    assert found(result.notes) == [
        (2, "treated_on", "This treatment was marked as entered in error, and stays so."),
    ]


def test_planned_treatment_is_to_be_confirmed_instead(check, stored, member):
    patient = stored().patient
    facts = TreatmentFacts(date(2025, 1, 31), state="planned")
    record_treatment(patient=patient, facts=facts, choices=PlanChoices(), by=member.staff, today=TODAY)

    result = check(ANA | {"treated_on": "2025-01-31"})

    assert found(result.mistakes) == [
        (2, "treated_on", "The record has this treatment as planned for 2025-01-31."),
    ]


def test_merged_record_counts_its_treatments_and_names_the_one_that_stands(check, stored, member):
    duplicate = stored().patient
    into = stored(mrn="A9", indication="pheochromocytoma")
    withdraw_treatment(treatment=into.treatment, reason="The same.", by=member.staff, today=TODAY)
    merge_patients(duplicate=duplicate, into=into.patient, reason="One person.", by=member.staff, today=TODAY)

    result = check(ANA, ANA | {"treated_on": "2025-01-31"})

    assert (result.unchanged, [(m.row, m.remedy) for m in result.mistakes]) == (1, [(3, "Use MRN A9.")])


def test_undone_withdrawal_makes_the_treatment_unchanged_again(check, stored, member):
    plan = stored()
    withdraw_treatment(treatment=plan.treatment, reason="Wrong patient.", by=member.staff, today=TODAY)
    undo(event=plan.patient.events.get(kind="treatment.withdrawn"), by=member.staff, now=noon(TODAY))

    result = check(ANA)

    assert (result.unchanged, result.notes) == (1, [])
