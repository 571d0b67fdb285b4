"""The load ahead: what the weeks expect, counted by the database, as page, file and through the API."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions import create_api_token
from accounts.models import Clinic, Staff
from schedules.actions import book_visits, mark_missed, record_visit
from schedules.models import Capacity, ClinicClosure, Plan, PlannedVisit
from schedules.reports.load import DRAWS, Load, load_ahead
from schedules.reports.pictures import load_picture
from tests.factories import ClinicFactory, MembershipFactory, enrolled, visit_of

TODAY = date(2024, 3, 20)  # a Wednesday, day 49 of the plan
THIS_WEEK = date(2024, 3, 18)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 20, 12, tzinfo=UTC), tick=False):
        yield


def expected(load: Load, column: str) -> dict[date, tuple[int, int]]:
    """Count and booked by Monday, where there is anything."""
    return {week.monday: (each.count, each.booked) for week, each in load.of(column) if each.count}


def first_weeks(load: Load, column: str, weeks: int = 4) -> list[int]:
    return [each.count for _, each in load.of(column)][:weeks]


def test_weeks_hold_what_the_plan_expects(plan: Plan) -> None:
    load = load_ahead(plan.clinic, today=TODAY)

    # week 7 is today; week 8 is 27 March, month 2 on Sunday 31 March, in the same ISO week
    assert first_weeks(load, DRAWS) == [1, 2, 0, 0]
    assert first_weeks(load, "physician_visit") == [0, 1, 0, 0]
    assert min(expected(load, "mibg_scan")) == date(2024, 4, 29)
    assert load.overdue == 6
    assert (load.weeks[0].monday, load.weeks[0].name) == (THIS_WEEK, "2024-W12")
    assert load.weeks[-1].monday <= date(2026, 3, 20) <= load.weeks[-1].sunday


def test_one_draw_serves_all_of_a_patient_on_a_day(plan: Plan, clinician: Staff) -> None:
    visits = [visit_of(plan, "W8"), visit_of(plan, "M2")]
    book_visits(visits=visits, on=date(2024, 3, 27), by=clinician, today=TODAY)

    load = load_ahead(plan.clinic, today=TODAY)

    assert expected(load, DRAWS)[date(2024, 3, 25)] == (1, 1)


def test_booked_visit_stands_in_the_week_of_its_appointment(plan: Plan, clinician: Staff) -> None:
    book_visits(visits=[visit_of(plan, "M2")], on=date(2024, 4, 4), by=clinician, today=TODAY)

    load = load_ahead(plan.clinic, today=TODAY)

    assert first_weeks(load, "physician_visit") == [0, 0, 1, 0]
    assert expected(load, "physician_visit")[date(2024, 4, 1)] == (1, 1)


def test_past_appointment_counts_as_none_and_what_is_due_by_now_as_this_week(plan: Plan, clinician: Staff) -> None:
    book_visits(visits=[visit_of(plan, "M2")], on=date(2024, 4, 1), by=clinician, today=TODAY)

    load = load_ahead(plan.clinic, today=date(2024, 4, 3))

    assert expected(load, "physician_visit")[date(2024, 4, 1)] == (1, 0)


def test_what_is_done_missed_on_hold_or_of_somebody_we_do_not_follow_is_not_expected(
    plan: Plan, clinician: Staff, clinic: Clinic
) -> None:
    record_visit(visit=visit_of(plan, "W7"), occurred_on=TODAY, outcomes={"cbc": "done"}, by=clinician, today=TODAY)
    mark_missed(visit=visit_of(plan, "W6"), reason="Snow", next_step="None", by=clinician, today=TODAY)
    PlannedVisit.objects.filter(plan=plan, timepoint="W8").update(on_hold="pregnancy")
    left = enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY)
    left.patient.care = "transferred"
    left.patient.save()
    enrolled(by=clinician, clinic=ClinicFactory(), started_on=plan.anchor, today=TODAY)

    load = load_ahead(clinic, today=TODAY)

    assert first_weeks(load, DRAWS) == [0, 1, 0, 0]
    assert load.overdue == 5


def test_room_is_the_places_of_the_days_the_clinic_works(plan: Plan) -> None:
    Capacity.objects.create(clinic=plan.clinic, activity="physician_visit", places=2)
    ClinicClosure.objects.create(
        clinic=plan.clinic, first_day=date(2024, 4, 1), last_day=date(2024, 4, 2), reason="move"
    )
    load = load_ahead(plan.clinic, today=TODAY)

    # of this week Wednesday to Friday are left; 29 March is Good Friday
    assert [each.places for _, each in load.of("physician_visit")][:4] == [6, 8, 6, 10]
    assert [each.places for _, each in load.of(DRAWS)][:1] == [None]


def test_more_than_there_is_room_for_is_marked(plan: Plan, clinician: Staff, client: Client) -> None:
    Capacity.objects.create(clinic=plan.clinic, activity="cbc", places=0)
    client.force_login(clinician)

    page = client.get(reverse("schedules:load"))

    assert [each.too_many for _, each in page.context["load"].of("cbc")][:3] == [True, True, False]
    assert "Too many" in page.content.decode()


def test_load_asks_as_often_for_one_patient_as_for_three(clinic: Clinic, plan: Plan, clinician: Staff) -> None:
    with CaptureQueriesContext(
        connection,
    ) as one:
        load_ahead(clinic, today=TODAY)
    for _ in range(2):
        enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY)
    with CaptureQueriesContext(connection) as three:
        load = load_ahead(clinic, today=TODAY)

    assert len(one) == len(three) <= 5
    assert first_weeks(load, DRAWS) == [3, 6, 0, 0]


def test_picture_and_file_say_the_same_as_the_table(plan: Plan, clinician: Staff, client: Client) -> None:
    book_visits(visits=[visit_of(plan, "W8")], on=date(2024, 3, 27), by=clinician, today=TODAY)
    client.force_login(clinician)
    load = load_ahead(plan.clinic, today=TODAY)

    draws, *_ = load_picture(load)["vconcat"]
    drawn = draws["layer"][0]["data"]["values"]
    assert [row["says"] for row in drawn][:2] == [
        "18–24 Mar 2024: 1 Draws, 0 booked",
        "25–31 Mar 2024: 2 Draws, 1 booked",
    ]
    answer = client.get(reverse("schedules:load_file"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [(row["week"], row["Draws"], row["Draws, booked"], row["Draws, places"]) for row in rows[:2]] == [
        ("2024-W12", "1", "0", ""),
        ("2024-W13", "2", "1", ""),
    ]
    assert len(rows) == len(load.weeks)


def test_page_of_a_clinic_without_plans_says_what_to_do(client: Client, db: None) -> None:
    client.force_login(MembershipFactory().staff)

    page = client.get(reverse("schedules:load")).content.decode()

    assert "No plan expects anything yet" in page
    assert reverse("schedules:load_file") not in page


def test_api_returns_the_weeks(plan: Plan, clinician: Staff, client: Client) -> None:
    _, secret = create_api_token(staff=clinician, name="test", valid_for=None)

    answer = client.get(f"/api/v1/clinics/{plan.clinic_id}/load", headers={"Authorization": f"Token {secret}"}).json()

    assert answer["columns"] == [DRAWS, "physician_visit", "mibg_scan", "anatomical_imaging"]
    assert answer["weeks"][1] == {
        "week": "2024-W13",
        "monday": "2024-03-25",
        "expected": [
            {"column": DRAWS, "count": 2, "booked": 0, "places": None},
            {"column": "physician_visit", "count": 1, "booked": 0, "places": None},
            {"column": "mibg_scan", "count": 0, "booked": 0, "places": None},
            {"column": "anatomical_imaging", "count": 0, "booked": 0, "places": None},
        ],
    }
