"""Records that turn out to be wrong: entered twice, or by mistake."""

from collections.abc import Callable
from datetime import date

import pytest

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from patients.actions import save_contact, set_care_team, update_patient
from patients.models import Patient, Treatment
from schedules.actions import (
    approve_protocol,
    book_visits,
    load_packaged_protocol,
    load_packaged_protocols,
    merge_patients,
    record_visit,
    withdraw_patient,
)
from schedules.actions.capacity import set_capacity
from schedules.actions.life import ClinicalFacts, record_clinical_event
from schedules.models import Appointment, Place, Plan, PlannedVisit, Protocol
from tests.factories import ClinicFactory, PatientFactory, enrolled, noon, visit_of
from tests.snapshot import everything, stored

TODAY = date(2024, 3, 6)
WEEK6 = date(2024, 3, 13)


@pytest.fixture
def twice(plan: Plan, clinic: Clinic, clinician: Staff) -> tuple[Patient, Patient]:
    """The patient of `plan`, and the same person entered again with an earlier treatment."""
    earlier = enrolled(by=clinician, clinic=clinic, started_on=date(2023, 1, 12), today=TODAY)
    record_visit(
        visit=visit_of(earlier, "M6"),
        occurred_on=date(2023, 7, 12),
        outcomes={"cbc": "done"},
        by=clinician,
        today=TODAY,
    )
    book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, by=clinician, today=TODAY)
    save_contact(patient=earlier.patient, contact=None, fields={"phone": "07700 900001"}, by=clinician)
    set_care_team(patient=earlier.patient, phase="weeks", fields={"outside_team": "Haematology"}, by=clinician)
    return plan.patient, earlier.patient


@pytest.mark.parametrize("keep", [0, 1], ids=["into the later", "into the earlier"])
def test_merged_records_become_one_patient_with_one_current_plan(
    twice: tuple[Patient, Patient], clinician: Staff, keep: int
) -> None:
    into, duplicate = twice[keep], twice[1 - keep]
    merge_patients(duplicate=duplicate, into=into, reason="The same person.", by=clinician, today=TODAY)
    assert list(Treatment.objects.values_list("patient", "started_on", "number")) == [
        (into.pk, date(2023, 1, 12), 1),
        (into.pk, date(2024, 1, 31), 2),
    ]
    assert list(into.plans.order_by("anchor").values_list("anchor", "is_current")) == [
        (date(2023, 1, 12), False),
        (date(2024, 1, 31), True),
    ]
    assert set(PlannedVisit.objects.values_list("patient", flat=True)) == {into.pk}
    assert (into.contacts.count(), into.care_teams.count(), into.visit_records.count(), into.appointments.count()) == (
        1,
        1,
        1,
        1,
    )
    duplicate.refresh_from_db()
    assert (duplicate.status, duplicate.merged_into) == ("merged", into)
    assert {event.patient_id for event in Event.objects.filter(kind__startswith="patient.merged")} == {
        into.pk,
        duplicate.pk,
    }


@pytest.mark.parametrize("keep", [0, 1], ids=["into the later", "into the earlier"])
def test_merge_undone_gives_every_row_back(twice: tuple[Patient, Patient], clinician: Staff, keep: int) -> None:
    before = stored()
    merge_patients(duplicate=twice[1 - keep], into=twice[keep], reason="The same person.", by=clinician, today=TODAY)
    assert stored() != before
    undo(event=Event.objects.get(kind="patient.merged"), by=clinician, now=noon(TODAY))
    assert stored() == before


def booked(plan: Plan) -> dict[str, object]:
    """How the appointment of week 6 stands, what it leads to, and the places taken."""
    appointment = Appointment.objects.get(patient=visit_of(plan, "W6").patient)
    state, visits = Appointment.State(appointment.state), list(appointment.visits.values_list("timepoint", flat=True))
    return {"state": state, "visits": visits, "places": list(Place.objects.values_list("activity", flat=True))}


def test_merging_in_a_death_cancels_what_is_booked_and_undoing_gives_it_back(
    twice: tuple[Patient, Patient], plan: Plan, clinician: Staff
) -> None:
    into, duplicate = twice
    set_capacity(clinic=plan.clinic, activity="cbc", places=3, by=clinician, today=TODAY)
    record_clinical_event(
        patient=duplicate, facts=ClinicalFacts("death", date(2024, 3, 5)), by=clinician, now=noon(TODAY)
    )
    before = booked(plan)

    merge(duplicate, into, clinician)
    assert (booked(plan), Event.objects.filter(kind="appointment.cancelled").count()) == (
        {"state": "cancelled", "visits": [], "places": []},
        1,
    )
    with pytest.raises(TransitionRefused):
        undo(event=Event.objects.get(kind="appointment.cancelled"), by=clinician, now=noon(TODAY))

    undo(event=Event.objects.get(kind="patient.merged"), by=clinician, now=noon(TODAY))
    assert booked(plan) == before == {"state": "booked", "visits": ["W6"], "places": ["cbc"]}


