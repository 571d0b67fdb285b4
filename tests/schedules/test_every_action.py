"""What holds for every action: one event by its author, all or nothing, and undone exactly."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
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
from patients.models import ClinicalEvent, Contact, Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.actions import life
from schedules.actions.bundles import AcceptedTrip, accept_trips
from schedules.actions.life import ClinicalFacts
from schedules.actions.migration import migrate_plan
from schedules.actions.protocols import NewName
from schedules.models import Absence, Appointment, ClinicClosure, Plan, PlannedActivity, Proposal, Protocol, SignOff
from schedules.plans.additions import Addition, timepoint
from schedules.plans.planning import PlanChoices
from schedules.plans.replanning import Stored, differences
from schedules.sign_offs import settings_of
from schedules.versions.fitting import Instead
from tests.factories import MembershipFactory, enrolled, noon, visit_of
from tests.schedules.versions import changed_text, stored_version
from tests.snapshot import everything, stored

TODAY = date(2024, 3, 6)
NOW = noon(TODAY)
CHOICES = PlanChoices()
PAUSE = ClinicalFacts("pause", TODAY, details={"review_on": "2024-06-01", "why": "Long journey"})
TRANSFER = ClinicalFacts("transfer", date(2024, 3, 4), details={"to_whom": "Dr Aliaga, South clinic"})
RELAPSE = ClinicalFacts("relapse", date(2024, 3, 4))
DEATH = ClinicalFacts("death", date(2024, 3, 5))
PREGNANCY = ClinicalFacts("pregnancy", TODAY)
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

    @property
    def absence(self) -> Absence:
        return self.patient.absences.get()

    @property
    def life_event(self) -> ClinicalEvent:
        return ClinicalEvent.objects.get(patient=self.patient)

    @property
    def addition(self) -> Proposal:
        return Proposal.objects.get(plan=self.plan)

    @property
    def draft(self) -> Protocol:
        return Protocol.objects.get(clinic=self.clinic)

    @property
    def colleague(self) -> Staff:
        return MembershipFactory(clinic=self.clinic).staff

    def happens(self, facts: ClinicalFacts) -> ClinicalEvent:
        return life.record_clinical_event(patient=self.patient, facts=facts, by=self.by, now=NOW)

    def weekly(self, *targets: date) -> Addition:
        adds = [timepoint(target, ["cbc"], before=3, after=3) for target in targets]
        return Addition("weekly_counts", "no recovery", "Not recovered.", adds, "1.1", provisional=True)

    def drafted(self, by: Staff) -> Protocol:
        name = NewName("own", "1.0")
        return actions.copy_protocol(protocol=self.plan.protocol, clinic=self.clinic, name=name, by=by)

    def submitted(self, by: Staff) -> None:
        actions.submit_protocol(protocol=self.drafted(by), by=by, now=NOW)

    def activity(self, timepoint: str, name: str) -> PlannedActivity:
        return visit_of(self.plan, timepoint).activities.get(activity=name)


@pytest.fixture
def scene(request: pytest.FixtureRequest, clinic: Clinic, clinician: Staff, plan: Plan) -> Scene:
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
    actions.set_capacity(clinic=clinic, activity="fdg_pet", places=1, by=clinician, today=TODAY)
    actions.add_absence(patient=plan.patient, first_day=date(2024, 4, 8), last_day=date(2024, 4, 9), by=clinician)
    other = enrolled(by=clinician, clinic=clinic, started_on=date(2023, 1, 12), today=TODAY)
    made = Scene(clinic, clinician, plan, booked, planned, contact, other.patient)
    if hasattr(request.node, "callspec"):
        GIVEN.get(request.node.callspec.params["kind"], lambda s: None)(made)
    return made


def publish_and_leave(s: Scene) -> None:
    """Publish the clinic's own version by a second and a third person."""
    s.submitted(s.colleague)
    actions.publish_protocol(protocol=s.draft, by=s.by, now=NOW, reason="Reviewed.")


def approve_two(s: Scene) -> None:
    """Approve the shipped version, which is the default then, and the clinic's own."""
    publish_and_leave(s)
    for protocol in (s.plan.protocol, s.draft):
        actions.approve_protocol(protocol=protocol, clinic=s.clinic, approved_on=TODAY, by=s.colleague)


def died_and_asked(s: Scene) -> None:
    """Have a death recorded, and somebody else ask to take it back."""
    life.ask_reversal(event=s.happens(DEATH), reason="Namesake.", by=s.colleague, now=NOW)


