import csv
import io
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Clinic, Staff
from events.models import Job, StoredFile
from iotrex_followup.errors import InputRefused, TransitionRefused
from patients.models import Patient
from schedules import actions, tasks
from schedules.actions.jobs import retry_job
from schedules.actions.life import ClinicalFacts, record_clinical_event
from schedules.actions.migration import migrate_plan
from schedules.actions.simulations import order_simulation
from schedules.models import Plan, PlannedActivity, PlannedVisit, Protocol
from schedules.plans.planning import PlanChoices
from schedules.plans.replanning import Stored, differences
from schedules.protocol import Protocol as Definition
from schedules.protocol import read_protocol
from schedules.reminders.rules import shipped_rules
from schedules.reports.load import load_ahead
from schedules.versions.fitting import Instead
from schedules.versions.simulating import difference_for, fit_in, lines_in, shown_lines, weeks_in
from schedules.versions.simulation import COUNTED, Line, Simulation, plans_to_follow, simulate
from tests.factories import MembershipFactory, PatientFactory, enrolled, noon, visit_of
from tests.schedules.versions import changed_text, packaged_text, stored_version
from tests.snapshot import everything

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 2, 21)  # day 21
TO_WEEK_12 = ("last = 8", "last = 12")
NARROW_WEEKS = ("window = { before = 3, after = 3 }", "window = { before = 2, after = 2 }")
NO_11 = ("choices = [6, 7, 8, 9, 10, 11, 12]", "choices = [6, 7, 8, 9, 10, 12]")
QUARTERS = "last = 60\nevery = 3\nwindow = { before = 14, after = 14 }\n"
NO_CHEMISTRY = (
    QUARTERS + 'activities = ["physician_visit", "cbc", "chemistry", "thyroid"]',
    QUARTERS + 'activities = ["physician_visit", "cbc", "thyroid"]',
)
VERSIONS = {
    "weeks to 12": (TO_WEEK_12,),
    "narrow weeks": (NARROW_WEEKS,),
    "less chemistry": (NO_CHEMISTRY,),
    "all of it": (TO_WEEK_12, NARROW_WEEKS, NO_CHEMISTRY, NO_11),
}


def version(*changes: tuple[str, str]) -> Definition:
    return read_protocol(changed_text("2.0", *changes), source="test")


def simulated(definition: Definition, clinic: Clinic, today: date = TODAY) -> tuple[Simulation, dict[object, Line]]:
    simulation = Simulation(definition, today)
    return simulation, {line.patient: line for line in simulate(plans_to_follow(clinic), simulation)}


def counts(line: Line) -> dict[str, int]:
    return {name: number for name in COUNTED if (number := getattr(line, name))}


def by_hand(plan: Plan, definition: Definition, today: date) -> dict[str, int]:
    """Return the counts of the difference as settling would work it out."""
    stored = Stored.of([plan.patient_id])
    current = next(each for each in stored.plans[plan.patient_id] if each.is_current)
    fit_in(current, definition)
    found = differences(stored, plan.patient_id, today=today, protocols={current.pk: definition})[current.pk]
    numbers = {
        "added": len(found.add),
        "moved": sum(each.dates for each in (*found.move, *found.keep)),
        "other": sum(not each.dates for each in found.move),
        "cancelled": len(found.cancel) + len(found.supersede),
        "to_decide": len(found.conflict),
    }
    return {name: number for name, number in numbers.items() if number}


def test_counts_of_one_patient_are_those_of_the_timepoints_that_change(plan: Plan, clinic: Clinic) -> None:
    simulation, lines = simulated(version(TO_WEEK_12), clinic)
    # Weeks 9 to 12; nothing else differs.
    assert counts(lines[plan.patient_id]) == {"added": 4}
    _, narrow = simulated(version(NARROW_WEEKS), clinic)
    # All eight weeks: week 1 and 2 are overdue, not decided, so their windows change too.
    assert counts(narrow[plan.patient_id]) == {"moved": 8}
    assert (simulation.patients, simulation.changed, simulation.totals["added"]) == (1, 1, 4)


