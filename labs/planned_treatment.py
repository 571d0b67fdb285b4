"""What a planned therapeutic treatment is checked against: the days between infusions, the counts, the creatinine."""

from datetime import date

from labs.rules.eligibility import Check, checklist, eligibility
from labs.rules.loader import Rules
from labs.rules.names import spoken
from labs.rules.values import Course
from labs.settling.charts import load, policy_of, rules_of
from labs.settling.grading import keep_baselines
from patients.models import Patient, Treatment
from patients.treatment_intervals import interval_for


def checks_of(patient: Patient, planned_on: date, *, today: date, tandem_with: Treatment | None = None) -> list[Check]:
    """Return the checks of a treatment planned for `planned_on`, as known on `today`; nothing is stored.

    `tandem_with`: the first infusion of the tandem course it would complete: no interval is asked about within it.
    """
    rules, course = course_of(patient, today)
    checks = [interval_check(patient, planned_on, tandem_with)]
    return [*checks, *(checklist(rules.eligibility, course) if rules.eligibility.on else ())]


def interval_check(patient: Patient, planned_on: date, tandem_with: Treatment | None) -> Check:
    """Return the check of the days to the nearest given therapeutic infusion on either side."""
    interval = interval_for(patient.indication)
    question = f"At least {interval.shortest.days} days from the nearest infusion"
    given = patient.treatments.given_therapeutic()
    if tandem_with is not None:
        given = given.exclude(pk=tandem_with.pk).exclude(tandem_with=tandem_with)
    days = {abs(planned_on - day): day for day in given.values_list("started_on", flat=True)}
    if not days:
        within = "Within a tandem course no interval is asked about." if tandem_with else "No other infusion was given."
        return Check("interval", question, True, within)
    nearest = min(days)
    met = nearest >= interval.shortest
    return Check("interval", question, met, f"{nearest.days} days from the one on {spoken(days[nearest])}.")


def concerns_of_counts(patient: Patient, planned_on: date, today: date) -> list[str]:
    """Return what is known to stand against a planned treatment; what is not known is shown, not asked about."""
    rules, course = course_of(patient, today)
    if not rules.eligibility.on:
        return []
    return [each.sentence for each in eligibility(rules.eligibility, course, planned_on) if each.samples]


def course_of(patient: Patient, today: date) -> tuple[Rules, Course]:
    """Return the patient's course with the baselines before the first treatment, and the clinic's rules."""
    rules = rules_of(policy_of(patient.clinic))
    (chart,) = load([patient])
    course = chart.course(rules, today, {})
    course.baselines, _ = keep_baselines(chart, course, rules)
    return rules, course
