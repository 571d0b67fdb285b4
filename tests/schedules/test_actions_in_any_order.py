"""Any sequence of records, decisions, bookings, turns of life, additions and undos keeps what must hold."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Staff
from events.models import Event
from events.undo import can_be_undone, undo
from iotrex_followup.errors import DomainError
from patients.models import Care, ClinicalEvent, Patient
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.actions import life
from schedules.actions.life import ClinicalFacts
from schedules.actions.migration import migrate_plan
from schedules.appointments.bundling import LOCAL_LABORATORY
from schedules.models import (
    OPEN_ACTIVITY,
    Absence,
    Appointment,
    Capacity,
    Plan,
    PlannedActivity,
    PlannedVisit,
    Proposal,
    Protocol,
)
from schedules.plans.life import lives_of
from schedules.plans.planning import PlanChoices, facts_of
from schedules.plans.replanning import Stored, differences
from schedules.plans.standing import hold_of
from schedules.protocol import shown_status, visit_status
from schedules.versions.fitting import Instead
from tests.factories import MembershipFactory, noon, visit_of
from tests.snapshot import Rows, everything, stored

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 5, 2)
TIMEPOINTS = st.sampled_from(["W1", "W7", "W8", "M2", "M3"])
PLACES = st.sampled_from(["", "Room 4", LOCAL_LABORATORY])
OUTCOMES = st.dictionaries(st.sampled_from(["cbc", "thyroid", "physician_visit"]), st.sampled_from(["done", "drawn"]))
DAYS = st.dates(ANCHOR, TODAY + timedelta(days=2))
FIXED = {"id", "clinic_id", "patient_id", "plan_id", "timepoint", "kind", "phase", "target", "opens", "closes", "cost"}
HAPPENED = ("done", "done_elsewhere", "drawn", "missed")
PERFORMED = ("done", "done_elsewhere")
RECORDED_DEATH = ("clinical_event.recorded", "death")
# What can happen to a patient, and what each kind asks for.
LIFE: dict[str, dict[str, Any]] = {
    "death": {},
    "pause": {"details": {"review_on": "2024-07-01", "why": "Long journey"}},
    "declines_item": {"activities": ["cbc"]},
    "declines_follow_up": {"details": {"explained_by": "Dr Roca", "taken_over_by": "GP Sanz"}},
    "transfer": {"details": {"to_whom": "Dr Aliaga, South clinic"}},
    "pregnancy": {},
    "relapse": {},
}


class Follow(RuleBasedStateMachine):
    """One patient's follow-up; what is refused must change nothing, what is undone must leave everything as it was."""

    plan: Plan
    by: Staff
    colleague: Staff

    @initialize()
    def begin(self) -> None:
        self.stood = dates_of_what_happened()
        self.before: dict[Any, Rows] = {}
        self.known = set(Event.objects.values_list("pk", flat=True))

    def change(self, action: Callable[..., object], **how: Any) -> None:
        """Try a change; keep how everything stood before it, or see that a refusal left it so."""
        before, events = everything(), set(Event.objects.values_list("pk", flat=True))
        try:
            action(**{"by": self.by} | how)
        except DomainError:
            assert everything() == before
            return
        written = Event.objects.exclude(pk__in=events).order_by("-id")[0]
        if stays(written):
            self.before.clear()  # nobody goes back beyond it
        else:
            self.before[written.pk] = before

    @property
    def patient(self) -> Patient:
        return Patient.objects.get(pk=self.plan.patient_id)

    @property
    def current(self) -> Plan:
        return Plan.objects.select_related("protocol").get(pk=self.plan.pk)

    def visit(self, timepoint: str) -> PlannedVisit:
        return visit_of(self.plan, timepoint)

    @rule(timepoint=TIMEPOINTS, on=DAYS, outcomes=OUTCOMES, elsewhere=st.booleans())
    def record(self, timepoint: str, on: date, outcomes: dict[str, str], elsewhere: bool) -> None:
        how = {"occurred_on": on, "outcomes": outcomes, "elsewhere": elsewhere, "timing_reason": "travel"}
        self.change(actions.record_visit, visit=self.visit(timepoint), today=TODAY, **how)

    @rule(on=DAYS, outcomes=OUTCOMES)
    def record_unscheduled(self, on: date, outcomes: dict[str, str]) -> None:
        patient = self.plan.patient
        self.change(actions.record_unscheduled_visit, patient=patient, occurred_on=on, outcomes=outcomes, today=TODAY)

    @rule(timepoint=TIMEPOINTS)
    def receive(self, timepoint: str) -> None:
        self.change(actions.receive_results, visit=self.visit(timepoint), activities=["cbc"])

    @rule(timepoint=TIMEPOINTS)
    def miss(self, timepoint: str) -> None:
        self.change(actions.mark_missed, visit=self.visit(timepoint), reason="Away.", next_step="", today=TODAY)

    @rule(timepoint=TIMEPOINTS, names=st.sampled_from([None, ["thyroid"], ["cbc"]]))
    def rule_out(self, timepoint: str, names: list[str] | None) -> None:
        self.change(actions.mark_not_applicable, visit=self.visit(timepoint), activities=names, reason="So.")

    @rule(timepoint=TIMEPOINTS)
    def release(self, timepoint: str) -> None:
        activity = self.visit(timepoint).activities.get(activity="cbc")
        self.change(actions.release_activity, activity=activity, reason="So.", today=TODAY)

    @rule(timepoint=TIMEPOINTS, days=st.integers(-1, 9), reason=st.sampled_from(["", "No other way."]), place=PLACES)
    def book(self, timepoint: str, days: int, reason: str, place: str) -> None:
        how = {"on": TODAY + timedelta(days=days), "today": TODAY, "reason": reason, "place": place}
        self.change(actions.book_visits, visits=[self.visit(timepoint)], **how)

    @rule(which=st.integers(0, 9), days=st.integers(-1, 9), place=PLACES)
    def move(self, which: int, days: int, place: str) -> None:
        if booked := list(Appointment.objects.order_by("id")):
            how = {"on": TODAY + timedelta(days=days), "today": TODAY, "reason": "So.", "place": place}
            self.change(actions.move_appointment, appointment=booked[which % len(booked)], **how)

    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        if booked := list(Appointment.objects.order_by("id")):
            self.change(actions.cancel_appointment, appointment=booked[which % len(booked)], reason="Asked to.")

    @rule(on=DAYS)
    def recover(self, on: date) -> None:
        plan = Plan.objects.get(pk=self.plan.pk)
        self.change(actions.record_count_recovery, plan=plan, recovered_on=on, today=TODAY)

    @rule(on=st.dates(ANCHOR - timedelta(days=2), TODAY))
    def treat_again(self, on: date) -> None:
        facts = TreatmentFacts(on, override_reason="Tandem course.")
        patient = self.plan.patient
        self.change(actions.record_treatment, patient=patient, facts=facts, choices=PlanChoices(), today=TODAY)

    @rule()
    def withdraw(self) -> None:
        treatment = self.plan.patient.treatments.get(plan=self.plan)
        self.change(actions.withdraw_treatment, treatment=treatment, reason="So.", today=TODAY)

    @rule(which=st.integers(0, 3), on=st.dates(ANCHOR - timedelta(days=5), ANCHOR + timedelta(days=20)))
    def redate(self, which: int, on: date) -> None:
        given = list(self.plan.patient.treatments.order_by("id"))
        how = {"started_on": on, "reason": "Misread.", "override_reason": "So.", "today": TODAY}
        self.change(actions.correct_treatment_date, treatment=given[which % len(given)], **how)

    @rule(months=st.sampled_from([6, 9, 11]), markers=st.sampled_from([(), ("metanephrines",), ("5_hiaa",)]))
    def choose(self, months: int, markers: tuple[str, ...]) -> None:
        plan = Plan.objects.select_related("protocol").get(pk=self.plan.pk)
        choices = actions.choices_of(plan, imaging_interval=months, markers=markers)
        self.change(actions.change_plan, plan=plan, choices=choices, today=TODAY)

    @rule(kind=st.sampled_from(sorted(LIFE)), on=DAYS)
    def happen(self, kind: str, on: date) -> None:
        facts = ClinicalFacts(kind, on, **LIFE[kind])
        self.change(life.record_clinical_event, patient=self.patient, facts=facts, now=noon(TODAY))

    def change_life(self, action: Callable[..., object], which: int, **how: Any) -> None:
        if events := list(ClinicalEvent.objects.order_by("id")):
            self.change(action, event=events[which % len(events)], now=noon(TODAY), **how)

    @rule(which=st.integers(0, 9), on=DAYS)
    def end_event(self, which: int, on: date) -> None:
        self.change_life(life.end_clinical_event, which, ended_on=on)

    @rule(which=st.integers(0, 9))
    def withdraw_event(self, which: int) -> None:
        self.change_life(life.withdraw_clinical_event, which, reason="So.")

    @rule(which=st.integers(0, 9), on=DAYS)
    def accept_transfer(self, which: int, on: date) -> None:
        self.change_life(life.accept_transfer, which, accepted_on=on, accepted_by="Dr Aliaga")

    @rule(which=st.integers(0, 9))
    def ask_to_take_death_back(self, which: int) -> None:
        self.change_life(life.ask_reversal, which, reason="Namesake.")

    @rule(which=st.integers(0, 9), alone=st.booleans())
    def confirm_that_nobody_died(self, which: int, alone: bool) -> None:
        self.change_life(life.confirm_reversal, which, by=self.by if alone else self.colleague)

    @rule(which=st.integers(0, 99))
    def let_go_on(self, which: int) -> None:
        if held := list(self.plan.visits.exclude(on_hold="").order_by("target", "kind")):
            self.change(life.let_go_on, visit=held[which % len(held)], reason="So.", today=TODAY)

    @rule(activity=st.sampled_from(["cbc", "chemistry", "fdg_pet"]), days=st.integers(-1, 60))
    def offer(self, activity: str, days: int) -> None:
        how = {"activity": activity, "on": TODAY + timedelta(days=days), "reason": "So.", "today": TODAY}
        self.change(actions.offer_by_hand, plan=self.current, **how)

    @rule(which=st.integers(0, 9), accept=st.booleans())
    def decide(self, which: int, accept: bool) -> None:
        if offered := list(Proposal.objects.order_by("id")):
            how = {"accept": accept, "reason": "So.", "today": TODAY}
            self.change(actions.decide, proposal=offered[which % len(offered)], **how)

    @rule(days=st.integers(0, 9), lasts=st.integers(-1, 9))
    def be_away(self, days: int, lasts: int) -> None:
        first = TODAY + timedelta(days=days)
        span = {"first_day": first, "last_day": first + timedelta(days=lasts)}
        self.change(actions.add_absence, patient=self.patient, **span)

    @rule(which=st.integers(0, 9))
    def come_after_all(self, which: int) -> None:
        if absences := list(Absence.objects.order_by("id")):
            self.change(actions.withdraw_absence, absence=absences[which % len(absences)])

    @rule(which=st.integers(0, 9), came=st.booleans())
    def see_who_came(self, which: int, came: bool) -> None:
        if booked := list(Appointment.objects.order_by("id")):
            appointment = booked[which % len(booked)]
            see = actions.mark_attended if came else actions.mark_not_attended
            self.change(see, appointment=appointment, today=appointment.on)

    @rule(slug=st.sampled_from(["iotrex", "paediatric-neuroblastoma"]))
    def migrate(self, slug: str) -> None:
        instead = Instead(imaging_interval=6, annual_interval=12, late_imaging_interval=12, leave_out_markers=True)
        how = {"protocol": Protocol.objects.get(slug=slug), "instead": instead, "reason": "So.", "today": TODAY}
        self.change(migrate_plan, plan=self.current, **how)

    @rule()
    def undo_the_latest(self) -> None:
        """Undo what was done last and not undone yet: every row is again as it was; a new one may stay, cancelled.

        A timepoint that is cancelled once more keeps the dates it had last.
        """
        for event in Event.objects.filter(pk__in=self.before).order_by("-id"):
            if can_be_undone(event):
                undo(event=event, by=self.by, now=noon(TODAY))
                before, now = undated_when_cancelled(self.before[event.pk]), undated_when_cancelled(stored())
                rows = {key: row for key, row in before.items() if key[0] != "Event"}
                assert {key: now[key] for key in rows} == rows
                return

    @rule(which=st.integers(0, 9))
    def undo_any(self, which: int) -> None:
        """Undo anything out of order: it is refused and changes nothing, or done."""
        events = [event for event in Event.objects.exclude(pk__in=self.known).order_by("id") if can_be_undone(event)]
        if not events:
            return
        chosen, before = events[which % len(events)], everything()
        try:
            undo(event=chosen, by=self.by, now=noon(TODAY))
        except DomainError:
            assert everything() == before
        else:
            # What else was done now stands on other ground: how it was before is the past.
            self.before.clear()

    @invariant()
    def status_follows_from_the_activities(self) -> None:
        for visit in PlannedVisit.objects.prefetch_related("activities"):
            assert visit.status == visit_status(activity.status for activity in visit.activities.all())

    @invariant()
    def what_happened_never_moves(self) -> None:
        now = dates_of_what_happened()
        both = now.keys() & self.stood.keys()
        assert {pk: now[pk] for pk in both} == {pk: self.stood[pk] for pk in both}
        self.stood = now

    @invariant()
    def settled_plans_have_no_difference(self) -> None:
        patient = self.plan.patient_id
        found = differences(Stored.of([patient]), patient, today=TODAY)
        assert [difference.writes for difference in found.values()] == [[] for _ in found]

    @invariant()
    def what_is_done_has_a_standing_record(self) -> None:
        performed = PlannedActivity.objects.filter(status__in=(*PERFORMED, "drawn"))
        assert not performed.exclude(record__withdrawn=False).exists()
        assert [a.done_on for a in performed] == [a.record.occurred_on for a in performed.select_related("record")]
        assert not PlannedActivity.objects.filter(status__in=("planned", "superseded"), record__isnull=False).exists()

    @invariant()
    def one_plan_is_current_at_most(self) -> None:
        given = self.plan.patient.treatments.given_therapeutic().order_by("-started_on").first()
        current = list(Plan.objects.current())
        assert current == ([given.plan] if given else [])

    @invariant()
    def every_status_has_a_word(self) -> None:
        for visit in PlannedVisit.objects.select_related("plan", "appointment"):
            assert shown_status(facts_of(visit), TODAY)

    @invariant()
    def cancelled_appointment_holds_no_visit(self) -> None:
        assert not PlannedVisit.objects.filter(appointment__state__in=("cancelled", "did_not_attend")).exists()

    @invariant()
    def appointment_that_stands_holds_its_places(self) -> None:
        counted = set(Capacity.objects.values_list("activity", flat=True))
        for appointment in Appointment.objects.prefetch_related("places", "visits__activities"):
            held = {(place.activity, place.day) for place in appointment.places.all()}
            if appointment.state in ("cancelled", "did_not_attend") or appointment.place == LOCAL_LABORATORY:
                assert not held
            elif appointment.state == "booked":
                activities = [each for visit in appointment.visits.all() for each in visit.activities.all()]
                needed = {each.activity for each in activities if each.status in OPEN_ACTIVITY} & counted
                assert {(name, appointment.on) for name in needed} <= held
                assert {day for _, day in held} <= {appointment.on}

    @invariant()
    def nothing_is_open_for_the_dead(self) -> None:
        died = ClinicalEvent.objects.filter(kind="death", withdrawn=False).exists()
        assert (self.patient.care == Care.DECEASED) == died
        if died:
            assert not PlannedActivity.objects.filter(status="planned").exists()
            assert not PlannedVisit.objects.exclude(on_hold="").exists()
            assert not Appointment.objects.filter(state="booked", on__gt=TODAY).exists()

    @invariant()
    def only_what_is_open_waits_for_a_decision(self) -> None:
        held = PlannedVisit.objects.exclude(on_hold="")
        assert not held.exclude(activities__status__in=OPEN_ACTIVITY).exists()

    @invariant()
    def what_waits_for_a_decision_follows_from_the_patients_life(self) -> None:
        life = lives_of([self.plan.patient_id])[self.plan.patient_id]
        for visit in PlannedVisit.objects.prefetch_related("activities"):
            assert visit.on_hold == hold_of(visit, visit.activities.all(), life)