def test_what_is_decided_or_booked_is_counted_so(plan: Plan, clinic: Clinic, clinician: Staff) -> None:
    actions.record_visit(
        visit=visit_of(plan, "W2"), occurred_on=date(2024, 2, 14), outcomes={"cbc": "done"}, by=clinician, today=TODAY
    )
    week = visit_of(plan, "W4")
    actions.book_visits(visits=[week], on=week.opens, by=clinician, today=TODAY, reason="The only day.")
    _, lines = simulated(version(NARROW_WEEKS), clinic)
    # Week 2 is done and week 4 booked outside the narrower window; weeks 1, 3, 5, 6, 7 and 8 change.
    assert counts(lines[plan.patient_id]) == {"moved": 6, "to_decide": 1}


@pytest.mark.parametrize(
    ("name", "day"),
    [("weeks to 12", 1), ("narrow weeks", 21), ("less chemistry", 800), ("all of it", 100), ("all of it", 2400)],
)
def test_simulation_is_the_difference_of_every_plan(name: str, day: int, clinic: Clinic, clinician: Staff) -> None:
    anchor = date(2018, 5, 31)
    today = anchor + timedelta(days=day)
    plans = [
        enrolled(
            by=clinician,
            clinic=clinic,
            started_on=anchor + timedelta(days=number),
            today=today + timedelta(days=number),
            choices=PlanChoices(imaging_interval=interval, followed_from=anchor + timedelta(days=followed)),
            secreting=bool(number % 2),
        )
        for number, (interval, followed) in enumerate([(6, 0), (11, 0), (12, 300), (7, 0), (9, 40)])
    ]
    for number, plan in enumerate(plans):
        upcoming = list(plan.visits.filter(opens__gt=today, status="planned").order_by("opens")[:2])
        if upcoming and number != 3:
            actions.book_visits(
                visits=upcoming[:1], on=upcoming[0].opens, by=clinician, today=today, reason="Only day."
            )
        past = plan.visits.filter(closes__lt=today, status="planned", before_enrolment=False).order_by("target")
        for visit in past[number : number + 3]:
            done = {activity.activity: "drawn" for activity in visit.activities.all()[:1] if activity.activity == "cbc"}
            if done:
                actions.record_visit(visit=visit, occurred_on=visit.target, outcomes=done, by=clinician, today=today)
    definition = version(*VERSIONS[name])
    _, lines = simulated(definition, clinic, today)
    assert {plan.patient_id: counts(lines[plan.patient_id]) for plan in plans} == {
        plan.patient_id: by_hand(plan, definition, today) for plan in plans
    }


def test_load_before_and_after_differs_in_the_weeks_of_what_is_added(plan: Plan, clinic: Clinic) -> None:
    simulation, _ = simulated(version(TO_WEEK_12), clinic)
    changed = {
        week.name: week.draws_after - week.draws_before
        for week in simulation.load.weeks(clinic)
        if week.draws_after != week.draws_before
    }
    # W9 is on Wed 3 April 2024, and so on.
    assert changed == {"2024-W14": 1, "2024-W15": 1, "2024-W16": 1, "2024-W17": 1}
    weeks = {week.name: week for week in simulation.load.weeks(clinic)}
    # M3 on 30 April is a draw and, as imaging, an MIBG scan and a CT or MRI.
    assert weeks["2024-W18"][1:] == (1, 1, 2, 2)
    assert (len(weeks), simulation.load.weeks(clinic)[0].first) == (104, date(2024, 2, 19))


@pytest.mark.parametrize(
    ("changes", "more", "fewer"),
    [
        ([TO_WEEK_12], 8, 0),  # one before each of four weeks, one when it is overdue
        ([("last = 8", "last = 4"), ("last_week = 6", "last_week = 4")], 0, 8),
        ([NO_CHEMISTRY], 0, 0),
        ([NARROW_WEEKS], 11, 11),  # of weeks 3 to 8, each on another day; week 3 is open
    ],
)
def test_reminders_that_come_and_that_fall_away_are_counted(
    plan: Plan, clinic: Clinic, changes: list[tuple[str, str]], more: int, fewer: int
) -> None:
    simulation = Simulation(version(*changes), TODAY, reminding=shipped_rules())
    list(simulate(plans_to_follow(clinic), simulation))
    assert (simulation.reminders.more, simulation.reminders.fewer) == (more, fewer)


