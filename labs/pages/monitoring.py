"""How the blood counts of patients stand after an infusion: recovery, nadir, how closely and how deep."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Clinic
from labs.models import Baseline, LabResult
from labs.rules.loader import Rules
from labs.rules.monitoring import Colour, LastCount, Observed, last_count, observed
from labs.rules.nadir import Nadir, nadirs
from labs.rules.recovery import MARROW, Recovery, recovery
from labs.rules.values import Course
from labs.settling.charts import Chart, policy_of, rules_of, supports_of
from labs.settling.rows import COLUMNS, Row
from patients.models import Care, Patient, Treatment
from schedules.models import Plan
from schedules.plans.life import Life, lives_of
from schedules.querysets import counts_go_on, prolonged

COUNTED = ("anc", "platelets", "hgb", "wbc")
WORDS: Mapping[Colour, str] = {Colour.GREEN: "No gap", Colour.AMBER: "Short gap", Colour.RED: "Long gap"}
AFTERWARDS = timedelta(28)  # a long gap stays on the list of those followed for so long after the span


class Monitored(NamedTuple):
    """One treatment with how its counts stand; a part whose rule the clinic switched off is None."""

    treatment: Treatment
    day_number: int
    observed: Observed | None
    recovery: Recovery | None
    recovered_on: date | None  # as it is recorded: by a clinician, or by the rule
    nadirs: Mapping[str, Nadir]
    last: LastCount | None
    starts: date  # from when on intervals count

    @property
    def patient(self) -> Patient:
        return self.treatment.patient

    @property
    def word(self) -> str:
        """How closely counts were taken, in a word."""
        if self.observed is None or self.observed.colour is None:
            return "Before enrolment" if self.observed and not self.observed.running else "Not started"
        return WORDS[self.observed.colour]

    @property
    def mark(self) -> str:
        """The name of the mark: green, amber, red, or none."""
        colour = self.observed.colour if self.observed else None
        return colour.name.lower() if colour else "none"

    @property
    def is_followed(self) -> bool:
        return self.observed is not None and self.observed.running

    @property
    def marrow(self) -> list[Nadir]:
        """The nadirs of ANC and platelets."""
        return [self.nadirs[analyte] for analyte in MARROW if analyte in self.nadirs]

    @property
    def depth(self) -> list[Nadir]:
        """The nadirs in the order of a blood count."""
        return [self.nadirs[analyte] for analyte in COUNTED if analyte in self.nadirs]


def latest_monitoring(patient: Patient, *, today: date) -> Monitored | None:
    """Return how the counts stand after the last infusion; None without one."""
    treatments = Treatment.objects.given_therapeutic().filter(patient=patient, started_on__lte=today)
    last = treatments.select_related("patient", "plan").order_by("-started_on", "-id")[:1]
    return next(iter(monitored(list(last), clinic=patient.clinic, today=today)), None)


def followed_now(clinic: Clinic, *, today: date) -> list[Monitored]:
    """Return the treatments whose counts are followed, or were with a long gap until four weeks ago, worst first."""
    rules = rules_of(policy_of(clinic))
    since = today - timedelta(rules.monitoring.last_day) - AFTERWARDS
    recent = Q(started_on__gte=since) | Q(pk__in=going_on(clinic, today))
    followed = of_clinic(clinic, today).filter(recent, patient__care=Care.FOLLOWED)
    found = monitored(list(followed), clinic=clinic, today=today)
    listed = [each for each in found if each.is_followed or each.mark == "red"]
    return sorted(listed, key=_urgency, reverse=True)


def ended_before(clinic: Clinic, after: Treatment | None, *, size: int, today: date) -> list[Monitored]:
    """Return up to `size` treatments whose counts are not followed any more, from the one that follows `after` on."""
    rules = rules_of(policy_of(clinic))
    last_day = today - timedelta(rules.monitoring.last_day)
    over = Q(started_on__lt=last_day) & ~Q(pk__in=going_on(clinic, today))
    ended = of_clinic(clinic, today).filter(over | ~Q(patient__care=Care.FOLLOWED))
    if after:
        ended = ended.filter(started_on__lte=after.started_on).filter(
            Q(started_on__lt=after.started_on) | Q(pk__lt=after.pk)
        )
    return monitored(list(ended[:size]), clinic=clinic, today=today)


def going_on(clinic: Clinic, today: date) -> list[UUID]:
    """Return the treatments whose counts go on beyond the plan today: few, looked for once."""
    plans = Plan.objects.current().filter(clinic=clinic, pk__in=prolonged()).filter(counts_go_on(today))
    return list(plans.values_list("treatment_id", flat=True))


def _urgency(each: Monitored) -> tuple[int, int, date]:
    seen = each.observed
    if seen is None or seen.colour is None or seen.decided is None:
        return 0, 0, each.treatment.started_on
    return seen.colour, seen.decided.days, each.treatment.started_on


def of_clinic(clinic: Clinic, today: date) -> QuerySet[Treatment]:
    """Return the infusions given to the clinic's patients, newest first."""
    given = Treatment.objects.given_therapeutic().filter(
        clinic=clinic, started_on__lte=today, patient__status=Patient.Status.ACTIVE
    )
    return given.select_related("patient", "plan").order_by("-started_on", "-id")