def test_withdrawing_a_patient_frees_what_is_booked_and_undoing_gives_it_back(plan: Plan, clinician: Staff) -> None:
    set_capacity(clinic=plan.clinic, activity="cbc", places=3, by=clinician, today=TODAY)
    book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, by=clinician, today=TODAY)
    before = booked(plan)

    withdraw_patient(patient=plan.patient, reason="Never existed.", by=clinician, today=TODAY)
    assert booked(plan) == {"state": "cancelled", "visits": [], "places": []}

    undo(event=Event.objects.get(kind="patient.withdrawn"), by=clinician, now=noon(TODAY))
    assert booked(plan) == before == {"state": "booked", "visits": ["W6"], "places": ["cbc"]}


def merge(duplicate: Patient, into: Patient, by: Staff, reason: str = "The same person.") -> Patient:
    return merge_patients(duplicate=duplicate, into=into, reason=reason, by=by, today=TODAY)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda a, b, by: merge(a, b, by, reason=""), ReasonNeeded),
        (lambda a, b, by: merge(a, a, by), InputRefused),
        (lambda a, b, by: merge(a, PatientFactory(clinic=ClinicFactory()), by), InputRefused),
        (lambda a, b, by: merge(PatientFactory(clinic=a.clinic, status="entered_in_error"), b, by), TransitionRefused),
        (lambda a, b, by: merge(a, PatientFactory(clinic=a.clinic, status="entered_in_error"), by), TransitionRefused),
        (
            lambda a, b, by: merge(
                enrolled(by=by, clinic=a.clinic, started_on=date(2024, 1, 31), today=TODAY).patient, a, by
            ),
            InputRefused,
        ),
        (lambda a, b, by: withdraw_patient(patient=a, reason="", by=by, today=TODAY), ReasonNeeded),
    ],
    ids=["no reason", "itself", "another clinic", "closed", "into closed", "same day", "withdrawn without a reason"],
)
def test_merge_that_is_not_possible_moves_nothing(
    twice: tuple[Patient, Patient],
    clinician: Staff,
    change: Callable[[Patient, Patient, Staff], object],
    error: type[DomainError],
) -> None:
    before = stored()
    with pytest.raises(error):
        change(*twice, clinician)
    after = stored()
    assert {key: after[key] for key in before} == before
    assert not Event.objects.filter(kind__in=["patient.merged", "patient.withdrawn"]).exists()


def test_two_care_teams_of_a_phase_stand_in_the_way_of_a_merge(
    twice: tuple[Patient, Patient], clinician: Staff
) -> None:
    set_care_team(patient=twice[0], phase="weeks", fields={"staff": clinician}, by=clinician)
    before = everything()
    with pytest.raises(InputRefused, match="care team for the same phase"):
        merge(*twice, clinician)
    assert everything() == before


def test_closed_record_is_not_changed(plan: Plan, clinician: Staff) -> None:
    patient = withdraw_patient(patient=plan.patient, reason="Never existed.", by=clinician, today=TODAY)
    before = everything()
    for change in (
        lambda: withdraw_patient(patient=patient, reason="Again.", by=clinician, today=TODAY),
        lambda: update_patient(patient=patient, fields={"secreting": True}, by=clinician, today=TODAY),
        lambda: save_contact(patient=patient, contact=None, fields={"phone": "1"}, by=clinician),
        lambda: set_care_team(patient=patient, phase="weeks", fields={"staff": clinician}, by=clinician),
    ):
        with pytest.raises(TransitionRefused, match="This record is closed: entered in error"):
            change()
    assert everything() == before


def test_protocol_is_approved_once_by_each_clinic(plan: Plan, clinic: Clinic, clinician: Staff) -> None:
    approve_protocol(protocol=plan.protocol, clinic=clinic, approved_on=TODAY, by=clinician)
    before = everything()
    with pytest.raises(TransitionRefused, match="approved this version on"):
        approve_protocol(protocol=plan.protocol, clinic=clinic, approved_on=WEEK6, by=clinician)
    assert everything() == before
    approve_protocol(protocol=plan.protocol, clinic=ClinicFactory(), approved_on=WEEK6, by=clinician)


def test_draft_is_not_approved(clinic: Clinic, clinician: Staff) -> None:
    draft = Protocol.objects.create(slug="draft", version="0.1", title="Draft", text="", sha256="")
    with pytest.raises(TransitionRefused, match="Only an active version"):
        approve_protocol(protocol=draft, clinic=clinic, approved_on=TODAY, by=clinician)


@pytest.mark.django_db
def test_packaged_protocol_is_loaded_once() -> None:
    assert load_packaged_protocol(by=None) == load_packaged_protocol(by=None)
    assert Protocol.objects.get().status == Protocol.Status.ACTIVE


@pytest.mark.django_db
def test_packaged_protocol_with_another_text_than_the_stored_version_is_refused() -> None:
    # The example is a draft: of a published version the database would keep the text as it is.
    example = next(protocol for protocol in load_packaged_protocols(by=None) if protocol.is_example)
    Protocol.objects.filter(pk=example.pk).update(sha256="0" * 64)
    with pytest.raises(InputRefused, match="stored with another text"):
        load_packaged_protocols(by=None)
