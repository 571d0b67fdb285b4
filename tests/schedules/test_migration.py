from datetime import date, timedelta

import pytest
from django.db import DatabaseError

from accounts.models import Clinic, Staff
from events.models import Event, Job
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from schedules import actions, tasks
from schedules.actions.migration import migrate_plan, order_migration, order_undoing
from schedules.models import Plan, PlannedVisit, Protocol
from schedules.plans.planning import PlanChoices
from schedules.versions import migrating
from schedules.versions.fitting import Instead
from schedules.versions.migrating import failures
from schedules.versions.simulation import Simulation, plans_to_follow, simulate
from schedules.wording import event_sentence
from tests.factories import MembershipFactory, enrolled, noon, visit_of
from tests.schedules.test_simulation import NARROW_WEEKS, NO_11, TO_WEEK_12
from tests.schedules.versions import changed_text, stored_version
from tests.snapshot import everything, stored

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 2, 21)
BETTER = "Weekly counts to week 12."


@pytest.fixture
def second(db: None) -> Protocol:
    return stored_version(changed_text("2.0", TO_WEEK_12))


@pytest.fixture(autouse=True)
def on_day_21(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.timezone, "now", lambda: noon(TODAY))


def migrated(plan: Plan, protocol: Protocol, by: Staff, **other) -> Plan:
    facts = {"instead": Instead(), "reason": BETTER, "today": TODAY} | other
    return migrate_plan(plan=plan, protocol=protocol, by=by, **facts)


def added_weeks(plan: Plan) -> list[str]:
    return sorted(plan.visits.filter(timepoint__in=("W9", "W10", "W11", "W12")).values_list("status", flat=True))


class TestMigratePlan:
    def test_follows_the_version_and_leaves_what_happened(self, plan: Plan, clinician: Staff, second: Protocol) -> None:
        narrow = stored_version(changed_text("3.0", NARROW_WEEKS))
        actions.record_visit(
            visit=visit_of(plan, "W2"),
            occurred_on=date(2024, 2, 14),
            outcomes={"cbc": "done"},
            by=clinician,
            today=TODAY,
        )
        migrated(plan, narrow, clinician)
        windows = {name: visit_of(plan, name).closes - visit_of(plan, name).target for name in ("W2", "W3")}
        assert windows == {"W2": timedelta(days=3), "W3": timedelta(days=2)}
        event = Event.objects.get(kind="plan.migrated")
        assert event_sentence(event) == "Plan from Wed 31 Jan 2024 follows iotrex 3.0, no longer iotrex 1.0"
        assert (event.by, event.reason) == (clinician, BETTER)

    def test_does_what_the_simulation_said(
        self, plan: Plan, clinic: Clinic, clinician: Staff, second: Protocol
    ) -> None:
        line = next(simulate(plans_to_follow(clinic), Simulation(second.definition, TODAY)))
        before = set(plan.visits.values_list("pk", flat=True))
        migrated(plan, second, clinician)
        assert (line.added, plan.visits.exclude(pk__in=before).count()) == (4, 4)
        assert next(simulate(plans_to_follow(clinic), Simulation(second.definition, TODAY))).changes is False

    def test_undone_stands_as_before(self, plan: Plan, clinician: Staff, second: Protocol) -> None:
        before = stored()
        migrated(plan, second, clinician)
        undo(event=Event.objects.get(kind="plan.migrated"), by=clinician, now=noon(TODAY))
        after = stored()
        assert {key: after[key] for key in before} == before
        # What was new stays on record, as cancelled.
        assert added_weeks(plan) == ["cancelled"] * 4

    def test_is_not_undone_once_something_else_happened(self, plan: Plan, clinician: Staff, second: Protocol) -> None:
        migrated(plan, second, clinician)
        actions.record_visit(
            visit=visit_of(plan, "W3"), occurred_on=TODAY, outcomes={"cbc": "done"}, by=clinician, today=TODAY
        )
        with pytest.raises(TransitionRefused, match="Since then this happened"):
            undo(event=Event.objects.get(kind="plan.migrated"), by=clinician, now=noon(TODAY))

    @pytest.mark.parametrize(("status", "words"), [("draft", "is draft"), ("retired", "is retired")])
    def test_to_what_is_not_published_is_refused(self, plan: Plan, clinician: Staff, status: str, words: str) -> None:
        other = stored_version(changed_text("4.0"), status=status)
        before = everything()
        with pytest.raises(TransitionRefused, match=words):
            migrated(plan, other, clinician)
        assert everything() == before

    def test_to_its_own_or_without_a_reason_is_refused(self, plan: Plan, clinician: Staff, second: Protocol) -> None:
        with pytest.raises(TransitionRefused, match="already"):
            migrated(plan, plan.protocol, clinician)
        with pytest.raises(ReasonNeeded):
            migrated(plan, second, clinician, reason="")

    def test_to_another_clinics_version_is_refused(self, plan: Plan, clinician: Staff) -> None:
        people = (MembershipFactory().staff, MembershipFactory().staff)
        others = stored_version(changed_text("5.0"), clinic=MembershipFactory().clinic, people=people)
        with pytest.raises(TransitionRefused, match="another clinic"):
            migrated(plan, others, clinician)

    def test_asks_for_what_the_version_does_not_offer(self, clinic: Clinic, clinician: Staff) -> None:
        plan = enrolled(
            by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR, choices=PlanChoices(imaging_interval=11)
        )
        third = stored_version(changed_text("3.0", NO_11))
        with pytest.raises(InputRefused, match=r"does not offer imaging every 11 months\. Choose 6, 7, 8, 9, 10 or 12"):
            migrated(plan, third, clinician)
        assert migrated(plan, third, clinician, instead=Instead(imaging_interval=12)).imaging_interval == 12
        scans = plan.visits.filter(kind="imaging", status="planned").order_by("target")
        assert [scan.timepoint for scan in scans][:3] == ["M3", "M15", "M27"]


