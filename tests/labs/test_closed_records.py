"""A record that was entered in error: its alerts are closed, and what still comes for it is held back."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from labs.actions.alerts import acknowledge
from labs.models import Alert, LabResult, QuarantineItem
from patients.models import Patient
from schedules.actions import merge_patients, withdraw_patient
from tests.factories import PatientFactory
from tests.labs.arrivals import arrive
from tests.snapshot import stored

DAY = date(2024, 3, 5)


@pytest.fixture
def patient(clinic: Clinic, clinician: Staff) -> Patient:
    patient: Patient = PatientFactory(clinic=clinic, mrn="WRONG")
    arrive(patient, DAY, platelets="8", potassium="7.4")
    waiting = Alert.objects.get(rule="cytopenia")
    day = date(2024, 3, 7)
    acknowledge(alert=waiting, next_step="admitted", by_when=day, by=clinician, now=waiting.opened_at)
    return patient


def test_alerts_are_closed_with_the_record_for_its_reason_and_come_back_with_it(
    patient: Patient, clinician: Staff
) -> None:
    before = stored(Alert)

    withdraw_patient(patient=patient, reason="Typed twice.", by=clinician, today=timezone.now().date())

    closed = list(Alert.objects.values_list("state", "resolution"))
    assert closed == [("resolved", "The record was entered in error: Typed twice.")] * 2
    undo(event=Event.objects.get(kind="patient.withdrawn"), by=clinician, now=timezone.now())
    assert stored(Alert) == before


def test_result_of_a_closed_record_is_held_back_and_says_so(patient: Patient, clinician: Staff) -> None:
    withdraw_patient(patient=patient, reason="Typed twice.", by=clinician, today=timezone.now().date())
    results = LabResult.objects.count()

    received = arrive(patient, date(2024, 3, 6), potassium="7.5")

    assert (received.stored, len(received.quarantined), LabResult.objects.count()) == (0, 1, results)
    item = QuarantineItem.objects.get()
    assert item.problem == "patient_unknown"
    assert item.reason == "The record with MRN “WRONG” is closed: it was entered in error."
    assert set(Alert.objects.unresolved().values_list("rule", flat=True)) <= {"possible_critical"}


def test_result_for_a_duplicate_of_a_closed_record_is_held_back_too(
    patient: Patient, clinic: Clinic, clinician: Staff
) -> None:
    duplicate = PatientFactory(clinic=clinic, mrn="TWICE")
    merge_patients(
        duplicate=duplicate, into=patient, reason="The same person.", by=clinician, today=timezone.now().date()
    )
    withdraw_patient(patient=patient, reason="Typed twice.", by=clinician, today=timezone.now().date())

    assert [reason for _, reason in arrive(duplicate, date(2024, 3, 6), potassium="5").quarantined] == [
        "The record with MRN “TWICE” is closed: it was entered in error."
    ]
