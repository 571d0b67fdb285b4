"""What holds for every action: one event by its author, all or nothing, and undone exactly."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import can_be_undone, undo
from iotrex_followup.errors import TransitionRefused
from patients.actions import (
    PatientFacts,
    register_patient,
    remove_contact,
    save_contact,
    set_care_team,
    update_patient,
    update_treatment,
)
from patients.models import Contact, Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.models import Appointment, Plan, PlannedActivity
from schedules.planning import PlanChoices
from tests.factories import enrolled, visit_of
from tests.snapshot import everything, stored

TODAY = date(2024, 3, 6)
CHOICES = PlanChoices()
UNUSUAL = "Tandem course."


@dataclass
class Scene:
    """A patient five weeks after the infusion, some weeks recorded, one appointment, one planned treatment."""

    clinic: Clinic
    by: Staff
    plan: Plan
    appointment: Appointment
    planned: Treatment
    contact: Contact
    duplicate: Patient

    @property
    def patient(self) -> Patient:
        return self.plan.patient

    def activity(self, timepoint: str, name: str) -> PlannedActivity:
        return visit_of(self.plan, timepoint).activities.get(activity=name)


@pytest.fixture
def scene(clinic: Clinic, clinician: Staff, plan: Plan) -> Scene:
    def record(timepoint: str, on: date, outcome: str) -> None:
        actions.record_visit(
            visit=visit_of(plan, timepoint), occurred_on=on, outcomes={"cbc": outcome}, by=clinician, today=TODAY
        )

    record("W1", date(2024, 2, 7), "done")
    record("W2", date(2024, 2, 14), "drawn")
    booked = actions.book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 13), by=clinician, today=TODAY)
    planned = actions.record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(date(2024, 6, 3), state="planned"),
        choices=CHOICES,
        by=clinician,
        today=TODAY,
    )
    contact = save_contact(patient=plan.patient, contact=None, fields={"phone": "07700 900001"}, by=clinician)
    other = enrolled(by=clinician, clinic=clinic, started_on=date(2023, 1, 12), today=TODAY)
    return Scene(clinic, clinician, plan, booked, planned, contact, other.patient)


CAN_BE_UNDONE: dict[str, Callable[[Scene], object]] = {
    "visit.recorded": lambda s: actions.record_visit(
        visit=visit_of(s.plan, "W5"), occurred_on=TODAY, outcomes={"cbc": "done"}, by=s.by, today=TODAY
    ),
    "visit.unscheduled": lambda s: actions.record_unscheduled_visit(
        patient=s.patient, occurred_on=TODAY, outcomes={"cbc": "done"}, by=s.by, today=TODAY
    ),
    "visit.results_received": lambda s: actions.receive_results(
        visit=visit_of(s.plan, "W2"), activities=["cbc"], by=s.by
    ),
    "visit.missed": lambda s: actions.mark_missed(
        visit=visit_of(s.plan, "W4"), reason="Away.", next_step="Draw next week.", by=s.by, today=TODAY
    ),
    "visit.not_applicable": lambda s: actions.mark_not_applicable(
        visit=visit_of(s.plan, "M2"), activities=["thyroid"], reason="No thyroid.", by=s.by
    ),
    "activity.released": lambda s: actions.release_activity(
        activity=s.activity("W1", "cbc"), reason="Another person's.", by=s.by
    ),
    "counts.recovered": lambda s: actions.record_count_recovery(plan=s.plan, recovered_on=TODAY, by=s.by, today=TODAY),
    "appointment.booked": lambda s: actions.book_visits(
        visits=[visit_of(s.plan, "W7")], on=date(2024, 3, 20), by=s.by, today=TODAY
    ),
    "appointment.moved": lambda s: actions.move_appointment(
        appointment=s.appointment, on=date(2024, 3, 14), by=s.by, today=TODAY
    ),
    "appointment.cancelled": lambda s: actions.cancel_appointment(
        appointment=s.appointment, reason="Asked to.", by=s.by
    ),
    "treatment.given": lambda s: actions.record_treatment(
        patient=s.patient,
        facts=TreatmentFacts(date(2024, 3, 4), override_reason=UNUSUAL),
        choices=CHOICES,
        by=s.by,
        today=TODAY,
    ),
    "treatment.recorded": lambda s: actions.record_treatment(
        patient=s.patient, facts=TreatmentFacts(TODAY, kind="dosimetric"), choices=CHOICES, by=s.by, today=TODAY
    ),
    "treatment.planned": lambda s: actions.record_treatment(
        patient=s.patient,
        facts=TreatmentFacts(date(2024, 9, 2), state="planned"),
        choices=CHOICES,
        by=s.by,
        today=TODAY,
    ),
    "treatment.withdrawn": lambda s: actions.withdraw_treatment(
        treatment=s.plan.treatment, reason="Another person's.", by=s.by
    ),
    "treatment.changed": lambda s: update_treatment(
        treatment=s.plan.treatment, fields={"activity_mbq": Decimal(11100)}, reason="", by=s.by, today=TODAY
    ),
    "patient.changed": lambda s: update_patient(
        patient=s.patient, fields={"family_name": "Nueva"}, reason="Married.", by=s.by, today=TODAY
    ),
    "contact.added": lambda s: save_contact(patient=s.patient, contact=None, fields={"name": "Luz"}, by=s.by),
    "contact.changed": lambda s: save_contact(
        patient=s.patient, contact=s.contact, fields={"phone": "07700 900002"}, by=s.by
    ),
    "contact.removed": lambda s: remove_contact(contact=s.contact, by=s.by),
    "care_team.set": lambda s: set_care_team(
        patient=s.patient, phase="weeks", fields={"outside_team": "Haematology"}, by=s.by
    ),
    "patient.merged": lambda s: actions.merge_patients(
        duplicate=s.duplicate, into=s.patient, reason="The same person.", by=s.by
    ),
    "patient.withdrawn": lambda s: actions.withdraw_patient(patient=s.patient, reason="Never existed.", by=s.by),
}
STAYS: dict[str, Callable[[Scene], object]] = {
    "patient.registered": lambda s: register_patient(
        clinic=s.clinic,
        facts=PatientFacts("N1", "Nora", "Prueba", date(1980, 1, 1), "female", "other"),
        by=s.by,
        today=TODAY,
    ),
    "protocol.approved": lambda s: actions.approve_protocol(
        protocol=s.plan.protocol, clinic=s.clinic, approved_on=TODAY, by=s.by
    ),
}
EVERY_ACTION = CAN_BE_UNDONE | STAYS
CONFIRMED: dict[str, Any] = {
    "started_on": date(2024, 6, 4),
    "activity_mbq": None,
    "weight_kg": None,
    "override_reason": "",
    "choices": CHOICES,
    "today": date(2024, 6, 5),
}


@pytest.mark.parametrize("kind", EVERY_ACTION)
def test_action_writes_its_event_by_its_author(scene: Scene, kind: str) -> None:
    before = set(Event.objects.values_list("pk", flat=True))
    EVERY_ACTION[kind](scene)
    written = Event.objects.exclude(pk__in=before)
    assert [event.by for event in written] == [scene.by] * len(written)
    assert sorted(event.kind for event in written) == sorted({kind} | ({"patient.merged_away"} & {f"{kind}_away"}))
    assert can_be_undone(written.get(kind=kind)) == (kind in CAN_BE_UNDONE)


@pytest.fixture
def no_event_can_be_stored(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'out of paper'; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON events_event EXECUTE FUNCTION refuse()"
        )


@pytest.mark.parametrize("kind", EVERY_ACTION)
@pytest.mark.usefixtures("no_event_can_be_stored")
def test_action_that_cannot_write_its_event_changes_nothing(scene: Scene, kind: str) -> None:
    before = everything()
    with pytest.raises(DatabaseError, match="out of paper"):
        EVERY_ACTION[kind](scene)
    assert everything() == before


@pytest.mark.parametrize("kind", CAN_BE_UNDONE)
def test_undone_action_leaves_every_row_as_it_was(scene: Scene, kind: str) -> None:
    before = stored()
    CAN_BE_UNDONE[kind](scene)
    assert stored() != before
    undone = undo(event=Event.objects.get(kind=kind, undoes=None, **latest(kind)), by=scene.by, reason="Slip.")
    after = stored()
    assert {key: after[key] for key in before} == before
    assert (undone.kind, undone.by, undone.reason) == (f"{kind}.undone", scene.by, "Slip.")


@pytest.mark.parametrize("kind", CAN_BE_UNDONE)
def test_action_is_not_undone_twice(scene: Scene, kind: str) -> None:
    CAN_BE_UNDONE[kind](scene)
    event = Event.objects.get(kind=kind, undoes=None, **latest(kind))
    undo(event=event, by=scene.by)
    before = everything()
    with pytest.raises(TransitionRefused, match="cannot be undone"):
        undo(event=Event.objects.get(pk=event.pk), by=scene.by)
    assert everything() == before


def latest(kind: str) -> dict[str, Any]:
    """Narrow to the newest event of a kind: the scene itself made others."""
    return {"pk": Event.objects.filter(kind=kind).order_by("-id").values_list("pk", flat=True)[0]}


def test_confirmed_treatment_anchors_a_plan_and_undone_is_entered_in_error(scene: Scene) -> None:
    confirmed = actions.confirm_treatment(treatment=scene.planned, by=scene.by, **CONFIRMED)
    assert confirmed.plan.anchor == date(2024, 6, 4)
    assert Plan.objects.current().get(patient=scene.patient) == confirmed.plan
    undo(event=Event.objects.get(**latest("treatment.given")), by=scene.by)
    assert Treatment.objects.get(pk=confirmed.pk).state == Treatment.State.WITHDRAWN
    assert Plan.objects.current().get(patient=scene.patient) == scene.plan