def test_reminders_of_whoever_pauses_or_was_drawn_are_not(plan: Plan, clinic: Clinic, clinician: Staff) -> None:
    narrow = version(NARROW_WEEKS)
    PlannedActivity.objects.filter(visit__timepoint="W4").update(status="drawn", done_on=TODAY)
    drawn = Simulation(narrow, TODAY, reminding=shipped_rules())
    list(simulate(plans_to_follow(clinic), drawn))
    assert (drawn.reminders.more, drawn.reminders.fewer) == (9, 9)
    pause = ClinicalFacts("pause", TODAY, details={"review_on": "2024-06-01", "why": "Long journey"})
    record_clinical_event(patient=plan.patient, facts=pause, by=clinician, now=noon(TODAY))
    paused = Simulation(narrow, TODAY, reminding=shipped_rules())
    list(simulate(plans_to_follow(clinic), paused))
    assert (paused.reminders.more, paused.reminders.fewer) == (0, 0)


def test_load_follows_a_visit_that_moves(plan: Plan, clinic: Clinic) -> None:
    simulation, _ = simulated(version(("last = 8", "last = 4"), ("last_week = 6", "last_week = 4")), clinic)
    lost = {week.name for week in simulation.load.weeks(clinic) if week.draws_after < week.draws_before}
    assert lost == {"2024-W10", "2024-W11", "2024-W12", "2024-W13"}


def test_load_is_that_of_the_load_ahead_before_and_once_everybody_follows(clinic: Clinic, clinician: Staff) -> None:
    """Bookings, two timepoints on one day, what is due by now, overdue, done and on hold: counted alike."""
    anchor = date(2024, 1, 31)
    plans = [
        enrolled(
            by=clinician,
            clinic=clinic,
            started_on=anchor - timedelta(days=number),
            today=anchor,
            choices=PlanChoices(imaging_interval=interval, followed_from=anchor - timedelta(days=number)),
            secreting=bool(number % 2),
        )
        for number, interval in enumerate([6, 9, 12, 7])
    ]
    today = date(2024, 3, 26)  # day 55, week 8
    both = [visit_of(plans[0], "W8"), visit_of(plans[0], "M2")]
    actions.book_visits(visits=both, on=date(2024, 3, 28), by=clinician, today=today)
    actions.book_visits(visits=[visit_of(plans[1], "M3")], on=date(2024, 5, 6), by=clinician, today=today)
    week = visit_of(plans[1], "W8")
    actions.record_visit(visit=week, occurred_on=today, outcomes={"cbc": "drawn"}, by=clinician, today=today)
    pause = ClinicalFacts("pause", today, details={"review_on": "2024-06-01", "why": "Long journey"})
    record_clinical_event(patient=plans[3].patient, facts=pause, by=clinician, now=noon(today))
    changes = (TO_WEEK_12, NARROW_WEEKS, NO_CHEMISTRY)
    simulation, _ = simulated(version(*changes), clinic, today)
    second = stored_version(changed_text("2.0", *changes))
    weeks = simulation.load.weeks(clinic)

    def ahead() -> list[tuple[int, int]]:
        load = load_ahead(clinic, today=today)
        scans = [load.columns.index(name) for name in ("mibg_scan", "anatomical_imaging")]
        return [(week.expected[0].count, sum(week.expected[each].count for each in scans)) for week in load.weeks][:104]

    before = ahead()
    assert [(week.draws_before, week.scans_before) for week in weeks] == before
    for plan in plans:
        migrate_plan(plan=plan, protocol=second, instead=Instead(), reason="Revised.", by=clinician, today=today)
    assert [(week.draws_after, week.scans_after) for week in weeks] == ahead() != before


