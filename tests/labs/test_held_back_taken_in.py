"""Held-back values that may be critical and are results by now: one value has one alert."""

from datetime import UTC, datetime

import pytest

from accounts.models import Clinic, Staff
from events.models import Event
from labs.actions.conflicts import settle_conflict
from labs.actions.quarantine import choose_patient, correct_item, set_unit
from labs.intake.quarantine import contradicting
from labs.models import Alert, QuarantineItem
from patients.models import Patient
from schedules.wording import event_sentence
from tests.factories import PatientFactory
from tests.labs.held_back import hold_back

NOW = datetime(2024, 3, 6, 9, tzinfo=UTC)
JUDGED = "Taken in, and judged as a result: Platelets (PLT) 8 x10^9/L."


@pytest.fixture
def patient(clinic: Clinic, clinician: Staff) -> Patient:
    return PatientFactory(clinic=clinic, mrn="P1")


def item_of(analyte: str = "platelets") -> QuarantineItem:
    return QuarantineItem.objects.select_related("clinic").get(row__analyte=analyte)


def perhaps() -> Alert:
    return Alert.objects.get(rule="possible_critical")


def unresolved() -> list[tuple[str, str]]:
    return sorted(Alert.objects.unresolved().values_list("rule", "tier"))


def test_patient_chosen_closes_the_alert_of_a_value_that_is_judged_itself(patient: Patient, clinician: Staff) -> None:
    hold_back(patient, mrn="NOBODY", value="8")
    assert (perhaps().patient, perhaps().tier) == (None, "immediate")

    choose_patient(items=[item_of()], patient=patient, by=clinician, now=NOW)

    assert unresolved() == [("cytopenia", "immediate")]
    assert (perhaps().resolution, perhaps().patient, perhaps().resolved_at) == (JUDGED, patient, NOW)
    told = Event.objects.get(kind="alert.taken_in")
    assert event_sentence(told).startswith("Alert closed by itself, its held-back value is judged as a result now: ")


def test_value_read_otherwise_closes_the_alert(patient: Patient, clinician: Staff) -> None:
    hold_back(patient, value="8", unit="")

    fields = {"unit": "10*9/L", "value": "80"}
    correct_item(item=item_of(), fields=fields, value_again="80", reason="Telephoned.", by=clinician, now=NOW)

    assert unresolved() == []
    assert perhaps().resolution == "Taken in, and judged as a result: Platelets (PLT) 80 x10^9/L."


def test_value_stored_since_closes_the_alert(patient: Patient, clinician: Staff) -> None:
    hold_back(patient, value="8", unit="", accession="S")

    hold_back(patient, value="8", accession="S")

    assert unresolved() == [("cytopenia", "immediate")]
    assert perhaps().resolution == JUDGED


def test_value_that_was_taken_back_is_judged_by_nobody_and_waits(patient: Patient, clinician: Staff) -> None:
    hold_back(patient, value="8", unit="", accession="S")

    hold_back(patient, value="", accession="S", status="cancelled")

    assert (item_of().outcome, unresolved()) == (
        "Its result is stored: cancelled.",
        [("possible_critical", "immediate")],
    )


def test_alert_goes_on_about_what_is_still_held_back(patient: Patient, clinician: Staff) -> None:
    hold_back(patient, mrn="NOBODY", value="8", accession="S")
    hold_back(patient, mrn="NOBODY", analyte="potassium", value="7.2", unit="furlong", accession="S")
    items = list(QuarantineItem.objects.select_related("clinic"))

    choose_patient(items=items, patient=patient, by=clinician, now=NOW)

    assert unresolved() == [("cytopenia", "immediate"), ("possible_critical", "immediate")]
    assert (perhaps().quarantine_item, perhaps().patient) == (item_of("potassium"), patient)
    assert perhaps().sentence.startswith(
        "Possible critical result, not verified: potassium 7.2 furlong on Tue 5 Mar 2024."
    )
    assert "platelets" not in perhaps().sentence

    set_unit(items=[item_of("potassium")], unit="mmol/L", reason="Telephoned.", by=clinician, now=NOW)

    assert unresolved() == [("cytopenia", "immediate"), ("potassium", "immediate")]


def test_alert_does_not_wait_for_a_held_back_value_it_does_not_name(patient: Patient, clinician: Staff) -> None:
    hold_back(patient, mrn="NOBODY", value="8")
    hold_back(patient, mrn="NOBODY", analyte="potassium", value="4.2", unit="furlong")

    choose_patient(items=[item_of()], patient=patient, by=clinician, now=NOW)

    assert (unresolved(), item_of("potassium").state) == ([("cytopenia", "immediate")], "open")


@pytest.mark.parametrize(
    ("chosen", "left"),
    [("8", [("cytopenia", "immediate")]), ("210", [("possible_critical", "immediate")])],
)
def test_conflict_settled_for_the_value_that_may_be_critical_closes_its_alert(
    patient: Patient, clinician: Staff, chosen: str, left: list[tuple[str, str]]
) -> None:
    hold_back(patient, value="210", accession="S", status="corrected", issued_at="2024-03-05T10:00")
    hold_back(patient, value="8", accession="S", status="corrected")
    versions = {each.reported: each for each in contradicting(item_of())}

    settle_conflict(item=item_of(), holds=versions[chosen], reason="Telephoned.", by=clinician, now=NOW)

    assert unresolved() == left
