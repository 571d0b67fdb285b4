"""Two infusions of one planned tandem course are one course."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, ReasonNeeded
from labs.pages.monitoring import latest_monitoring
from patients.models import Treatment
from patients.treatment_checks import TreatmentFacts
from patients.treatment_intervals import interval_for, intervals
from schedules.actions import confirm_treatment, record_treatment
from schedules.models import Plan
from schedules.plans.planning import PlanChoices
from tests.factories import enrolled, noon
from tests.labs.arrivals import arrive

FIRST, SECOND = date(2024, 1, 31), date(2024, 2, 14)
TODAY = date(2024, 2, 16)


def given(plan, clinician, day=SECOND, *, tandem=True, today=TODAY, **facts) -> Plan:
    """Record a further infusion and return its plan."""
    first = plan.treatment_id if tandem else None
    treatment = record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(day, tandem_with_id=first, activity_mbq=Decimal(7400), **facts),
        choices=PlanChoices(followed_from=FIRST),
        by=clinician,
        today=today,
    )
    return Plan.objects.with_last_count().get(treatment=treatment)


def test_interval_is_asked_about_but_within_a_tandem_course(plan, clinician):
    with pytest.raises(ReasonNeeded, match="Only 14 days"):
        given(plan, clinician, tandem=False)

    second = given(plan, clinician)

    assert (second.anchor, second.course_started_on, second.is_current) == (SECOND, FIRST, True)
    assert plan.patient.cumulative_activity_mbq() == Decimal(7400)


def test_third_infusion_after_the_course_is_asked_about(plan, clinician):
    given(plan, clinician)

    with pytest.raises(ReasonNeeded, match="Only 31 days"):
        given(plan, clinician, SECOND + timedelta(31), tandem=False, today=date(2024, 5, 1))


def test_count_clock_runs_from_the_first_infusion(plan, clinician):
    second = given(plan, clinician)

    assert second.count_clock(TODAY).days_since == 16
    overdue = Plan.objects.counts_overdue(on=TODAY).get()
    assert (overdue.pk, overdue.counted_from) == (second.pk, FIRST)


def test_second_infusion_by_itself_starts_its_own_clock(plan, clinician):
    second = given(plan, clinician, tandem=False, override_reason="Early by decision.")

    assert second.count_clock(TODAY) is None
    assert not Plan.objects.counts_overdue(on=TODAY).exists()


def test_monitoring_of_counts_starts_at_the_first_infusion(plan, clinician):
    arrive(plan.patient, date(2024, 2, 10))
    given(plan, clinician)

    seen = latest_monitoring(plan.patient, today=date(2024, 2, 20))

    assert seen.starts == FIRST + timedelta(14)
    assert seen.last.day == date(2024, 2, 10)
    assert seen.observed.begins is not None


@pytest.mark.parametrize(
    ("day", "facts", "words"),
    [
        (date(2024, 1, 20), {}, "not before this one"),
        (SECOND, {"kind": "dosimetric"}, "two therapeutic"),
    ],
)
def test_course_that_cannot_be_is_refused(plan, clinician, day, facts, words):
    with pytest.raises(InputRefused, match=words):
        given(plan, clinician, day, **facts)


def test_third_of_a_course_and_another_patients_are_refused(plan, clinician, clinic):
    given(plan, clinician)
    with pytest.raises(InputRefused, match="complete"):
        given(plan, clinician, date(2024, 2, 15))

    other = enrolled(by=clinician, clinic=clinic, started_on=FIRST, today=TODAY)
    with pytest.raises(InputRefused, match="this patient"):
        record_treatment(
            patient=other.patient,
            facts=TreatmentFacts(SECOND, tandem_with_id=plan.treatment_id),
            choices=PlanChoices(),
            by=clinician,
            today=TODAY,
        )


def test_planned_second_infusion_is_confirmed_into_its_course(plan, clinician):
    planned = record_treatment(
        patient=plan.patient,
        facts=TreatmentFacts(SECOND, state="planned", tandem_with_id=plan.treatment_id),
        choices=PlanChoices(),
        by=clinician,
        today=date(2024, 2, 10),
    )

    confirm_treatment(
        treatment=planned,
        started_on=SECOND,
        activity_mbq=None,
        weight_kg=None,
        override_reason="",
        choices=PlanChoices(),
        by=clinician,
        today=TODAY,
    )

    assert Plan.objects.get(treatment=planned).course_started_on == FIRST


def test_undone_second_infusion_gives_the_first_plan_back(plan, clinician):
    given(plan, clinician)

    undo(event=Event.objects.filter(kind="treatment.given").order_by("-at", "-id")[0], by=clinician, now=noon(TODAY))

    plan.refresh_from_db()
    assert (plan.is_current, plan.course_started_on) == (True, None)
    assert Treatment.objects.filter(state="given").count() == 1


def test_every_interval_has_days_and_a_source():
    assert {name: each.shortest.days for name, each in intervals().items()} == {"default": 90, "neuroblastoma": 90}
    assert interval_for("paraganglioma") == intervals()["default"]
