"""What the rules offer or want of a patient as of today, beyond what they tell at once."""

from datetime import date

from labs.proposing import followed_so_far, known_plans
from labs.rules.provisional import planned_counts
from labs.rules.values import Finding
from labs.settling.charts import load, policy_of, rules_of
from labs.settling.findings import every_finding
from labs.settling.grading import keep_baselines
from labs.settling.settle import recoveries_of
from patients.models import Patient
from schedules.models import Plan


def offers_of(patient: Patient, *, today: date) -> list[Finding]:
    """Return what is wanted (counts beyond the plan) and offered (a repeat, a work-up) now; nothing is stored."""
    rules = rules_of(policy_of(patient.clinic))
    (chart,) = load([patient])
    course = chart.course(rules, today, {})
    course.baselines, _ = keep_baselines(chart, course, rules)
    plans = list(Plan.objects.filter(patient=patient).with_recorded_count())
    recovered_on = {plan.treatment_id: plan.counts_recovered_on for plan in plans}
    told = zip(chart.treatments, recoveries_of(course, rules), strict=True)
    recovered = [recovered_on.get(treatment.pk) or found.recovered_on for treatment, found in told]
    offered = [found for found, _ in every_finding(chart, course, recovered, rules) if found.wants]
    own = known_plans([chart], plans, today).get(patient.pk)
    number = next((n for n, each in enumerate(course.infusions) if own and each.day == own.plan.anchor), None)
    if own is None or number is None or not rules.provisional.on:
        return offered
    infusion = course.infusions[number]
    followed = followed_so_far(own, chart, course, infusion, recovered[number], rules)
    wanted = planned_counts(rules.provisional, rules.monitoring, course, infusion, followed)
    return [*(want.finding for want in wanted), *offered]
