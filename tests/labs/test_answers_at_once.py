"""People and arrivals at one patient at once: no answer is erased, and nobody waits for each other for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import Clinic, Staff
from events.models import Message
from iotrex_followup.errors import TransitionRefused
from labs.actions.alerts import acknowledge, resolve
from labs.actions.conflicts import settle_conflict
from labs.actions.receiving import Source, patients_by_mrn, receive_results
from labs.intake.incoming import Incoming
from labs.intake.quarantine import contradicting
from labs.models import Alert, LabResult, QuarantineItem
from patients.actions import lock_patient
from patients.models import Patient
from schedules.actions import merge_patients
from tests.at_once import PATIENCE, alone, wait_until_blocked, while_open
from tests.factories import ClinicFactory, MembershipFactory, PatientFactory
from tests.labs.arrivals import arrive

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)

DAY = date(2024, 3, 5)
NOW = datetime(2024, 3, 5, 15, tzinfo=UTC)


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ClinicFactory()


@pytest.fixture
def clinician(clinic: Clinic) -> Staff:
    return MembershipFactory(clinic=clinic).staff


@pytest.fixture
def low(clinic: Clinic, clinician: Staff) -> Alert:
    """A same-day alert about platelets of 38."""
    arrive(PatientFactory(clinic=clinic, mrn="A1"), DAY, platelets="38")
    return Alert.objects.select_related("patient__clinic").get()


def answer(alert: Alert, by: Staff) -> None:
    acknowledge(alert=alert, next_step="repeat_cbc", by_when=DAY + timedelta(2), by=by, now=NOW)


def test_answer_given_while_a_result_arrives_stays(low: Alert, clinician: Staff) -> None:
    arrived = while_open(
        lambda: answer(low, clinician), lambda: arrive(low.patient, DAY + timedelta(1), platelets="60")
    )

    assert arrived.result().stored == 1
    low.refresh_from_db()
    assert (low.state, low.next_step, low.next_step_by) == ("acknowledged", "repeat_cbc", DAY + timedelta(2))
    assert low.improved.startswith("Platelets 60")


def test_alert_resolved_while_a_worse_result_arrives_stays_resolved_and_another_opens(
    low: Alert, clinician: Staff
) -> None:
    arrived = while_open(
        lambda: resolve(alert=low, resolution="Recovered.", by=clinician, now=NOW),
        lambda: arrive(low.patient, DAY + timedelta(1), platelets="15"),
    )

    assert arrived.result().alerts == 1
    low.refresh_from_db()
    assert (low.state, low.tier, low.resolution, low.resolved_at) == ("resolved", "same_day", "Recovered.", NOW)
    assert list(Alert.objects.unresolved().values_list("tier", "state")) == [("immediate", "open")]


def test_answer_given_while_records_are_merged_stays(low: Alert, clinic: Clinic, clinician: Staff) -> None:
    duplicate = PatientFactory(clinic=clinic, mrn="A2")
    arrive(duplicate, DAY, platelets="22")

    merged = while_open(
        lambda: answer(low, clinician),
        lambda: merge_patients(
            duplicate=duplicate, into=low.patient, reason="The same person.", by=clinician, today=NOW.date()
        ),
    )

    assert merged.result() == low.patient
    low.refresh_from_db()
    assert (low.answered_by, low.state, low.sentence[:12]) == (clinician, "open", "Platelets 22")
    assert Message.objects.in_app().filter(kind="alert.raised_again", path=f"/alerts/{low.pk}/").count() == 1


def test_answer_does_not_wait_for_the_patient_whose_results_change(low: Alert, clinician: Staff) -> None:
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        lock_patient(low.patient)
        pool.submit(alone, lambda: answer(low, clinician)).result(timeout=PATIENCE)

    low.refresh_from_db()
    assert low.state == "acknowledged"


def test_conflict_that_is_settled_while_a_third_version_arrives_is_dealt_with(clinic: Clinic, clinician: Staff) -> None:
    patient: Patient = PatientFactory(clinic=clinic, mrn="A1")
    came = Incoming("row", "A1", "2024-03-05T08:00", "platelets", "210", "10*9/L", accession="S", laboratory="North")
    for value in ("210", "190"):
        receive(patient, came._replace(value=value))
    item = QuarantineItem.objects.select_related("clinic").get()
    other = contradicting(item)[1]

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            patients_by_mrn(clinic, ["A1"])  # as an arrival begins
            settled = pool.submit(
                alone,
                lambda: settle_conflict(item=item, holds=other, reason="Telephoned.", by=clinician, now=NOW),
            )
            wait_until_blocked(settled)
            receive(patient, came._replace(value="200", status="corrected"))
        refused = settled.exception()

    assert isinstance(refused, TransitionRefused), refused
    assert LabResult.objects.current().get().reported == "200"
    assert QuarantineItem.objects.get().outcome == "A later version of the result came."


def receive(patient: Patient, row: Incoming) -> None:
    receive_results(clinic=patient.clinic, rows=[row], source=Source("file"), by=None, now=NOW)
