"""The made-up clinic of the demo."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from accounts.models import Staff
from events.models import CapturedMessage, Message
from imaging.models import ImagingStudy, ResponseAssessment
from labs.models import LabResult
from patients.models import ClinicalEvent, ContactEntry, Indication, Patient, Treatment
from schedules.demo.clinic import PASSWORD, SIGN_INS
from schedules.demo.seed import seed
from schedules.demo.talking import talk
from schedules.models import Appointment, Plan, PlannedActivity, PlannedVisit, ProtocolApproval, VisitRecord

TODAY = date(2026, 9, 16)
PATIENTS = 22


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One demo for all tests of this module, thrown away after them."""
    captured = override_settings(CAPTURE_MESSAGES=True)
    with captured, django_db_blocker.unblock(), transaction.atomic():
        talk(seed(patients=PATIENTS, seed=1, today=TODAY))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(seeded: None, db: None, settings: Any) -> None:
    settings.DEMO = True


def run(*extra: str) -> str:
    out = StringIO()
    call_command("seed_demo", "--patients", str(PATIENTS), "--today", TODAY.isoformat(), *extra, stdout=out)
    return out.getvalue()


def contents() -> list[Any]:
    """Everything the demo stores that a person could see, without ids and times of entry."""

    def rows(model: Any, *names: str) -> list[Any]:
        return list(model.objects.order_by(*names).values_list(*names))

    return [
        rows(Patient, "mrn", "family_name", "given_name", "birth_date", "sex", "indication", "secreting"),
        rows(Treatment, "patient__mrn", "started_on", "kind", "state", "number", "activity_mbq", "weight_kg"),
        rows(Plan, "patient__mrn", "anchor", "is_current", "imaging_interval", "markers", "counts_recovered_on"),
        rows(PlannedVisit, "patient__mrn", "plan__anchor", "timepoint", "kind", "status", "done_on", "appointment__at"),
        rows(PlannedActivity, "visit__patient__mrn", "visit__target", "visit__kind", "activity", "status", "done_on"),
        rows(VisitRecord, "patient__mrn", "occurred_on", "activities", "note", "weight_kg", "recorded_by__email"),
        rows(Appointment, "patient__mrn", "on", "at", "state", "moves"),
        rows(ContactEntry, "patient__mrn", "at", "outcome", "said"),
        rows(LabResult, "patient__mrn", "collected_at", "analyte", "reported", "status"),
        rows(ImagingStudy, "patient__mrn", "imaged_on", "kind", "report_status"),
        rows(ResponseAssessment, "patient__mrn", "on", "recist", "mibg", "state"),
    ]


def discarded(number: int) -> list[Any]:
    """Seed six patients, and return what was stored after throwing it away."""
    with transaction.atomic():
        run("--patients", "6", "--seed", str(number), "--force")
        stored = contents()
        transaction.set_rollback(True)
    return stored


@pytest.mark.django_db
def test_same_seed_and_day_give_the_same_clinic_and_another_seed_another() -> None:
    first, other = discarded(7), discarded(8)
    assert all(first)
    assert discarded(7) == first
    assert [rows for rows, others in zip(first, other, strict=True) if rows == others] == []


@pytest.mark.usefixtures("demo")
def test_demo_holds_every_indication_and_every_phase_of_follow_up() -> None:
    assert Patient.objects.count() == PATIENTS
    assert set(Patient.objects.values_list("indication", flat=True)) == set(Indication.values)
    done = PlannedVisit.objects.filter(status="done").values_list("phase", flat=True)
    assert set(done) == {"weeks", "months", "quarters", "years", "imaging", "late_imaging"}
    assert set(Treatment.objects.values_list("kind", "state")) == {
        ("therapeutic", "given"),
        ("therapeutic", "planned"),
        ("dosimetric", "given"),
    }
    assert Treatment.objects.filter(number=2).count() == 2


@pytest.mark.usefixtures("demo")
def test_demo_tells_of_a_death_a_pause_and_a_transfer_that_waits() -> None:
    events = ClinicalEvent.objects.values_list("kind", "accepted_on")
    assert {("death", None), ("pause", None), ("transfer", None)} <= set(events)
    assert set(Patient.objects.values_list("care", flat=True)) == {"followed", "paused", "deceased"}


@pytest.mark.usefixtures("demo")
def test_demo_is_a_clinic_in_good_order() -> None:
    opened = PlannedVisit.objects.filter(opens__lte=TODAY, before_enrolment=False).exclude(status="superseded")
    overdue = PlannedVisit.objects.overdue(on=TODAY)
    assert 0 < overdue.count() <= 0.05 * PATIENTS < 0.05 * opened.count()
    assert Plan.objects.counts_overdue(on=TODAY).count() <= overdue.count()
    assert PlannedVisit.objects.filter(status="missed").exists()
    assert PlannedVisit.objects.booked(on=TODAY).exists()
    assert PlannedVisit.objects.due(on=TODAY).exists()


@pytest.mark.usefixtures("demo")
def test_demo_reminds_is_answered_and_calls_who_is_overdue() -> None:
    reminders = Message.objects.filter(kind="reminder")
    assert {"sent", "dead"} <= set(reminders.values_list("state", flat=True))
    assert reminders.get(state="dead").outcome == "The number is not in use."
    assert set(CapturedMessage.objects.values_list("key", flat=True)) == set(
        reminders.filter(state="sent").values_list("pk", flat=True)
    )
    assert ContactEntry.objects.filter(means="reply").exclude(recorded_by__isnull=False).exists()
    assert ContactEntry.objects.filter(outcome="no_answer", recorded_by__isnull=False).exists()


@pytest.mark.usefixtures("demo")
def test_children_have_a_guardian_who_decides_for_them() -> None:
    children = Patient.objects.filter(indication="neuroblastoma")
    assert children.count() > 0
    assert all(child.contacts.get().legal_authority for child in children)


@pytest.mark.usefixtures("demo")
def test_seeding_again_changes_nothing() -> None:
    before = contents()
    assert run() == "The demo clinic is stored already.\n"
    assert contents() == before


@pytest.mark.usefixtures("demo")
def test_everybody_of_the_demo_signs_in_with_the_printed_password() -> None:
    out = StringIO()
    call_command("seed_demo", "--sign-ins", stdout=out)
    printed = [(line.split()[1], line.split()[2]) for line in out.getvalue().splitlines()]
    assert printed == [(person.email, PASSWORD) for person in SIGN_INS]
    assert [Staff.objects.get(email=email).check_password(password) for email, password in printed] == [True] * 4


@pytest.mark.usefixtures("demo")
def test_demo_protocol_is_approved_by_its_clinician() -> None:
    assert ProtocolApproval.objects.get().approved_by.email == "clinician@example.org"


@pytest.mark.usefixtures("demo")
def test_outside_of_the_demo_made_up_patients_are_refused(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="IOTREX_DEMO=1 is not set"):
        run()
