"""Any sequence of records, decisions, bookings and undos keeps what must hold."""

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
from patients.treatment_checks import TreatmentFacts
from schedules import actions
from schedules.models import Appointment, Plan, PlannedActivity, PlannedVisit
from schedules.planning import PlanChoices, facts_of
from schedules.protocol import shown_status, visit_status
from tests.factories import visit_of
from tests.snapshot import Rows, everything, stored

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 5, 2)
TIMEPOINTS = st.sampled_from(["W1", "W7", "W8", "M2", "M3"])
OUTCOMES = st.dictionaries(st.sampled_from(["cbc", "thyroid", "physician_visit"]), st.sampled_from(["done", "drawn"]))
DAYS = st.dates(ANCHOR, TODAY + timedelta(days=2))
FIXED = {"id", "clinic_id", "patient_id", "plan_id", "timepoint", "kind", "phase", "target", "opens", "closes", "cost"}
PERFORMED = ("done", "done_elsewhere")


class Follow(RuleBasedStateMachine):
    """One patient's follow-up; what is refused must change nothing, what is undone must leave everything as it was."""

    plan: Plan
    by: Staff

    @initialize()
    def begin(self) -> None:
        self.dates = dates_of_visits()
        self.before: dict[Any, Rows] = {}

    def change(self, action: Callable[..., object], **how: Any) -> None:
        """Try a change; keep how everything stood before it, or see that a refusal left it so."""
        before, events = everything(), set(Event.objects.values_list("pk", flat=True))
        try:
            action(by=self.by, **how)
        except DomainError:
            assert everything() == before
            return
        written = Event.objects.exclude(pk__in=events).get()
        self.before[written.pk] = before

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
        self.change(actions.release_activity, activity=activity, reason="So.")

    @rule(timepoint=TIMEPOINTS, days=st.integers(-1, 9), reason=st.sampled_from(["", "No other way."]))
    def book(self, timepoint: str, days: int, reason: str) -> None:
        on = TODAY + timedelta(days=days)
        self.change(actions.book_visits, visits=[self.visit(timepoint)], on=on, today=TODAY, reason=reason)

    @rule(which=st.integers(0, 9), days=st.integers(-1, 9))
    def move(self, which: int, days: int) -> None:
        if booked := list(Appointment.objects.order_by("id")):
            on = TODAY + timedelta(days=days)
            appointment = booked[which % len(booked)]
            self.change(actions.move_appointment, appointment=appointment, on=on, today=TODAY, reason="So.")

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
        self.change(actions.withdraw_treatment, treatment=treatment, reason="So.")

    @rule()
    def undo_the_latest(self) -> None:
        """Undo what was done last and not undone yet: every row is again as it was before."""
        for event in Event.objects.filter(pk__in=self.before).order_by("-id"):
            if can_be_undone(event):
                undo(event=event, by=self.by)
                before, now = self.before[event.pk], stored()
                rows = {key: row for key, row in before.items() if key[0] != "Event"}
                assert {key: now[key] for key in rows} == rows
                return

    @rule(which=st.integers(0, 9))
    def undo_any(self, which: int) -> None:
        """Undo something out of order: it is refused and changes nothing, or done."""
        events = [event for event in Event.objects.filter(pk__in=self.before).order_by("id") if can_be_undone(event)]
        if not events:
            return
        chosen, before = events[which % len(events)], everything()
        try:
            undo(event=chosen, by=self.by)
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
    def dates_of_a_timepoint_never_move(self) -> None:
        now = dates_of_visits()
        assert {pk: now[pk] for pk in self.dates} == self.dates

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
        assert not PlannedVisit.objects.filter(appointment__state="cancelled").exists()


def dates_of_visits() -> dict[Any, dict[str, Any]]:
    return {row["id"]: row for row in PlannedVisit.objects.values(*FIXED)}


@pytest.mark.django_db
def test_follow_up_keeps_its_promises_in_any_order(plan: Plan, clinician: Staff) -> None:
    class OfThisPatient(Follow):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()
            self.plan, self.by = plan, clinician

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.point)

    run_state_machine_as_test(
        OfThisPatient,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
