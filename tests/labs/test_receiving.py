"""What comes of a row that arrives: stored, a duplicate, a correction, or held back with a reason."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Clinic, Staff
from events.models import Event
from labs.actions.receiving import Received, Source, receive_results
from labs.intake.incoming import Incoming
from labs.models import Alert, Laboratory, LabReport, LabResult, QuarantineItem, ReferenceRange
from patients.models import Patient
from schedules.models import Plan
from schedules.wording import event_sentence
from tests.factories import ClinicFactory, PatientFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)
PLATELETS = {
    "position": "labs.csv row 2",
    "mrn": "P1",
    "collected_at": "2024-03-05T08:00",
    "analyte": "777-3",
    "value": "210",
    "unit": "K/uL",
    "low": "150",
    "high": "400",
    "accession": "S1",
    "laboratory": "North",
    "raw": "P1,2024-03-05T08:00,777-3,210,K/uL",
}


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return PatientFactory(clinic=clinic, mrn="P1", birth_date=date(1961, 3, 3))


def take_in(clinic: Clinic, *rows: dict[str, str], by: Staff | None = None, now: datetime = NOW) -> Received:
    """Take in platelet counts that differ from PLATELETS as `rows` say."""
    incoming = [Incoming(**(PLATELETS | row)) for row in rows]
    return receive_results(clinic=clinic, rows=incoming, source=Source("file", "labs.csv"), by=by, now=now)


def counts(received: Received) -> tuple[int, int, int, int]:
    return received.stored, received.duplicate, received.corrected, len(received.quarantined)


def test_row_is_stored_as_it_came_and_in_our_terms(clinic, clinician, patient):
    received = take_in(clinic, {}, by=clinician)

    result = LabResult.objects.get()
    assert counts(received) == (1, 0, 0, 0)
    assert (result.patient, result.code, result.reported, result.unit, str(result.value)) == (
        *(patient, "777-3", "210", "K/uL"),
        "210",
    )
    assert (result.analyte, result.system, result.graded_value, result.low, result.high, result.range_source) == (
        *("platelets", "us", 210, 150, 400),
        "report",
    )
    assert (result.collected_at, result.collected_on, result.time_known) == (
        datetime(2024, 3, 5, 7, tzinfo=UTC),  # 8 o'clock in Madrid
        date(2024, 3, 5),
        True,
    )
    report = result.report
    assert (report.raw, report.origin, report.accession, report.laboratory.name, report.received_by) == (
        *(PLATELETS["raw"], "labs.csv", "S1", "North"),
        clinician,
    )


def test_same_rows_again_change_nothing(clinic, patient):
    take_in(clinic, {}, {"analyte": "unheard of"})
    before = written()

    received = take_in(clinic, {}, {"analyte": "unheard of"})

    assert (counts(received), written()) == ((0, 2, 0, 0), before)


def test_row_twice_in_one_arrival_is_stored_once(clinic, patient):
    assert counts(take_in(clinic, {}, {}, {"mrn": "?"}, {"mrn": "?"})) == (1, 2, 0, 1)


def written() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (LabReport, LabResult, QuarantineItem, Alert, Event, Laboratory))


@pytest.mark.parametrize(
    ("rows", "holds"),
    [
        ([{"status": "preliminary", "value": "200"}, {"status": "final"}], "210"),
        ([{"status": "final"}, {"status": "preliminary", "value": "200"}], "210"),
        ([{"status": "corrected", "value": "220"}, {"status": "final"}], "220"),
        ([{"status": "cancelled", "value": ""}, {"status": "final"}], ""),
        ([{"issued_at": "2024-03-05T12:00", "value": "220"}, {"issued_at": "2024-03-05T10:00"}], "220"),
        # Issued later counts more than the status.
        (
            [{"issued_at": "2024-03-05T12:00"}, {"status": "corrected", "value": "9", "issued_at": "2024-03-05T10:00"}],
            "210",
        ),
    ],
)
def test_version_that_holds_does_not_depend_on_the_order(clinic, patient, rows, holds):
    received = [take_in(clinic, row) for row in rows]

    assert [counts(each) for each in received] == [(1, 0, 0, 0), (0, 0, 1, 0)]
    assert [result.reported for result in LabResult.objects.current()] == [holds]
    assert LabResult.objects.count() == 2


def test_withdrawn_result_counts_for_nothing(clinic, patient):
    take_in(clinic, {"value": "8"})

    take_in(clinic, {"value": "8", "status": "withdrawn"})

    assert list(LabResult.objects.standing()) == []
    assert [result.status for result in LabResult.objects.current()] == ["withdrawn"]


def test_derived_value_falls_with_what_it_was_computed_from(clinic, patient):
    creatinine = {"analyte": "creatinine", "unit": "mg/dL", "value": "0.9", "low": "", "high": ""}
    take_in(clinic, creatinine, {})

    take_in(clinic, creatinine | {"status": "cancelled", "value": ""})

    assert [result.analyte for result in LabResult.objects.standing()] == ["platelets"]


@pytest.mark.parametrize("specimen", ["", "T1"])
def test_two_specimens_of_one_accession_are_two_results(clinic, patient, specimen):
    later = {"collected_at": "2024-03-05T12:00", "value": "190", "specimen": specimen and "T2"}

    received = take_in(clinic, {"specimen": specimen}, later)

    assert (counts(received), LabResult.objects.current().count()) == ((2, 0, 0, 0), 2)


def test_rows_without_accession_make_a_report_for_each_specimen(clinic, patient):
    other = {"accession": "", "collected_at": "2024-03-04T08:00", "raw": "earlier"}
    hgb = {"accession": "", "analyte": "718-7", "unit": "g/dL", "value": "13", "low": "12", "high": "16"}

    take_in(clinic, {"accession": ""}, hgb, other)

    assert sorted(report.results.count() for report in LabReport.objects.all()) == [1, 2]


@pytest.mark.parametrize(
    ("change", "problem", "reason"),
    [
        ({"mrn": "P9"}, "patient_unknown", "No patient of this clinic has the MRN “P9”."),
        ({"mrn": ""}, "patient_unknown", "The row names no patient."),
        ({"analyte": "PLT-X"}, "code_unknown", "The code “PLT-X” of this laboratory is not known."),
        ({"analyte": ""}, "code_unknown", "It has no code."),
        ({"collected_at": "05.03.2024"}, "time_unreadable", "The specimen time “05.03.2024” is not understood."),
        ({"collected_at": "2024-03-09"}, "time_unreadable", "The specimen of 2024-03-09 lies in the future."),
        ({"collected_at": "1960-03-09"}, "time_unreadable", "The specimen of 1960-03-09 is older than the patient."),
        ({"status": "done"}, "status_unknown", "The status “done” is not known."),
        ({"value": "about 200"}, "value_unreadable", "“about 200” is a text, not a number."),
        ({"value": "-5"}, "value_unreadable", "“-5” is negative, which is not possible."),
        ({"value": ""}, "value_unreadable", "No value is given."),
        ({"value": "150000", "unit": "10*9/L"}, "out_of_limits", None),
        ({"unit": ""}, "unit_missing", None),
        ({"unit": "furlong"}, "unit_unknown", None),
        ({"unit": "mg/dL"}, "unit_misfit", None),
        ({"low": "low"}, "row_broken", "The limit “low” is not a number."),
        ({"low": "<150", "high": ""}, "row_broken", "“<150” does not say from which value is normal."),
        ({"low": "", "high": ">400"}, "row_broken", "“>400” does not say up to which value is normal."),
        ({"low": "0", "high": "0"}, "row_broken", "0 is no upper limit."),
        (
            {"low": "150000", "high": "400000"},
            *("row_broken", "The lower limit 150000 is above the most that is possible: is it in another unit?"),
        ),
        ({"low": "400", "high": "150"}, "row_broken", "The lower limit 400 is above the upper one 150."),
        ({"accession": "S" * 81}, "row_broken", "The accession is longer than 80 signs."),
        ({"broken": "The row has 3 cells, the header 11."}, "row_broken", "The row has 3 cells, the header 11."),
    ],
)
def test_row_that_is_not_understood_is_held_back_with_its_reason(clinic, patient, change, problem, reason):
    received = take_in(clinic, change)

    item = QuarantineItem.objects.get()
    assert counts(received) == (0, 0, 0, 1)
    assert received.quarantined == [("labs.csv row 2", item.reason)]
    assert (item.problem, item.state, item.report.raw) == (problem, "open", PLATELETS["raw"])
    assert item.reason == (reason or item.reason)
    assert item.remedy
    assert Incoming(**item.row) == Incoming(**(PLATELETS | change))


def test_limits_printed_with_a_sign_are_read(clinic, patient):
    take_in(clinic, {"low": "≥150", "high": "<400"})

    assert LabResult.objects.values_list("low", "high", "range_source").get() == (150, 400, "report")


def test_two_broken_rows_are_two_and_the_same_one_again_is_none(clinic):
    broken = {"mrn": "", "broken": "The row has 3 cells, the header 11."}

    first = take_in(clinic, broken | {"raw": "one"}, broken | {"raw": "two"})
    again = take_in(clinic, broken | {"raw": "two", "position": "labs.csv row 9"})

    assert (counts(first), counts(again)) == ((0, 0, 0, 2), (0, 1, 0, 0))


def test_cancelled_result_needs_no_value(clinic, patient):
    assert counts(take_in(clinic, {"status": "cancelled", "value": "", "unit": ""})) == (1, 0, 0, 0)


@pytest.mark.parametrize("value", ["8", "8000"])
def test_held_back_value_that_may_be_critical_raises_an_alert(clinic, clinician, patient, value):
    received = take_in(clinic, {"unit": "", "value": value})

    alert = Alert.objects.get()
    assert (received.alerts, alert.rule, alert.patient, alert.quarantine_item.reason) == (
        *(1, "possible_critical", patient),
        QuarantineItem.objects.get().reason,
    )


def test_held_back_value_that_is_harmless_raises_none(clinic, clinician, patient):
    assert (take_in(clinic, {"status": "done"}).alerts, Alert.objects.count()) == (0, 0)


def test_two_values_that_nothing_decides_between_are_asked_about_once(clinic, patient):
    take_in(clinic, {})

    take_in(clinic, {"value": "220"})
    take_in(clinic, {}, {"value": "220"})

    item = QuarantineItem.objects.get()
    assert (item.problem, item.state) == ("conflict", "open")
    assert item.reason == "777-3 of 2024-03-05 came as final with two values: 210 and 220."


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0)])
def test_question_between_two_values_is_closed_by_a_later_version(clinic, patient, order):
    rows = [{}, {"value": "220"}, {"value": "230", "status": "corrected"}]

    for place in order:
        take_in(clinic, rows[place])

    assert [item.state for item in QuarantineItem.objects.filter(state="open")] == []
    assert LabResult.objects.current().get().reported == "230"


def test_earlier_version_leaves_the_question_between_two_values_as_it_is(clinic, patient):
    take_in(clinic, {}, {"value": "220"})

    take_in(clinic, {"value": "200", "status": "preliminary"})

    assert [item.state for item in QuarantineItem.objects.all()] == ["open"]


@pytest.mark.parametrize(
    ("undated", "asked"),
    [
        ({"value": "220", "status": "corrected"}, True),
        ({"value": "", "status": "cancelled"}, True),
        ({"value": "215", "status": "withdrawn"}, True),
        ({"value": "215.0", "status": "corrected"}, False),
        ({"value": "220", "status": "final"}, False),
    ],
)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_change_without_a_time_of_issue_is_asked_about_next_to_one_with_it(clinic, patient, undated, asked, order):
    rows = [{"value": "215", "status": "corrected", "issued_at": "2024-03-05T12:00"}, undated]

    for place in order:
        take_in(clinic, rows[place])

    assert QuarantineItem.objects.filter(problem="conflict", state="open").count() == asked
    assert LabResult.objects.current().get().reported == "215"


DATED = {"value": "215", "issued_at": "2024-03-05T12:00"}
UNDATED = {"value": "220", "status": "corrected"}
TAKEN_BACK = {"value": "", "status": "cancelled"}


@pytest.mark.parametrize(
    ("rows", "asked", "holds"),
    [
        ((DATED, UNDATED), 1, ("final", "215")),  # the final one may have been issued anew
        ((DATED, UNDATED | {"value": "215.0"}), 0, ("final", "215")),
        ((DATED, TAKEN_BACK), 1, ("final", "215")),
        ((DATED, {"value": "220"}), 1, ("final", "215")),
        ((DATED, {"value": "220", "status": "preliminary"}), 0, ("final", "215")),
        ((DATED | {"status": "preliminary"}, {"value": "215"}), 0, ("final", "215")),
        ((DATED | {"status": "preliminary"}, UNDATED), 0, ("corrected", "220")),
        ((DATED | {"status": "preliminary"}, DATED | {"issued_at": "2024-03-05T10:00"}), 0, ("final", "215")),
        (
            (DATED | {"status": "preliminary"}, {"value": "220", "issued_at": "2024-03-05T10:00"}),
            *(1, ("final", "220")),
        ),
        ((UNDATED, TAKEN_BACK), 1, ("cancelled", "")),  # corrected after it was taken back, or the other way round
        ((TAKEN_BACK, TAKEN_BACK | {"status": "withdrawn"}), 0, ("withdrawn", "")),
        ((DATED, {"value": "230"}, UNDATED), 1, ("final", "215")),  # what is corrected is not asked about
    ],
)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_version_is_asked_about_where_neither_time_of_issue_nor_status_tells(
    clinic, patient, rows, asked, holds, is_reversed
):
    for row in reversed(rows) if is_reversed else rows:
        take_in(clinic, row)

    assert QuarantineItem.objects.filter(problem="conflict", state="open").count() == asked
    assert [(result.status, result.reported) for result in LabResult.objects.current()] == [holds]


HELD = {"unit": "", "raw": "without a unit"}


@pytest.mark.parametrize(
    ("held", "stored"),
    [
        (HELD, {}),
        (HELD, {"value": "210.0"}),
        (HELD, {"value": "190", "status": "corrected"}),
        (HELD | {"value": "8", "status": "preliminary"}, {"issued_at": "2024-03-05T12:00"}),
        (HELD | {"low": "n/a"}, {"unit": "10*9/L", "value": "210"}),
    ],
)
@pytest.mark.parametrize("is_held_first", [True, False])
def test_held_back_row_that_is_stored_by_another_is_closed(clinic, clinician, patient, held, stored, is_held_first):
    for row in (held, stored) if is_held_first else (stored, held):
        take_in(clinic, row, by=clinician)

    item, result = QuarantineItem.objects.get(), LabResult.objects.get()
    assert (item.state, item.result, item.outcome) == ("replayed", result, f"Its result is stored: {result.reported}.")
    event = Event.objects.get(kind="quarantine.stored")
    assert (event.patient, event.by, event.facts["results"]) == (patient, clinician, [str(result.pk)])
    assert event_sentence(event).startswith(f"Held back and stored by another row as 777-3 {result.reported}: ")


@pytest.mark.parametrize(
    ("held", "stored"),
    [
        (HELD, {"value": "190"}),  # nothing says which holds
        (HELD | {"value": "8"}, {"issued_at": "2024-03-05T12:00"}),
        ({"status": "cancelled", "specimen_type": "B" * 41}, {"value": "190", "status": "corrected"}),
        (HELD, {"status": "preliminary"}),
        (HELD | {"status": "corrected"}, {}),
        (HELD | {"status": "corrected"}, {"value": "190", "status": "corrected", "issued_at": "2024-03-05T12:00"}),
        ({"status": "done"}, {}),
        (HELD, {"accession": "S2"}),
        (HELD, {"analyte": "718-7", "value": "13", "unit": "g/dL", "low": "", "high": ""}),
    ],
)
@pytest.mark.parametrize("is_held_first", [True, False])
def test_held_back_row_that_may_say_more_than_what_is_stored_goes_on_waiting(
    clinic, patient, held, stored, is_held_first
):
    for row in (held, stored) if is_held_first else (stored, held):
        take_in(clinic, row)

    assert (QuarantineItem.objects.get().state, LabResult.objects.count()) == ("open", 1)


def test_rows_of_a_patient_who_was_entered_since_are_closed_when_they_come_again(clinic):
    take_in(clinic, {}, {"accession": "S2"}, {"mrn": "P9"})
    patient = PatientFactory(clinic=clinic, mrn="P1")

    received = take_in(clinic, {}, {"accession": "S2"})

    assert counts(received) == (2, 0, 0, 0)
    states = QuarantineItem.objects.order_by("row__mrn").values_list("row__mrn", "state", "patient")
    assert list(states) == [("P1", "replayed", patient.pk)] * 2 + [("P9", "open", None)]
    assert Event.objects.get(kind="quarantine.stored").facts["count"] == 2


def test_held_back_value_that_is_stored_already_raises_no_second_alert(clinic, clinician, patient):
    take_in(clinic, {"value": "8"})

    take_in(clinic, HELD | {"value": "8"})

    assert not Alert.objects.filter(rule="possible_critical").exists()


def test_same_number_written_otherwise_is_no_question(clinic, patient):
    take_in(clinic, {})

    take_in(clinic, {"value": "210.0"})

    assert QuarantineItem.objects.count() == 0


@pytest.mark.parametrize(
    ("printed", "ranges", "expected"),
    [
        (True, True, (150, 400, "report")),
        (False, True, (140, None, "laboratory")),
        (False, False, (150, 400, "unverified")),
    ],
)
def test_range_of_the_report_wins_over_the_laboratorys_and_that_over_the_default(
    clinic, patient, printed, ranges, expected
):
    laboratory = Laboratory.objects.create(clinic=clinic, name="North")
    if ranges:
        ReferenceRange.objects.create(
            clinic=clinic, laboratory=laboratory, analyte="platelets", low=140, unit="10*3/uL"
        )

    take_in(clinic, {} if printed else {"low": "", "high": ""})

    result = LabResult.objects.get()
    assert (result.low, result.high, result.range_source) == expected


def test_results_of_a_merged_record_go_to_the_one_that_stands(clinic, patient):
    take_in(clinic, {})
    survivor = PatientFactory(clinic=clinic, mrn="P2")
    Patient.objects.filter(pk=patient.pk).update(status="merged", merged_into=survivor)

    received = take_in(clinic, {}, {"accession": "S2"})

    assert counts(received) == (1, 1, 0, 0)
    assert LabResult.objects.get(accession="S2").patient == survivor


def test_patient_of_another_clinic_is_not_found(clinic):
    PatientFactory(clinic=ClinicFactory(), mrn="P1")

    take_in(clinic, {})

    assert [item.problem for item in QuarantineItem.objects.all()] == ["patient_unknown"]


def test_copied_rows_have_their_author_in_the_history(plan: Plan, clinician: Staff):
    take_in(plan.clinic, {"mrn": plan.patient.mrn, "value": "30"}, by=clinician)

    with connection.cursor() as cursor:
        for table in ("labs_labresult", "labs_labgrade", "labs_baseline", "labs_alert"):
            cursor.execute(
                "SELECT DISTINCT context.metadata->>'by' FROM pghistory_context context "
                f"JOIN {table}event event ON event.pgh_context_id = context.id"
            )
            assert (table, cursor.fetchall()) == (table, [(str(clinician.pk),)])


def test_each_patient_has_one_event_of_an_arrival(clinic, clinician, patient):
    take_in(clinic, {}, {"accession": "S2", "collected_at": "2024-03-04"}, by=clinician)

    event = Event.objects.get(kind="results.received")
    assert (event.patient, event.by, event.facts) == (
        *(patient, clinician),
        {"results": 2, "first_day": "2024-03-04", "last_day": "2024-03-05", "origin": "labs.csv"},
    )


def test_arrival_asks_the_database_as_often_for_three_patients_as_for_one(clinic):
    for number in range(4):
        PatientFactory(clinic=clinic, mrn=f"Q{number}")
    take_in(clinic, {"mrn": "Q0", "accession": "first"})

    with CaptureQueriesContext(connection) as one:
        take_in(clinic, {"mrn": "Q0"})
    with CaptureQueriesContext(connection) as three:
        take_in(clinic, *[{"mrn": f"Q{number}"} for number in (1, 2, 3)])

    assert len(three) == len(one)
