"""Treatments and the plans they anchor."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from patients.actions import PatientFacts
from patients.models import Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions import (
    confirm_treatment,
    enrol,
    extend_plans,
    load_packaged_protocol,
    mark_missed,
    record_count_recovery,
    record_treatment,
    record_visit,
    withdraw_patient,
    withdraw_treatment,
)
from schedules.models import ActivityStatus, Plan, PlannedActivity, PlannedVisit
from schedules.plans.planning import PlanChoices
from schedules.protocol import stored_timeline
from tests.factories import PatientFactory, enrolled, noon, visit_of
from tests.snapshot import everything, stored

ANCHOR = date(2024, 1, 31)
TODAY = date(2025, 6, 2)
FIRST, SECOND, THIRD = date(2023, 1, 12), date(2023, 9, 5), date(2024, 2, 29)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    load_packaged_protocol(by=None)
    return PatientFactory(clinic=clinic)


def give(patient: Patient, by: Staff, *days: date, today: date = TODAY, **facts: Any) -> list[Treatment]:
    """Record one given treatment per day, in this order, followed from the first day of all."""
    choices = PlanChoices(followed_from=date(2020, 1, 1))
    return [
        record_treatment(patient=patient, facts=TreatmentFacts(day, **facts), choices=choices, by=by, today=today)
        for day in days
    ]


def state(patient: Patient) -> list[Any]:
    """What stands of a patient's treatments and plans, without ids."""
    return [
        list(patient.treatments.order_by("started_on").values_list("started_on", "state", "number")),
        list(patient.plans.order_by("anchor").values_list("anchor", "is_current")),
        list(
            PlannedActivity.objects.filter(visit__patient=patient)
            .order_by("visit__plan__anchor", "visit__target", "visit__kind", "activity")
            .values_list(
                "visit__plan__anchor", "visit__timepoint", "visit__kind", "visit__status", "activity", "status"
            )
        ),
    ]


@pytest.mark.parametrize("order", list(permutations((FIRST, SECOND, THIRD))), ids=str)
def test_treatments_entered_in_any_order_give_the_same_plans(
    patient: Patient, clinic: Clinic, clinician: Staff, order: Sequence[date]
) -> None:
    in_order = PatientFactory(clinic=clinic)
    give(in_order, clinician, FIRST, SECOND, THIRD)
    give(patient, clinician, *order)
    assert state(patient) == state(in_order)
    assert list(patient.plans.order_by("anchor").values_list("anchor", "is_current")) == [
        (FIRST, False),
        (SECOND, False),
        (THIRD, True),
    ]


def test_further_treatment_supersedes_what_is_open_on_or_after_it(patient: Patient, clinician: Staff) -> None:
    first = give(patient, clinician, ANCHOR)[0].plan
    day = visit_of(first, "M6").target
    done_early = visit_of(first, "M7")
    record_visit(
        visit=done_early,
        occurred_on=done_early.opens,
        outcomes={a.activity: "done" for a in done_early.activities.all()},
        by=clinician,
        today=TODAY,
    )
    give(patient, clinician, day)
    superseded = first.visits.filter(status="superseded")
    assert set(superseded.values_list("pk", flat=True)) == set(
        first.visits.filter(target__gte=day).exclude(pk=done_early.pk).values_list("pk", flat=True)
    )
    assert set(first.visits.filter(target__lt=day).values_list("status", flat=True)) == {"planned"}
    assert visit_of(first, "M7").status == "done"


def test_further_treatment_supersedes_what_is_left_of_a_visit_done_in_part(patient: Patient, clinician: Staff) -> None:
    first = give(patient, clinician, ANCHOR)[0].plan
    visit = visit_of(first, "M5")
    record_visit(visit=visit, occurred_on=visit.opens, outcomes={"thyroid": "done"}, by=clinician, today=TODAY)
    give(patient, clinician, visit.target)
    assert visit_of(first, "M5").status == "done"
    assert dict(visit.activities.values_list("activity", "status")) == {
        "cbc": "superseded",
        "chemistry": "superseded",
        "physician_visit": "superseded",
        "thyroid": "done",
    }


def test_awaited_result_of_the_earlier_plan_is_still_awaited(patient: Patient, clinician: Staff) -> None:
    first = give(patient, clinician, ANCHOR)[0].plan
    visit = visit_of(first, "M5")
    record_visit(visit=visit, occurred_on=visit.opens, outcomes={"cbc": "drawn"}, by=clinician, today=TODAY)
    give(patient, clinician, visit.target)
    assert visit.activities.get(activity="cbc").status == ActivityStatus.DRAWN
    assert visit_of(first, "M5").status == "planned"