def monitored(treatments: Sequence[Treatment], *, clinic: Clinic, today: date) -> list[Monitored]:
    """Return how the counts stand after each of `treatments` of one clinic, in the same queries for any number.

    What came after a patient died, left or paused is no gap of ours.
    """
    rules = rules_of(policy_of(clinic))
    courses = count_courses({each.patient for each in treatments}, rules, today=today)
    plans = Plan.objects.filter(treatment__in=treatments).with_last_count()
    longer = {plan.treatment_id: plan.prolonged_until for plan in plans}  # type: ignore[attr-defined]  # annotated
    lives = lives_of(courses)
    return [
        _monitored(each, courses[each.patient_id], lives[each.patient_id], rules, longer.get(each.pk), today)
        for each in treatments
    ]


def _monitored(
    treatment: Treatment, course: Course, life: Life, rules: Rules, prolonged_until: date | None, today: date
) -> Monitored:
    infusion = next(each for each in course.infusions if each.day == treatment.started_on)
    found = recovery(rules.recovery, course, infusion) if rules.recovery.on else None
    plan = getattr(treatment, "plan", None)
    recovered_on = (plan and plan.counts_recovered_on) or (found and found.recovered_on) or None
    followed_from = plan.followed_from if plan else date.min
    stopped_on = min((day for day in (life.ended_on, life.held_since) if day), default=today)
    course.today = min(today, stopped_on)
    seen = None
    if rules.monitoring.on:
        seen = observed(rules.monitoring, course, infusion, recovered_on, prolonged_until, followed_from)
        seen = seen._replace(running=seen.running and life.care == Care.FOLLOWED)
    return Monitored(
        treatment=treatment,
        day_number=(today - treatment.started_on).days,
        observed=seen,
        recovery=found,
        recovered_on=recovered_on,
        nadirs=nadirs(rules.nadir, course, infusion, recovered_on) if rules.nadir.on else {},
        last=last_count(rules.monitoring, course, infusion),
        starts=max((infusion.course_began or infusion.day) + timedelta(rules.monitoring.first_day), followed_from),
    )


def count_courses(patients: Collection[Patient], rules: Rules, *, today: date) -> dict[UUID, Course]:
    """Return the blood counts of each of `patients` as the rules read them, with the baselines before the first."""
    charts = {patient.pk: Chart(patient) for patient in patients}
    given = Treatment.objects.given_therapeutic().filter(patient__in=patients).order_by("started_on", "id")
    for treatment in given:
        charts[treatment.patient_id].treatments.append(treatment)
    for patient, support in supports_of(patients):
        charts[patient].supports.append(support)
    results = LabResult.objects.standing().filter(patient__in=patients, analyte__in=COUNTED, graded_value__isnull=False)
    for values in results.order_by("collected_at", "id").values_list(*COLUMNS).iterator(5000):
        row = Row._make(values)
        charts[row.patient_id].rows.append(row)
    first = [chart.treatments[0] for chart in charts.values() if chart.treatments]
    kept = Baseline.objects.filter(treatment__in=first, analyte__in=COUNTED, result__isnull=False)
    chosen = set(kept.values_list("result_id", flat=True))
    courses = {}
    for pk, chart in charts.items():
        course = courses[pk] = chart.course(rules, today, {})
        values = (sample for analyte in COUNTED for sample in course.of(analyte))
        course.baselines = {sample.analyte: sample for sample in values if sample.id in chosen}
    return courses
