"""What has to be decided about a visit's day: the same words on the worklist, the patient page, the visit, the API."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Staff
from schedules.actions import add_absence, book_visits, move_appointment, withdraw_absence
from schedules.actions.calendar import add_closure
from schedules.appointments.decisions import to_decide, visits_to_decide
from schedules.calendars import working_calendar
from schedules.models import Absence, Appointment, Plan, PlannedVisit
from schedules.pages.patient_page import shown_plans
from tests.api.conftest import ApiClient
from tests.factories import enrolled, visit_of
from tests.pdf import text_of

TODAY = date(2024, 3, 6)  # a Wednesday
MONDAY, WEEK6, FRIDAY = date(2024, 3, 11), date(2024, 3, 13), date(2024, 3, 15)  # week 6: window 10 to 16 March
AWAY = "the patient is away until Fri 15 Mar 2024 (school trip)"
NO_DAY = f"No day in its window: {AWAY}"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 6, 12, tzinfo=UTC), tick=False):
        yield


def decisions(plan: Plan, *, today: date = TODAY) -> dict[str, list[str]]:
    """What is listed of the clinic, in words; what is not listed has nothing to be decided within 30 days."""
    calendar = working_calendar(plan.clinic)
    listed = set(visits_to_decide(plan.clinic, calendar, today=today))
    said = {visit: to_decide(visit, calendar, today=today) for visit in PlannedVisit.objects.all()}
    assert listed == {visit.pk for visit, found in said.items() if found}
    return {f"{visit.timepoint} {visit.kind}": found for visit, found in said.items() if found}


def listed(plan: Plan) -> list[object]:
    return list(visits_to_decide(plan.clinic, working_calendar(plan.clinic), today=TODAY))


def away(plan: Plan, by: Staff, first_day: date = MONDAY, last_day: date = FRIDAY) -> Absence:
    return add_absence(patient=plan.patient, first_day=first_day, last_day=last_day, reason="school trip", by=by)


def booked(plan: Plan, by: Staff, on: date = WEEK6, **facts: Any) -> Appointment:
    return book_visits(visits=[visit_of(plan, "W6")], on=on, by=by, today=TODAY, **facts)


def test_absence_over_a_booking_is_listed_until_it_is_withdrawn(plan: Plan, clinician: Staff) -> None:
    booked(plan, clinician)
    before = decisions(plan)
    absence = away(plan, clinician)
    during = decisions(plan)
    withdraw_absence(absence=absence, by=clinician)
    assert (before, during, decisions(plan)) == ({}, {"W6 visit": [f"Booked, but {AWAY}"]}, {})


def test_absence_over_a_booking_is_listed_until_it_is_moved(plan: Plan, clinician: Staff) -> None:
    appointment = booked(plan, clinician)
    away(plan, clinician, first_day=WEEK6)
    during = decisions(plan)
    move_appointment(appointment=appointment, on=MONDAY, by=clinician, today=TODAY)
    assert (during, decisions(plan)) == ({"W6 visit": [f"Booked, but {AWAY}"]}, {})


def test_window_without_a_day_because_of_an_absence_is_listed_until_it_is_withdrawn(
    plan: Plan, clinician: Staff
) -> None:
    absence = away(plan, clinician)  # only the weekend is left, and the clinic does not work then
    during = decisions(plan)
    withdraw_absence(absence=absence, by=clinician)
    assert (during, decisions(plan)) == ({"W6 visit": [NO_DAY]}, {})


@pytest.mark.parametrize(
    ("first_day", "last_day", "today", "said"),
    [
        (date(2024, 3, 12), FRIDAY, TODAY, []),  # Monday is left
        (date(2024, 3, 12), FRIDAY, date(2024, 3, 12), [f"No day left in its window: {AWAY}"]),
        (MONDAY, date(2024, 3, 14), TODAY, []),  # Friday is left
        (date(2024, 3, 9), date(2024, 3, 17), date(2024, 3, 17), []),  # over: it is overdue
    ],
    ids=["first day left", "first day past", "last day left", "window over"],
)
def test_window_counts_the_working_days_that_are_left(
    plan: Plan, clinician: Staff, first_day: date, last_day: date, today: date, said: list[str]
) -> None:
    away(plan, clinician, first_day, last_day)
    assert decisions(plan, today=today).get("W6 visit", []) == said


def test_two_absences_and_a_closure_together_leave_no_day(plan: Plan, clinician: Staff) -> None:
    away(plan, clinician, last_day=date(2024, 3, 12))
    add_closure(clinic=plan.clinic, first_day=WEEK6, last_day=WEEK6, reason="move", by=clinician)
    some = decisions(plan)
    away(plan, clinician, first_day=date(2024, 3, 14))
    assert (some, decisions(plan)) == ({}, {"W6 visit": [NO_DAY]})


def test_all_that_stands_against_a_booked_day_is_said_at_once(plan: Plan, clinician: Staff) -> None:
    late = date(2024, 3, 19)
    booked(plan, clinician, on=late, reason="They asked for it.")
    add_closure(clinic=plan.clinic, first_day=late, last_day=late, reason="move", by=clinician)
    away(plan, clinician, late, late)
    assert decisions(plan) == {
        "W6 visit": [
            "Booked outside its window",
            "Booked, but the clinic does not work on that day (closed: move)",
            "Booked, but the patient is away until Tue 19 Mar 2024 (school trip)",
        ]
    }


def test_absence_is_of_one_patient(plan: Plan, clinician: Staff) -> None:
    other = enrolled(by=clinician, clinic=plan.clinic, started_on=plan.anchor, today=TODAY)
    booked(plan, clinician)
    away(other, clinician)
    assert (decisions(plan), listed(plan)) == ({"W6 visit": [NO_DAY]}, [visit_of(other, "W6").pk])


def test_worklist_patient_page_and_visit_say_the_same(client: Client, plan: Plan, clinician: Staff) -> None:
    client.force_login(clinician)
    away(plan, clinician)
    visit = visit_of(plan, "W6")

    groups = {group.key: group for group in client.get("/").context["groups"]}
    pages = [
        unescape(client.get(reverse(f"schedules:{name}", args=[pk])).content.decode())
        for name, pk in (("patient", plan.patient_id), ("visit", visit.pk))
    ]

    assert [(row.visit, row.why) for row in groups["decision"].rows] == [(visit, NO_DAY)]
    assert visit.pk not in {row.visit.pk for key in ("due", "week", "month") for row in groups[key].rows}
    assert [NO_DAY in page for page in pages] == [True, True]


def test_page_api_paper_and_booking_suggest_the_same_day(client: Client, plan: Plan, clinician: Staff) -> None:
    client.force_login(clinician)
    away(plan, clinician, first_day=WEEK6)  # the target, Wednesday, to Friday
    visit = visit_of(plan, "W6")

    booking = client.get(reverse("schedules:book", args=[visit.pk])).context["form"]["on"].value()
    page = client.get(reverse("schedules:visit", args=[visit.pk])).context["trace"]
    (row,) = [row for row in shown_plans(plan.patient, today=TODAY)[0].rows if row.visit == visit]
    why = ApiClient(clinician).get(f"visits/{visit.pk}/why").json()
    paper = client.get(reverse("schedules:visit_plan_pdf", args=[plan.patient_id])).content

    tuesday = date(2024, 3, 12)
    assert (booking, page.suggested, row.trace.suggested, why["suggested"]) == (*[tuesday] * 3, tuesday.isoformat())
    assert page.shifted_because == "the patient is away"
    assert "Tue 12 Mar 2024" in text_of(paper)