@pytest.mark.parametrize("withdrawn", [0, 1, 2])
def test_withdrawn_treatment_leaves_what_the_others_alone_would_give(
    patient: Patient, clinic: Clinic, clinician: Staff, withdrawn: int
) -> None:
    treatments = give(patient, clinician, FIRST, SECOND, THIRD)
    withdraw_treatment(treatment=treatments[withdrawn], reason="Another person's.", by=clinician, today=TODAY)
    others = [day for n, day in enumerate((FIRST, SECOND, THIRD)) if n != withdrawn]
    alone = PatientFactory(clinic=clinic)
    give(alone, clinician, *others)
    given, plans, activities = state(patient)
    entered_in_error = (FIRST, SECOND, THIRD)[withdrawn]
    assert [row for row in given if row[0] != entered_in_error] == state(alone)[0]
    assert [row for row in plans if row[0] != entered_in_error] == state(alone)[1]
    assert [row for row in activities if row[0] != entered_in_error] == state(alone)[2]
    assert {row[5] for row in activities if row[0] == entered_in_error} == {"cancelled"}


@pytest.mark.parametrize("withdrawn", [0, 1, 2])
def test_withdrawn_treatment_undone_gives_every_row_back(patient: Patient, clinician: Staff, withdrawn: int) -> None:
    treatments = give(patient, clinician, FIRST, SECOND, THIRD)
    week = visit_of(treatments[withdrawn].plan, "W5")
    record_visit(visit=week, occurred_on=week.target, outcomes={"cbc": "drawn"}, by=clinician, today=TODAY)
    month = visit_of(treatments[withdrawn].plan, "M2")
    mark_missed(visit=month, reason="Away.", next_step="", by=clinician, today=TODAY)
    before = stored()
    withdraw_treatment(treatment=treatments[withdrawn], reason="Another person's.", by=clinician, today=TODAY)
    assert stored() != before
    undo(event=Event.objects.get(kind="treatment.withdrawn"), by=clinician, now=noon(TODAY))
    assert stored() == before


def test_withdrawn_patient_undone_gives_every_row_back(patient: Patient, clinician: Staff) -> None:
    give(patient, clinician, SECOND, FIRST, THIRD)
    before = stored()
    withdraw_patient(patient=patient, reason="Never existed.", by=clinician, today=TODAY)
    assert not Plan.objects.current().filter(patient=patient).exists()
    assert not PlannedVisit.objects.filter(patient=patient, status="planned").exists()
    undo(event=Event.objects.get(kind="patient.withdrawn"), by=clinician, now=noon(TODAY))
    assert stored() == before


def test_enrolment_with_a_planned_treatment_stores_no_plan(clinic: Clinic, clinician: Staff) -> None:
    load_packaged_protocol(by=None)
    patient = enrol(
        clinic=clinic,
        patient=PatientFacts("P1", "Eva", "Prueba", date(1970, 1, 1), "female", "other"),
        treatment=TreatmentFacts(date(2025, 7, 1), state="planned"),
        choices=PlanChoices(),
        by=clinician,
        today=TODAY,
    )
    assert (patient.plans.count(), patient.treatments.get().number) == (0, None)


def test_dosimetric_treatment_changes_no_plan(patient: Patient, clinician: Staff) -> None:
    give(patient, clinician, ANCHOR)
    before = stored()
    dosimetric = give(patient, clinician, date(2024, 3, 1), kind="dosimetric")[0]
    after = stored()
    assert after.keys() - before.keys() == {("Treatment", dosimetric.pk)}
    assert {key: after[key] for key in before} == before


@pytest.mark.parametrize(
    ("anchor", "months"),
    [
        (
            date(2024, 2, 29),
            {"M2": date(2024, 4, 29), "M12": date(2025, 2, 28), "M24": date(2026, 2, 28), "M48": date(2028, 2, 29)},
        ),
        (date(2023, 12, 31), {"M2": date(2024, 2, 29), "M4": date(2024, 4, 30), "M60": date(2028, 12, 31)}),
    ],
)
def test_plan_of_a_month_end_is_stored_at_month_ends(
    clinic: Clinic, clinician: Staff, anchor: date, months: dict[str, date]
) -> None:
    plan = enrolled(by=clinician, clinic=clinic, started_on=anchor, today=anchor)
    stored_months = dict(plan.visits.filter(kind="visit", timepoint__in=months).values_list("timepoint", "target"))
    assert stored_months == months