@pytest.fixture
def plans(clinic: Clinic, clinician: Staff) -> list[Plan]:
    return [
        enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR, family_name=name)
        for name in ("Abel", "Mohn", "Zorn")
    ]


def stage(clinic: Clinic, by: Staff, protocol: Protocol, patients=None, **other) -> Job:
    facts = {"instead": Instead(), "reason": BETTER, "today": TODAY} | other
    return order_migration(clinic=clinic, protocol=protocol, patients=patients, by=by, **facts)


def run(job: Job) -> Job:
    tasks.migrate_patients(str(job.pk))
    job.refresh_from_db()
    return job


class TestStage:
    def test_takes_the_chosen_patients_and_no_other(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan], second: Protocol
    ) -> None:
        job = run(stage(clinic, clinician, second, [plan.patient_id for plan in plans[:2]]))
        assert (job.state, job.done, job.result) == (
            Job.State.FINISHED,
            2,
            {"position": 2, "changed": 2, "failed": []},
        )
        assert [Plan.objects.get(pk=plan.pk).protocol.version for plan in plans] == ["2.0", "2.0", "1.0"]

    def test_lists_who_fails_and_takes_the_others(
        self,
        clinic: Clinic,
        clinician: Staff,
        plans: list[Plan],
        second: Protocol,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        job = stage(clinic, clinician, second)
        Plan.objects.filter(pk=plans[1].pk).update(is_current=False)
        assert (run(job).state, job.result["changed"]) == (Job.State.FINISHED, 2)
        assert [(patient.family_name, why) for patient, why in failures(job)] == [
            ("Mohn", "There is no current plan any more.")
        ]
        assert Event.objects.filter(kind="plan.migrated").count() == 2

    def test_goes_on_after_a_fault_of_the_database_at_one_patient(
        self,
        clinic: Clinic,
        clinician: Staff,
        plans: list[Plan],
        second: Protocol,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        real = migrating.migrate_plan

        def faulty(*, plan: Plan, **facts) -> Plan:
            if plan.pk == plans[0].pk:
                raise DatabaseError("lock timeout")
            return real(plan=plan, **facts)

        monkeypatch.setattr(migrating, "migrate_plan", faulty)
        job = run(stage(clinic, clinician, second))
        assert (job.result["changed"], [patient.family_name for patient, _ in failures(job)]) == (2, ["Abel"])

    def test_goes_on_where_an_earlier_run_stopped(
        self,
        clinic: Clinic,
        clinician: Staff,
        plans: list[Plan],
        second: Protocol,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        sent: list[str] = []
        monkeypatch.setattr(tasks.migrate_patients, "delay", sent.append)
        job = stage(clinic, clinician, second)
        clock = iter([0.0, float("inf")])
        with monkeypatch.context() as patch:
            patch.setattr(migrating, "monotonic", lambda: next(clock))
            run(job)
        assert (job.state, job.done, sent) == (Job.State.RUNNING, 1, [str(job.pk)])
        Job.objects.filter(pk=job.pk).update(result={})  # the worker died before it noted how far it was
        assert (run(job).state, job.result) == (Job.State.FINISHED, {"position": 3, "changed": 3, "failed": []})
        assert Event.objects.filter(kind="plan.migrated").count() == 3

    def test_undone_as_a_whole_lists_what_cannot_be(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan], second: Protocol
    ) -> None:
        job = run(stage(clinic, clinician, second))
        actions.record_visit(
            visit=visit_of(plans[2], "W3"), occurred_on=TODAY, outcomes={"cbc": "done"}, by=clinician, today=TODAY
        )
        back = run(order_undoing(stage=job, by=clinician))
        assert (back.result["changed"], [patient.family_name for patient, _ in failures(back)]) == (2, ["Zorn"])
        assert [Plan.objects.get(pk=plan.pk).protocol.version for plan in plans] == ["1.0", "1.0", "2.0"]
        assert PlannedVisit.objects.filter(timepoint="W9", status="planned").count() == 1

    def test_that_is_undone_or_under_way_is_not_undone(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan], second: Protocol
    ) -> None:
        job = stage(clinic, clinician, second)
        with pytest.raises(TransitionRefused, match="under way"):
            order_undoing(stage=job, by=clinician)
        run(order_undoing(stage=run(job), by=clinician))
        with pytest.raises(TransitionRefused, match="Nothing of this stage"):
            order_undoing(stage=job, by=clinician)

    def test_of_nobody_to_a_draft_or_without_reason_is_refused(
        self, clinic: Clinic, clinician: Staff, plans: list[Plan], second: Protocol
    ) -> None:
        draft = stored_version(changed_text("9.0"), status=Protocol.Status.DRAFT)
        with pytest.raises(TransitionRefused, match="draft"):
            stage(clinic, clinician, draft)
        with pytest.raises(InputRefused, match="None of these patients"):
            stage(clinic, clinician, second, [])
        with pytest.raises(ReasonNeeded):
            stage(clinic, clinician, second, reason="")
        assert Job.objects.count() == 0

    def test_whom_another_run_took_there_meanwhile_is_no_failure(
        self, plan: Plan, clinic: Clinic, clinician: Staff, second: Protocol
    ) -> None:
        job = stage(clinic, clinician, second)
        one, other = migrating.migrating(job, noon(TODAY)), migrating.migrating(job, noon(TODAY))
        one(str(plan.patient_id))
        assert migrating.attempt(other, str(plan.patient_id)) == ""
        assert Event.objects.filter(kind="plan.migrated").count() == 1

    def test_stops_taking_patients_to_a_version_retired_meanwhile(
        self, plan: Plan, clinic: Clinic, clinician: Staff, second: Protocol
    ) -> None:
        job = stage(clinic, clinician, second)
        change = migrating.migrating(job, noon(TODAY))
        Protocol.objects.filter(pk=second.pk).update(status=Protocol.Status.RETIRED)
        assert migrating.attempt(change, str(plan.patient_id)) == "iotrex 2.0 is retired: not to be followed."

    def test_is_under_way_from_its_first_patient_on(
        self, plan: Plan, clinic: Clinic, clinician: Staff, second: Protocol, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = stage(clinic, clinician, second)
        seen: list[str] = []
        monkeypatch.setattr(tasks, "run_stage", lambda job, **_: seen.append(Job.objects.get(pk=job.pk).state) or True)
        tasks.migrate_patients(str(job.pk))
        assert seen == [Job.State.RUNNING]