def sign_first(s: Scene) -> SignOff:
    key = settings_of(s.clinic)[0].key
    return actions.sign_setting(clinic=s.clinic, setting=key, source="Label, 2.3.", by=s.by, today=TODAY)


def offer(s: Scene) -> Proposal:
    how = {"activity": "chemistry", "on": date(2024, 3, 20), "reason": "Jaundice.", "by": s.by, "today": TODAY}
    return actions.offer_by_hand(plan=s.plan, **how)


def weekly_until(s: Scene, last: date) -> Proposal:
    return actions.propose(plan=s.plan, addition=s.weekly(last), by=None, today=TODAY)


# What has to be there before an action can be done, by the kind of its event.
GIVEN: dict[str, Callable[[Scene], object]] = {
    "plan.migrated": lambda s: stored_version(changed_text("2.0", ("last = 8", "last = 12"))),
    "clinical_event.changed": lambda s: s.happens(PAUSE),
    "clinical_event.ended": lambda s: s.happens(PAUSE),
    "clinical_event.withdrawn": lambda s: s.happens(RELAPSE),
    "clinical_event.accepted": lambda s: s.happens(TRANSFER),
    "clinical_event.reversal_asked": lambda s: s.happens(DEATH),
    "clinical_event.reversed": died_and_asked,
    "visit.let_go_on": lambda s: s.happens(PREGNANCY),
    "addition.accepted": offer,
    "addition.declined": lambda s: weekly_until(s, date(2024, 4, 3)),
    "addition.extended": lambda s: weekly_until(s, date(2024, 4, 3)),
    "addition.retold": offer,
    "addition.lapsed": lambda s: weekly_until(s, date(2024, 4, 3)),
    "setting.sign_off_withdrawn": sign_first,
    "closure.removed": lambda s: actions.add_closure(
        clinic=s.clinic, first_day=date(2024, 4, 2), last_day=date(2024, 4, 3), reason="Works.", by=s.by
    ),
    "protocol.changed": lambda s: s.drafted(s.by),
    "protocol.submitted": lambda s: s.drafted(s.by),
    "protocol.published": lambda s: s.submitted(s.colleague),
    "protocol.retired": publish_and_leave,
    "protocol.made_default": approve_two,
}


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
        activity=s.activity("W1", "cbc"), reason="Another person's.", by=s.by, today=TODAY
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
    "appointment.attended": lambda s: actions.mark_attended(appointment=s.appointment, by=s.by, today=s.appointment.on),
    "appointment.not_attended": lambda s: actions.mark_not_attended(
        appointment=s.appointment, reason="Not reached.", by=s.by, today=s.appointment.on
    ),
    "absence.added": lambda s: actions.add_absence(
        patient=s.patient, first_day=date(2024, 4, 1), last_day=date(2024, 4, 5), by=s.by
    ),
    "absence.changed": lambda s: actions.change_absence(
        absence=s.absence, first_day=date(2024, 5, 1), last_day=date(2024, 5, 9), by=s.by
    ),
    "absence.withdrawn": lambda s: actions.withdraw_absence(absence=s.absence, by=s.by),
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
        treatment=s.plan.treatment, reason="Another person's.", by=s.by, today=TODAY
    ),
    "treatment.changed": lambda s: update_treatment(
        treatment=s.plan.treatment, fields={"activity_mbq": Decimal(11100)}, reason="", by=s.by, today=TODAY
    ),
    "treatment.redated": lambda s: actions.correct_treatment_date(
        treatment=s.plan.treatment, started_on=date(2024, 2, 2), reason="Misread.", by=s.by, today=TODAY
    ),
    "plan.changed": lambda s: actions.change_plan(
        plan=s.plan, choices=actions.choices_of(s.plan, markers=("metanephrines",)), by=s.by, today=TODAY
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
        duplicate=s.duplicate, into=s.patient, reason="The same person.", by=s.by, today=TODAY
    ),
    "patient.withdrawn": lambda s: actions.withdraw_patient(
        patient=s.patient, reason="Never existed.", by=s.by, today=TODAY
    ),
    "plan.migrated": lambda s: migrate_plan(
        plan=s.plan,
        protocol=Protocol.objects.get(version="2.0"),
        instead=Instead(),
        reason="Weekly counts to week 12.",
        by=s.by,
        today=TODAY,
    ),
    "clinical_event.recorded": lambda s: s.happens(PAUSE),
    "clinical_event.decided": lambda s: s.happens(RELAPSE),
    "clinical_event.changed": lambda s: life.change_clinical_event(
        event=s.life_event, fields={"details": {"review_on": "2024-07-01", "why": "Longer"}}, by=s.by, now=NOW
    ),
    "clinical_event.ended": lambda s: life.end_clinical_event(event=s.life_event, ended_on=TODAY, by=s.by, now=NOW),
    "clinical_event.withdrawn": lambda s: life.withdraw_clinical_event(
        event=s.life_event, reason="Another person's.", by=s.by, now=NOW
    ),
    "clinical_event.accepted": lambda s: life.accept_transfer(
        event=s.life_event, accepted_on=TODAY, accepted_by="Dr Aliaga", by=s.by, now=NOW
    ),
    "clinical_event.reversal_asked": lambda s: life.ask_reversal(
        event=s.life_event, reason="Namesake.", by=s.by, now=NOW
    ),
    "clinical_event.reversed": lambda s: life.confirm_reversal(event=s.life_event, by=s.by, now=NOW),
    "visit.let_go_on": lambda s: life.let_go_on(
        visit=visit_of(s.plan, "M3", "imaging"), reason="Agreed with her.", by=s.by, today=TODAY
    ),
    "addition.made": lambda s: actions.propose(plan=s.plan, addition=s.weekly(date(2024, 4, 3)), by=s.by, today=TODAY),
    "addition.offered": offer,
    "addition.accepted": lambda s: actions.decide(proposal=s.addition, accept=True, by=s.by, today=TODAY),
    "addition.declined": lambda s: actions.decide(
        proposal=s.addition, accept=False, reason="Counted at home.", by=s.by, today=TODAY
    ),
    "setting.signed": sign_first,
    "setting.sign_off_withdrawn": lambda s: actions.withdraw_sign_off(
        sign_off=SignOff.objects.get(), reason="Read wrongly.", by=s.by
    ),
}
STAYS: dict[str, Callable[[Scene], object]] = {
    "capacity.set": lambda s: actions.set_capacity(clinic=s.clinic, activity="cbc", places=3, by=s.by, today=TODAY),
    "capacity.removed": lambda s: actions.remove_capacity(
        capacity=s.clinic.capacities.get(activity="fdg_pet"), by=s.by
    ),
    "patient.registered": lambda s: register_patient(
        clinic=s.clinic,
        facts=PatientFacts("N1", "Nora", "Prueba", date(1980, 1, 1), "female", "other"),
        by=s.by,
        today=TODAY,
    ),
    "protocol.approved": lambda s: actions.approve_protocol(
        protocol=s.plan.protocol, clinic=s.clinic, approved_on=TODAY, by=s.by
    ),
    "protocol.made_default": lambda s: actions.choose_default_protocol(
        protocol=s.draft, clinic=s.clinic, chosen_on=TODAY, by=s.by
    ),
    "protocol.drafted": lambda s: s.drafted(s.by),
    "protocol.changed": lambda s: actions.change_draft(protocol=s.draft, text=s.draft.text + "\n", by=s.by),
    "protocol.submitted": lambda s: actions.submit_protocol(protocol=s.draft, by=s.by, now=NOW),
    "protocol.published": lambda s: actions.publish_protocol(protocol=s.draft, by=s.by, now=NOW, reason="Reviewed."),
    "protocol.retired": lambda s: actions.retire_protocol(protocol=s.draft, reason="A later one is there.", by=s.by),
    "closure.added": lambda s: actions.add_closure(
        clinic=s.clinic, first_day=date(2024, 4, 2), last_day=date(2024, 4, 3), reason="Works.", by=s.by
    ),
    "closure.removed": lambda s: actions.remove_closure(closure=ClinicClosure.objects.get(), by=s.by),
    "addition.extended": lambda s: actions.retell(
        proposal=s.addition, addition=s.weekly(date(2024, 4, 10)), by=s.by, today=TODAY
    ),
    "addition.retold": lambda s: actions.retell(
        proposal=s.addition, addition=s.weekly(date(2024, 4, 10)), by=s.by, today=TODAY
    ),
    "addition.lapsed": lambda s: actions.lapse(proposal=s.addition, reason="Recovered.", by=s.by, today=TODAY),
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


WRITTEN = re.compile(
    r'"((?:absence|activity|addition|appointment|capacity|clinical_event|closure|counts|patient|plan|protocol|setting'
    r'|treatment|visit)\.[a-z_]+)"'
)
# Written beside another event, by the same action.
ALSO_WRITTEN = {
    "patient.merged": ["patient.merged_away"],
    "patient.withdrawn": ["appointment.cancelled"],
    "protocol.approved": ["protocol.made_default"],  # the first one
}
FOLLOWS = {"patient.merged_away"}

# They need a second plan; test_carrying.py does and undoes them.
OF_TWO_PLANS = {"visit.carried", "appointment.attached"}


def test_every_event_an_action_writes_is_in_a_table() -> None:
    files = (settings.BASE_DIR / "schedules/actions").glob("*.py")
    written = {kind for file in files for kind in WRITTEN.findall(file.read_text())}
    assert written - EVERY_ACTION.keys() == FOLLOWS | OF_TWO_PLANS
    assert not CAN_BE_UNDONE.keys() & STAYS.keys()


@pytest.mark.parametrize("kind", EVERY_ACTION)
def test_action_writes_its_event_by_its_author(scene: Scene, kind: str) -> None:
    before = set(Event.objects.values_list("pk", flat=True))
    EVERY_ACTION[kind](scene)
    # What the laboratory's rules say of the new state is nobody's action.
    written = Event.objects.exclude(pk__in=before).exclude(kind__startswith="alert.")
    assert [event.by for event in written] == [scene.by] * len(written)
    assert sorted(event.kind for event in written) == sorted([kind, *ALSO_WRITTEN.get(kind, ())])
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
    undone = undo(
        event=Event.objects.get(kind=kind, undoes=None, **latest(kind)), by=scene.by, reason="Slip.", now=noon(TODAY)
    )
    after = stored()
    assert {key: after[key] for key in before} == before
    assert (undone.kind, undone.by, undone.reason) == (f"{kind}.undone", scene.by, "Slip.")
    # What was new and stays on record is closed again.
    left = differences(Stored.of([scene.patient]), scene.patient.pk, today=TODAY)
    assert [difference.writes for difference in left.values()] == [[] for _ in left]


@pytest.mark.parametrize("kind", CAN_BE_UNDONE)
def test_action_is_not_undone_twice(scene: Scene, kind: str) -> None:
    CAN_BE_UNDONE[kind](scene)
    event = Event.objects.get(kind=kind, undoes=None, **latest(kind))
    undo(event=event, by=scene.by, now=noon(TODAY))
    before = everything()
    with pytest.raises(TransitionRefused, match="cannot be undone"):
        undo(event=Event.objects.get(pk=event.pk), by=scene.by, now=noon(TODAY))
    assert everything() == before


def latest(kind: str) -> dict[str, Any]:
    """Narrow to the newest event of a kind: the scene itself made others."""
    return {"pk": Event.objects.filter(kind=kind).order_by("-id").values_list("pk", flat=True)[0]}


def test_confirmed_treatment_anchors_a_plan_and_undone_is_entered_in_error(scene: Scene) -> None:
    confirmed = actions.confirm_treatment(treatment=scene.planned, by=scene.by, **CONFIRMED)
    assert confirmed.plan.anchor == date(2024, 6, 4)
    assert Plan.objects.current().get(patient=scene.patient) == confirmed.plan
    undo(event=Event.objects.get(**latest("treatment.given")), by=scene.by, now=noon(TODAY))
    assert Treatment.objects.get(pk=confirmed.pk).state == Treatment.State.WITHDRAWN
    assert Plan.objects.current().get(patient=scene.patient) == scene.plan


def test_accepted_trips_are_bookings_and_each_is_undone_exactly(scene: Scene) -> None:
    trips = [
        AcceptedTrip(date(2024, 3, 20), [visit_of(scene.plan, "W7")]),
        AcceptedTrip(date(2024, 3, 27), [visit_of(scene.plan, "W8"), visit_of(scene.plan, "M2")], local=True),
    ]
    before, known = stored(), set(Event.objects.values_list("pk", flat=True))
    accept_trips(patient=scene.patient, trips=trips, by=scene.by, today=TODAY)
    booked = list(Event.objects.exclude(pk__in=known).order_by("-id"))
    assert [(event.kind, event.by) for event in booked] == [("appointment.booked", scene.by)] * 2
    for event in booked:
        undo(event=event, by=scene.by, now=NOW)
    after = stored()
    assert {key: after[key] for key in before} == before


def test_recorded_death_stays_until_two_people_take_it_back(scene: Scene) -> None:
    scene.happens(DEATH)
    before = everything()
    with pytest.raises(TransitionRefused, match="two people"):
        undo(event=Event.objects.get(kind="clinical_event.recorded"), by=scene.by, now=NOW)
    assert everything() == before