def test_choice_that_is_not_offered_is_named_and_counted_with_the_default(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(
        by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR, choices=PlanChoices(imaging_interval=11)
    )
    simulation, lines = simulated(version(NO_11), clinic)
    line = lines[plan.patient_id]
    assert (line.asked, simulation.asked) == (("imaging every 11 months",), 1)
    # Every 11 months: 14, 25, 36, 47; every 6: 9, 15, ..., 51.
    assert counts(line) == {"added": 8, "cancelled": 4}


def test_who_is_not_followed_here_is_left_out(plan: Plan, clinic: Clinic) -> None:
    Patient.objects.filter(pk=plan.patient_id).update(care="deceased")
    simulation, lines = simulated(version(TO_WEEK_12), clinic)
    assert (lines, simulation.patients) == ({}, 0)


def test_simulation_reads_in_batches_and_writes_nothing(
    plan: Plan, clinic: Clinic, clinician: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        enrolled(by=clinician, clinic=clinic, started_on=ANCHOR - timedelta(days=number), today=ANCHOR)
    before = everything()
    monkeypatch.setattr("schedules.versions.simulation.BATCH", 2)
    with CaptureQueriesContext(connection) as queries:
        _, lines = simulated(version(TO_WEEK_12), clinic)
    assert (len(lines), everything() == before) == (5, True)
    # Three batches of four queries, one that finds the end or the short batch, one for the names of versions.
    assert len(queries) <= 3 * 4 + 2
    assert not [each for each in queries if not each["sql"].lstrip().upper().startswith("SELECT")]


@pytest.fixture
def second(clinic: Clinic) -> Protocol:
    return stored_version(changed_text("2.0", TO_WEEK_12), status=Protocol.Status.DRAFT)


def counted(job: Job) -> Job:
    tasks.simulate_protocol(str(job.pk))
    job.refresh_from_db()
    return job


class TestJob:
    def test_of_a_draft_keeps_totals_load_and_a_row_for_each_patient(
        self, plan: Plan, clinic: Clinic, clinician: Staff, second: Protocol
    ) -> None:
        job = counted(order_simulation(clinic=clinic, protocol=second, by=clinician, today=TODAY))
        assert (job.state, job.done, job.total) == (Job.State.FINISHED, 1, 1)
        assert job.result["totals"] == {"added": 4, "moved": 0, "other": 0, "cancelled": 0, "to_decide": 0}
        assert [week.draws_after for week in weeks_in(job.result)][5:8] == [2, 1, 1]  # W8 and M2, W9, W10
        rows = list(csv.DictReader(io.StringIO(bytes(job.file.content).decode("utf-8-sig"))))
        assert rows == [
            {
                "patient": str(plan.patient_id),
                "mrn": plan.patient.mrn,
                "name": "PRUEBA, Ana",
                "follows": "iotrex 1.0",
                "added": "4",
                "moved": "0",
                "other": "0",
                "cancelled": "0",
                "to_decide": "0",
                "asked": "",
            }
        ]
        assert [line.patient for line in lines_in(job.file)] == [plan.patient_id]

    def test_is_of_the_draft_as_it_was_ordered(
        self, plan: Plan, clinic: Clinic, clinician: Staff, second: Protocol
    ) -> None:
        job = order_simulation(clinic=clinic, protocol=second, by=clinician, today=TODAY)
        Protocol.objects.filter(pk=second.pk).update(text=changed_text("2.0"))
        assert counted(job).result["totals"]["added"] == 4

    def test_that_fails_says_so_and_can_be_tried_again(
        self, plan: Plan, clinic: Clinic, clinician: Staff, second: Protocol, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = order_simulation(clinic=clinic, protocol=second, by=clinician, today=TODAY)
        with monkeypatch.context() as patch:
            patch.setattr(tasks, "run", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                tasks.simulate_protocol(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.error) == (Job.State.FAILED, "The simulation stopped. Nothing was changed; try again.")
        retry_job(job=job, by=clinician)
        assert (counted(job).state, job.error, StoredFile.objects.count()) == (Job.State.FINISHED, "", 1)
        tasks.simulate_protocol(str(job.pk))  # a second message for the same job
        assert StoredFile.objects.count() == 1

    def test_of_an_unsound_version_is_refused_in_words(self, plan: Plan, clinic: Clinic, clinician: Staff) -> None:
        twice = stored_version(changed_text("2.0", ("first = 15", "first = 12")), status=Protocol.Status.DRAFT)
        with pytest.raises(TransitionRefused, match="Mend this version first"):
            order_simulation(clinic=clinic, protocol=twice, by=clinician, today=TODAY)

    def test_of_another_clinics_version_is_refused(self, plan: Plan, clinic: Clinic, clinician: Staff) -> None:
        others = stored_version(
            changed_text("2.0"),
            clinic=MembershipFactory().clinic,
            status=Protocol.Status.DRAFT,
            people=(clinician, None),
        )
        with pytest.raises(TransitionRefused, match="another clinic"):
            order_simulation(clinic=clinic, protocol=others, by=clinician, today=TODAY)

    def test_without_anybody_to_change_is_refused(self, plan: Plan, clinic: Clinic, clinician: Staff) -> None:
        with pytest.raises(InputRefused, match="follows this version already"):
            order_simulation(clinic=clinic, protocol=plan.protocol, by=clinician, today=TODAY)
        assert Job.objects.count() == 0


def test_report_is_filtered_by_what_changes_and_by_name(clinic: Clinic, clinician: Staff, second: Protocol) -> None:
    for name, interval in (("Zorn", 6), ("=Abel", 11)):
        enrolled(
            by=clinician,
            clinic=clinic,
            started_on=ANCHOR,
            today=ANCHOR,
            family_name=name,
            choices=PlanChoices(imaging_interval=interval),
        )
    PatientFactory(clinic=clinic)
    job = counted(order_simulation(clinic=clinic, protocol=second, by=clinician, today=TODAY))
    names = {show: [line.name for line in shown_lines(job.file, show=show)] for show in ("", "changed", "unchanged")}
    assert names == {"": ["=ABEL, Ana", "ZORN, Ana"], "changed": ["=ABEL, Ana", "ZORN, Ana"], "unchanged": []}
    assert b"'=ABEL" in bytes(job.file.content)  # which a spreadsheet would run
    assert [line.name for line in shown_lines(job.file, search="zor")] == ["ZORN, Ana"]


def test_difference_of_one_patient_is_shown_in_words(plan: Plan) -> None:
    shown = difference_for(plan.patient, version(TO_WEEK_12), today=TODAY)
    assert [row.sentence for row in shown.changed][:1] == ["Week 9: new on Wed 3 Apr 2024: CBC."]
    assert len(shown.changed) == 4
    assert PlannedVisit.objects.filter(timepoint="W9").count() == 0


class TestCommand:
    @pytest.fixture(autouse=True)
    def day_21(self):
        with time_machine.travel("2024-02-21 12:00:00+00:00", tick=False):
            yield

    def told(self, *arguments: object) -> list[str]:
        out = StringIO()
        call_command("simulate_protocol", *map(str, arguments), stdout=out)
        return out.getvalue().splitlines()

    def test_of_a_file_prints_totals_weeks_and_writes_the_report(
        self, plan: Plan, clinic: Clinic, tmp_path: Path
    ) -> None:
        file, report = tmp_path / "two.toml", tmp_path / "report.csv"
        file.write_text(changed_text("2.0", TO_WEEK_12))
        before = everything()
        lines = self.told(file, "--clinic", clinic.slug, "--report", report)
        assert lines[:2] == ["iotrex 2.0: 1 of 1 patients change", "      4 timepoints added"]
        assert lines[7:9] == ["      8 reminders more", "      0 reminders fewer"]
        assert [line.split()[0] for line in lines[10:]] == ["2024-W14", "2024-W15", "2024-W16", "2024-W17"]
        assert (plan.patient.mrn in report.read_text(), everything() == before) == (True, True)

    def test_of_a_stored_version_is_the_same(self, plan: Plan, clinic: Clinic, second: Protocol) -> None:
        assert self.told("iotrex@2.0", "--clinic", clinic.slug)[0] == "iotrex 2.0: 1 of 1 patients change"

    @pytest.mark.parametrize(
        ("name", "words"), [("iotrex@9", "There is no protocol iotrex 9"), ("none.toml", "cannot be read")]
    )
    def test_of_what_is_not_there_is_refused(self, clinic: Clinic, name: str, words: str) -> None:
        with pytest.raises(CommandError, match=words):
            self.told(name, "--clinic", clinic.slug)

    def test_of_a_broken_file_names_what_is_wrong(self, clinic: Clinic, tmp_path: Path) -> None:
        file = tmp_path / "broken.toml"
        file.write_text(packaged_text().replace("every = 1\n", "every = 0\n"))
        with pytest.raises(CommandError, match=r"phases\.weeks"):
            self.told(file, "--clinic", clinic.slug)
