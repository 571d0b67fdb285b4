"""The statuses in SQL are those of the pure functions: every combination of facts is stored and asked for both ways."""

from datetime import date, timedelta
from itertools import product

import pytest

from accounts.models import Clinic, Staff
from schedules.models import Appointment, Plan, PlannedVisit, VisitRecord
from schedules.plans.planning import facts_of
from schedules.protocol import Status, count_clock, shown_status
from tests.factories import enrolled

TODAY = date(2024, 6, 12)
WINDOWS = [(-40, -20), (-7, -1), (-7, 0), (0, 7), (-3, 3), (1, 8), (7, 21), (8, 22), (40, 60)]


def day(offset: int | None) -> date | None:
    return None if offset is None else TODAY + timedelta(days=offset)


@pytest.fixture
def every_combination(plan: Plan, clinic: Clinic) -> list[PlannedVisit]:
    """One visit for each combination of window, stored status, specimen, place and appointment."""
    appointments = {
        offset: Appointment.objects.create(clinic=clinic, patient=plan.patient, on=day(offset)) for offset in (-1, 0, 5)
    }
    statuses = [("planned", None), *((status, None) for status in ("missed", "not_applicable", "superseded"))]
    done = [("done", offset) for offset in (-50, -7, -3, 0, -20, -10)]
    facts = product(
        WINDOWS, [*statuses, *done, ("cancelled", None)], (None, -1, 0), (False, True), (None, *appointments)
    )
    visits = [
        PlannedVisit(
            clinic=clinic,
            patient=plan.patient,
            plan=plan,
            timepoint=f"T{number}",
            kind="visit",
            phase="months",
            opens=day(opens),
            target=day(opens),
            closes=day(closes),
            cost=100,
            before_enrolment=day(closes) < plan.followed_from,
            status=status,
            done_on=day(done_on),
            drawn_on=day(drawn_on),
            elsewhere=elsewhere,
            appointment=appointments.get(booked),
        )
        for number, ((opens, closes), (status, done_on), drawn_on, elsewhere, booked) in enumerate(facts)
    ]
    PlannedVisit.objects.filter(plan=plan).update(status="superseded")
    PlannedVisit.objects.bulk_create(visits)
    return list(PlannedVisit.objects.filter(timepoint__startswith="T").select_related("plan", "appointment"))


@pytest.mark.parametrize("followed_from", [date(2024, 1, 31), TODAY - timedelta(days=19)])
def test_shown_statuses_in_sql_are_those_of_the_pure_function(
    plan: Plan, followed_from: date, request: pytest.FixtureRequest
) -> None:
    plan.followed_from = followed_from
    plan.save()
    stored = request.getfixturevalue("every_combination")

    asked = {status: set(ids(PlannedVisit.objects.shown_as(status, on=TODAY))) for status in Status}

    decided: dict[Status, set[object]] = {status: set() for status in Status}
    for visit in stored:
        decided[shown_status(facts_of(visit), TODAY)].add(visit.pk)
    assert asked == decided
    assert {status for status, found in decided.items() if not found} <= {Status.BEFORE_ENROLMENT, Status.ON_HOLD}


def ids(visits: object) -> list[object]:
    return list(visits.filter(timepoint__startswith="T").values_list("pk", flat=True))


def test_groups_by_date_are_parts_of_their_statuses(every_combination: list[PlannedVisit]) -> None:
    on, week = {"on": TODAY}, TODAY + timedelta(days=7)
    asked = PlannedVisit.objects

    assert ids(asked.opening(on=TODAY, after=TODAY, until=week)) == ids(asked.shown_as(Status.DUE_SOON, on=TODAY))
    assert ids(asked.opening(on=TODAY, after=week, until=date.max)) == ids(asked.shown_as(Status.PLANNED, on=TODAY))
    assert ids(asked.overdue(**on)) == ids(asked.shown_as(Status.OVERDUE, **on))
    assert ids(asked.due(**on)) == ids(asked.shown_as(Status.DUE, **on))
    assert ids(asked.booked(**on)) == ids(asked.shown_as(Status.BOOKED, **on))
    assert ids(asked.awaiting_result()) == ids(asked.shown_as(Status.AWAITING_RESULT, **on))
    assert {v.drawn_on for v in asked.awaiting_result(drawn_before=TODAY)} == {TODAY - timedelta(days=1)}
    assert {v.appointment.on for v in asked.booked(**on, until=TODAY)} == {TODAY}
    assert all(not v.opens <= v.appointment.on <= v.closes for v in asked.booked_unfit(**on)), (
        "a booking inside its window needs no decision"
    )


