"""Bringing everything that follows from a patient's results up to date, in the transaction of the change."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from accounts.models import Clinic, Staff
from iotrex_followup.copying import update_rows
from labs.intake.book import Book
from labs.models import Alert
from labs.proposing import propose_additions
from labs.rules.episodes import NOT_EVALUATED
from labs.rules.loader import Rules
from labs.rules.monitoring import LastCount, last_count
from labs.rules.recovery import MARROW, Recovery, recovery
from labs.rules.values import Course, Sample
from labs.settling.alerting import Alerts
from labs.settling.charts import Chart, load, policy_of, rules_of
from labs.settling.deriving import derive
from labs.settling.findings import Beyond, found_beyond
from labs.settling.grading import grade_charts, keep_baselines, save_baselines
from labs.settling.matching import match_charts
from patients.models import Patient
from schedules.models import Plan

PLAN_FIELDS = ("counts_recovered_on", "recovery_by_rule", "result_count_on", "result_count_severe")


def settle(
    patients: Sequence[Patient],
    *,
    clinic: Clinic,
    by: Staff | None,
    now: datetime,
    changed: Collection[str] | None = None,
    book: Book | None = None,
) -> int:
    """Bring up to date what follows from the results of `patients`, and return how many alerts were raised.

    `changed` are the ids of the results that are new; None: anything may have changed. Runs in the transaction of the
    change that made it necessary; running it again changes nothing.
    """
    if not patients:
        return 0
    policy, today = policy_of(clinic), clinic.local_date(now)
    rules = rules_of(policy)
    charts = load(patients, lock=True)
    # What could not be evaluated is tried again, whatever changed.
    changed = None if any(has_failed(chart) for chart in charts) else changed
    news = None if changed is None else {UUID(pk) for pk in changed}
    fresh = derive(charts, book or Book(clinic, by), rules, changed=news, now=now)
    courses: dict[UUID, Course] = {}
    rebased: dict[UUID, set[str]] = {}
    for chart in charts:
        bare = chart.course(rules, today, {})
        first, rebased[chart.patient.pk] = keep_baselines(chart, bare, rules)
        courses[chart.patient.pk] = with_baselines(bare, first)
    save_baselines(charts)
    touched = None if news is None else {*news, *fresh}
    grades = grade_charts(charts, clinic, policy.ctcae, changed=touched, rebased=rebased)
    recoveries: dict[UUID, list[Recovery]] = {}
    for chart in charts:
        with chart.attempts.of(rules.recovery, MARROW, chart.rows):
            recoveries[chart.patient.pk] = recoveries_of(courses[chart.patient.pk], rules)
    plans = list(Plan.objects.filter(patient__in=patients).with_recorded_count().order_by())
    recovered = follow_plans(charts, plans, courses, recoveries, rules)
    match_charts(charts, recovered, rules, clinic, by)
    beyond: dict[UUID, list[Beyond]] = {
        chart.patient.pk: list(
            found_beyond(chart, courses[chart.patient.pk], recovered[chart.patient.pk], rules, clinic.zone)
        )
        for chart in charts
    }
    propose_additions(charts, plans, courses, recovered, beyond, rules, clinic, today)
    alerts = Alerts(clinic, rules, grades, policy.ctcae, now)
    alerts.follow(charts, courses, beyond)
    return alerts.save()


def has_failed(chart: Chart) -> bool:
    """Say whether something of the patient could not be evaluated and nobody has dealt with it yet."""
    return any(each.rule == NOT_EVALUATED and each.state != Alert.State.RESOLVED for each in chart.alerts)


def with_baselines(course: Course, first: dict[str, Sample]) -> Course:
    """Return `course` with the baselines before the first treatment."""
    course.baselines = first
    return course


def recoveries_of(course: Course, rules: Rules) -> list[Recovery]:
    """Return where the counts stand after each infusion."""
    return [recovery(rules.recovery, course, infusion) for infusion in course.infusions]


def follow_plans(
    charts: Sequence[Chart],
    stored: Sequence[Plan],
    courses: dict[UUID, Course],
    recoveries: dict[UUID, list[Recovery]],
    rules: Rules,
) -> dict[UUID, list[date | None]]:
    """Keep recovery and the last count on the plans, and return by patient when the counts recovered, per infusion.

    What a clinician recorded of recovery stands, and what stood before where it cannot be told.
    """
    plans = {plan.treatment_id: plan for plan in stored}
    changed = []
    recovered: dict[UUID, list[date | None]] = {chart.patient.pk: [] for chart in charts}
    for chart in charts:
        course = courses[chart.patient.pk]
        found = recoveries.get(chart.patient.pk)
        for number, (treatment, infusion) in enumerate(zip(chart.treatments, course.infusions, strict=True)):
            plan = plans.get(treatment.pk)
            if plan is not None and found is not None:
                with chart.attempts.of(rules.monitoring, MARROW, chart.rows):
                    last = last_count(rules.monitoring, course, infusion)
                    if follow_plan(plan, found[number], last, rules):
                        changed.append(plan)
            told = found[number].recovered_on if found else None
            recovered[chart.patient.pk].append(plan.counts_recovered_on if plan else told)
    update_rows(changed, PLAN_FIELDS)
    return recovered


def follow_plan(plan: Plan, found: Recovery, last: LastCount | None, rules: Rules) -> bool:
    """Set on `plan` what the counts after its infusion say, and say whether that changed it."""
    before = tuple(getattr(plan, name) for name in PLAN_FIELDS)
    plan.result_count_on = last.day if last else None
    plan.result_count_severe = bool(last and last.severe)
    if rules.recovery.on and (plan.recovery_by_rule or plan.counts_recovered_on is None):
        plan.counts_recovered_on, plan.recovery_by_rule = found.recovered_on, found.recovered_on is not None
    return before != tuple(getattr(plan, name) for name in PLAN_FIELDS)