def dates_of_what_happened() -> dict[Any, dict[str, Any]]:
    happened = PlannedActivity.objects.filter(status__in=HAPPENED).values("visit")
    return {row["id"]: row for row in PlannedVisit.objects.filter(pk__in=happened).values(*FIXED)}


def undated_when_cancelled(rows: Rows) -> Rows:
    """Return `rows` with what is cancelled without its dates, which say only where it last stood."""
    dates = dict.fromkeys(("target", "opens", "closes", "cost", "phase", "before_enrolment"))
    return {
        key: row | dates if key[0] == "PlannedVisit" and row["status"] == "cancelled" else row
        for key, row in rows.items()
    }


def stays(event: Event) -> bool:
    """Say whether one person cannot undo `event`: a death is taken back by two."""
    return not can_be_undone(event) or (event.kind, event.facts.get("kind_of_event")) == RECORDED_DEATH


@pytest.mark.django_db
def test_follow_up_keeps_its_promises_in_any_order(plan: Plan, clinician: Staff) -> None:
    colleague = MembershipFactory(clinic=plan.clinic).staff
    actions.load_packaged_protocols(by=None)
    Protocol.objects.update(status=Protocol.Status.ACTIVE, is_example=False)
    for activity in ("cbc", "chemistry", "mibg_scan"):
        actions.set_capacity(clinic=plan.clinic, activity=activity, places=1, by=clinician, today=ANCHOR)

    class OfThisPatient(Follow):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()
            self.plan, self.by, self.colleague = plan, clinician, colleague

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.point)

    explores = not settings().derandomize
    run_state_machine_as_test(
        OfThisPatient,
        settings=settings(
            max_examples=settings().max_examples if explores else 12,
            stateful_step_count=40 if explores else 20,
            suppress_health_check=list(HealthCheck),
        ),
    )