def test_enrolment_stores_the_timeline_with_what_closed_before_marked(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(
        by=clinician, clinic=clinic, started_on=FIRST, today=TODAY, choices=PlanChoices(followed_from=TODAY)
    )
    points = stored_timeline(plan.protocol.definition, FIRST, plan.options, today=TODAY)
    rows = plan.visits.order_by("target", "kind", "timepoint")
    columns = ("timepoint", "kind", "phase", "target", "opens", "closes", "cost")
    assert list(rows.values_list(*columns)) == [tuple(getattr(point, name) for name in columns) for point in points]
    activities = [tuple(sorted(a.activity for a in visit.activities.all())) for visit in rows]
    assert activities == [point.activities for point in points]
    assert list(rows.values_list("before_enrolment", flat=True)) == [point.closes < TODAY for point in points]


def test_enrolment_needs_few_statements_whatever_the_number_of_visits(clinic: Clinic, clinician: Staff) -> None:
    load_packaged_protocol(by=None)

    def statements(today: date, imaging_interval: int) -> int:
        facts = PatientFacts(f"P{today.year}", "Eva", "Prueba", date(1970, 1, 1), "female", "neuroblastoma", True)
        treatment = TreatmentFacts(FIRST, activity_mbq=Decimal(18500))
        choices = PlanChoices(imaging_interval=imaging_interval)
        with CaptureQueriesContext(connection) as captured:
            enrol(clinic=clinic, patient=facts, treatment=treatment, choices=choices, by=clinician, today=today)
        return len(captured)

    few, many = statements(FIRST, 12), statements(date(2059, 1, 1), 6)
    few_visits, many_visits = (plan.visits.count() for plan in Plan.objects.order_by("followed_from"))
    assert many_visits > 2 * few_visits
    assert few == many <= 25


@pytest.mark.parametrize("first_day", [ANCHOR, TODAY])
def test_plan_extended_night_by_night_equals_a_fresh_one(clinic: Clinic, clinician: Staff, first_day: date) -> None:
    choices = PlanChoices(annual_interval=24, annual_reason="Far away.", followed_from=ANCHOR)
    old = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=first_day, choices=choices)
    last = date(2031, 3, 1)
    for night in (date(2028, 1, 31), date(2029, 6, 1), date(2029, 6, 2), last):
        extend_plans(today=night)
    fresh = enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=last, choices=choices)
    columns = ("timepoint", "kind", "target", "opens", "closes", "cost", "before_enrolment", "activities__activity")
    extended = old.visits.order_by("target", "kind", "activities__activity").values_list(*columns)
    assert list(extended) == list(fresh.visits.order_by("target", "kind", "activities__activity").values_list(*columns))


def test_extending_twice_in_a_night_changes_nothing(plan: Plan) -> None:
    night = date(2030, 1, 31)
    assert extend_plans(today=night) == 1
    before = everything()
    assert extend_plans(today=night) == 0
    assert everything() == before


def test_earlier_plan_and_closed_record_are_not_extended(patient: Patient, clinician: Staff, plan: Plan) -> None:
    first = give(patient, clinician, SECOND, ANCHOR)[0].plan
    withdraw_patient(patient=plan.patient, reason="Never existed.", by=clinician, today=TODAY)
    before = first.visits.count(), plan.visits.count()
    assert extend_plans(today=date(2035, 1, 1)) == 1
    assert (first.visits.count(), plan.visits.count()) == before


GIVEN = TreatmentFacts(ANCHOR)


@pytest.mark.parametrize(
    ("facts", "error", "field"),
    [
        (TreatmentFacts(date(2025, 6, 3)), InputRefused, "started_on"),
        (TreatmentFacts(date(1961, 3, 2)), InputRefused, "started_on"),
        (TreatmentFacts(SECOND), InputRefused, "started_on"),
        (TreatmentFacts(ANCHOR, product="I-125 GliaSite"), InputRefused, "product"),
        (TreatmentFacts(date(2023, 12, 3)), ReasonNeeded, "override_reason"),
        (TreatmentFacts(date(2023, 6, 8)), ReasonNeeded, "override_reason"),
        (TreatmentFacts(ANCHOR, activity_mbq=Decimal(299)), ReasonNeeded, "override_reason"),
        (TreatmentFacts(ANCHOR, weight_kg=Decimal(251)), ReasonNeeded, "override_reason"),
        (TreatmentFacts(date(2025, 6, 3), kind="dosimetric"), InputRefused, "started_on"),
    ],
    ids=lambda value: "",
)
def test_treatment_that_cannot_be_or_needs_a_reason_leaves_nothing(
    patient: Patient, clinician: Staff, facts: TreatmentFacts, error: type[DomainError], field: str
) -> None:
    give(patient, clinician, SECOND)
    before = everything()
    with pytest.raises(error) as refused:
        record_treatment(patient=patient, facts=facts, choices=PlanChoices(), by=clinician, today=TODAY)
    assert (type(refused.value), refused.value.field) == (error, field)
    assert everything() == before