def test_windows_within_closed_days_are_found(every_combination: list[PlannedVisit]) -> None:
    closed = [(day(-7), day(3)), (day(40), day(60))]

    found = PlannedVisit.objects.filter(timepoint__startswith="T").within(closed)

    windows = {((v.opens - TODAY).days, (v.closes - TODAY).days) for v in found}
    assert windows == {(-7, -1), (-7, 0), (-3, 3), (40, 60)}
    assert list(PlannedVisit.objects.within([])) == []


@pytest.mark.parametrize("followed_from", [0, 20, 60])
@pytest.mark.parametrize("recovered_on", [None, 40])
@pytest.mark.parametrize("last_count", [None, 0, 30, 45])
@pytest.mark.parametrize(("reported", "severe"), [(None, False), (35, False), (35, True)])
def test_counts_overdue_in_sql_are_those_of_the_clock(
    clinic: Clinic,
    clinician: Staff,
    plan: Plan,
    followed_from: int,
    recovered_on: int | None,
    last_count: int | None,
    reported: int | None,
    severe: bool,
) -> None:
    after = {n: plan.anchor + timedelta(days=n) for n in range(120)}
    plan.followed_from, plan.counts_recovered_on = after[followed_from], after.get(recovered_on)
    plan.result_count_on, plan.result_count_severe = after.get(reported), severe
    plan.save()
    if last_count is not None:
        VisitRecord.objects.create(
            clinic=clinic,
            patient=plan.patient,
            occurred_on=after[last_count],
            activities=["cbc"],
            recorded_by=clinician,
        )

    asked = {n for n, today in after.items() if Plan.objects.counts_overdue(on=today).exists()}

    last_specimen_on = after[max(last_count or 0, reported or 0)] if last_count or reported else after.get(last_count)
    assert asked == {n for n, today in after.items() if is_overdue(plan, last_specimen_on, today)}


def is_overdue(plan: Plan, last_specimen_on: date | None, today: date) -> bool:
    clock = count_clock(
        plan.anchor,
        followed_from=plan.followed_from,
        last_specimen_on=last_specimen_on,
        today=today,
        severe=plan.result_count_severe,
        recovered_on=plan.counts_recovered_on,
    )
    return clock is not None and clock.overdue


def test_withdrawn_count_and_one_before_the_infusion_do_not_stop_the_clock(
    clinic: Clinic, clinician: Staff, plan: Plan
) -> None:
    today = plan.anchor + timedelta(days=30)
    common = {"clinic": clinic, "patient": plan.patient, "activities": ["cbc"], "recorded_by": clinician}
    VisitRecord.objects.create(occurred_on=today, withdrawn=True, **common)
    VisitRecord.objects.create(occurred_on=plan.anchor - timedelta(days=1), **common)

    assert [p.last_count_on for p in Plan.objects.counts_overdue(on=today)] == [None]


def test_counts_of_an_earlier_plan_are_nobody_s_clock(clinic: Clinic, clinician: Staff) -> None:
    plan = enrolled(by=clinician, clinic=clinic, started_on=date(2024, 1, 31), today=date(2024, 1, 31))
    Plan.objects.filter(pk=plan.pk).update(is_current=False)

    assert list(Plan.objects.counts_overdue(on=date(2024, 3, 1))) == []