@pytest.mark.parametrize("days", [89, 90])
def test_ninety_days_pass_and_eighty_nine_are_asked_about_on_either_side(
    patient: Patient, clinician: Staff, days: int
) -> None:
    give(patient, clinician, ANCHOR)
    for day in (ANCHOR.toordinal() - days, ANCHOR.toordinal() + days):
        if days == 90:
            assert give(patient, clinician, date.fromordinal(day))[0].state == "given"
        else:
            with pytest.raises(ReasonNeeded, match="Only 89 days"):
                give(patient, clinician, date.fromordinal(day))


@pytest.mark.parametrize(
    ("choices", "error", "field"),
    [
        (PlanChoices(imaging_interval=5), InputRefused, "imaging_interval"),
        (PlanChoices(annual_interval=24), ReasonNeeded, "annual_reason"),
        (PlanChoices(annual_interval=18, annual_reason="So."), InputRefused, "annual_interval"),
        (PlanChoices(late_imaging_interval=24), ReasonNeeded, "late_imaging_reason"),
    ],
)
def test_choice_the_protocol_does_not_offer_leaves_nothing(
    patient: Patient, clinician: Staff, choices: PlanChoices, error: type[DomainError], field: str
) -> None:
    before = everything()
    with pytest.raises(error) as refused:
        record_treatment(patient=patient, facts=GIVEN, choices=choices, by=clinician, today=TODAY)
    assert refused.value.field == field
    assert everything() == before


@pytest.mark.parametrize(
    "facts", [{"state": "given"}, {"kind": "dosimetric"}, {"state": "planned", "kind": "dosimetric"}]
)
def test_only_a_planned_therapeutic_treatment_is_confirmed(
    patient: Patient, clinician: Staff, facts: dict[str, str]
) -> None:
    treatment = give(patient, clinician, ANCHOR, **facts)[0]
    before = everything()
    with pytest.raises(TransitionRefused):
        confirm(treatment, clinician)
    assert everything() == before


def test_planned_treatment_is_confirmed_with_the_day_and_activity_it_was_given(
    patient: Patient, clinician: Staff
) -> None:
    planned = give(patient, clinician, date(2025, 6, 10), state="planned")[0]
    confirm(planned, clinician)
    planned.refresh_from_db()
    assert (planned.state, planned.started_on, planned.number, planned.activity_mbq) == (
        "given",
        date(2025, 6, 1),
        1,
        Decimal("18500.0"),
    )
    assert planned.plan.anchor == date(2025, 6, 1)


def test_planned_treatment_confirmed_for_a_future_day_stays_planned(patient: Patient, clinician: Staff) -> None:
    planned = give(patient, clinician, date(2025, 6, 10), state="planned")[0]
    before = everything()
    with pytest.raises(InputRefused, match="in the future"):
        confirm(planned, clinician, started_on=date(2025, 6, 10))
    assert everything() == before


def confirm(treatment: Treatment, by: Staff, started_on: date = date(2025, 6, 1)) -> Treatment:
    return confirm_treatment(
        treatment=treatment,
        started_on=started_on,
        activity_mbq=Decimal(18500),
        weight_kg=Decimal(70),
        override_reason="",
        choices=PlanChoices(),
        by=by,
        today=TODAY,
    )


def test_treatment_is_not_withdrawn_without_a_reason(patient: Patient, clinician: Staff) -> None:
    treatment = give(patient, clinician, ANCHOR)[0]
    before = everything()
    with pytest.raises(ReasonNeeded):
        withdraw_treatment(treatment=treatment, reason="", by=clinician, today=TODAY)
    assert everything() == before


def test_treatment_is_not_withdrawn_twice(patient: Patient, clinician: Staff) -> None:
    treatment = give(patient, clinician, ANCHOR)[0]
    withdraw_treatment(treatment=treatment, reason="Another person's.", by=clinician, today=TODAY)
    before = everything()
    with pytest.raises(TransitionRefused, match="already"):
        withdraw_treatment(treatment=Treatment.objects.get(pk=treatment.pk), reason="Again.", by=clinician, today=TODAY)
    assert everything() == before


@pytest.mark.parametrize("day", [date(2024, 1, 30), date(2024, 3, 7)])
def test_recovery_lies_between_the_infusion_and_today(plan: Plan, clinician: Staff, day: date) -> None:
    before = everything()
    with pytest.raises(InputRefused, match="between the infusion and today"):
        record_count_recovery(plan=plan, recovered_on=day, by=clinician, today=date(2024, 3, 6))
    assert everything() == before


def test_recovery_a_clinician_records_stands_whatever_the_results_told(plan: Plan, clinician: Staff) -> None:
    Plan.objects.filter(pk=plan.pk).update(counts_recovered_on=date(2024, 2, 20), recovery_by_rule=True)

    record_count_recovery(plan=plan, recovered_on=date(2024, 2, 27), by=clinician, today=date(2024, 3, 1))

    plan.refresh_from_db()
    assert (plan.counts_recovered_on, plan.recovery_by_rule) == (date(2024, 2, 27), False)
