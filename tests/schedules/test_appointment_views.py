"""Booking on pages: the suggested day, one trip for several visits, moving and cancelling."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Staff
from schedules.actions import book_visits
from schedules.appointments.days import companions, diary_of, suggestion
from schedules.models import Appointment, ClinicClosure, Plan, PlannedVisit
from tests.factories import MembershipFactory, enrolled, visit_of

TODAY = date(2024, 3, 27)
FROM_WORKLIST = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 27, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def signed_in(client: Client, clinician: Staff) -> Client:
    client.force_login(clinician)
    return client


def page(visit: PlannedVisit) -> str:
    return reverse("schedules:book", args=[visit.pk])


def mistakes(response: Any) -> tuple[int, list[str]]:
    return response.status_code, list(response.context["form"].errors)


@pytest.mark.parametrize(
    ("timepoint", "today", "day"),
    [
        ("M2", date(2024, 3, 1), date(2024, 4, 1)),  # target Easter Sunday; Saturday does not count either
        ("M2", date(2024, 4, 2), date(2024, 4, 2)),  # after the target: not a day that has passed
        ("M2", date(2024, 4, 7), date(2024, 4, 8)),  # the window's last day is a Sunday: the next working day
        ("W1", date(2024, 4, 6), date(2024, 4, 8)),  # overdue on a Saturday
        ("W8", date(2024, 3, 1), date(2024, 3, 27)),
    ],
)
def test_suggested_day_works_is_near_the_target_and_not_past(
    plan: Plan, timepoint: str, today: date, day: date
) -> None:
    visit = visit_of(plan, timepoint)
    assert suggestion([visit], diary_of(plan.patient, [visit], today=today), today=today) == day


def test_suggested_day_lies_after_a_closure_that_fills_the_window(plan: Plan) -> None:
    ClinicClosure.objects.create(
        clinic=plan.clinic, first_day=date(2024, 3, 20), last_day=date(2024, 4, 9), reason="move"
    )

    visit = visit_of(plan, "W8")
    assert suggestion([visit], diary_of(plan.patient, [visit], today=TODAY), today=TODAY) == date(2024, 4, 10)


@pytest.mark.parametrize(
    ("day", "others"), [(date(2024, 3, 27), ["M2"]), (date(2024, 6, 15), []), (date(2024, 4, 23), ["M3", "M3"])]
)
def test_companions_are_the_other_visits_whose_window_holds_the_day(plan: Plan, day: date, others: list[str]) -> None:
    assert [v.timepoint for v in companions(visit_of(plan, "W8"), day, today=TODAY)] == others


def test_booking_from_the_row_covers_the_chosen_visits(signed_in: Client, plan: Plan) -> None:
    visit, other = visit_of(plan, "W8"), visit_of(plan, "M2")
    entered = {"on": "2024-03-28", "at": "09:30", "place": "Room 2", "visits": [str(other.pk)]}

    response = signed_in.post(page(visit), entered, headers=FROM_WORKLIST)

    appointment = Appointment.objects.get()
    assert (appointment.on, appointment.at, appointment.place) == (date(2024, 3, 28), time(9, 30), "Room 2")
    assert set(appointment.visits.all()) == {visit, other}
    assert response.context["row"].status == "Booked"


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"on": "2024-03-26"}, ["on"]),
        ({"on": "2024-04-02"}, ["reason"]),
        ({"on": "2024-03-29"}, ["reason"]),  # Good Friday, in the window
        ({"on": ""}, ["on"]),
        ({"on": "2024-03-28", "at": "25:00"}, ["at"]),
        ({"on": "2024-03-28", "visits": ["01890000-0000-7000-8000-000000000000"]}, ["visits"]),
    ],
)
def test_mistake_stands_at_its_field_and_nothing_is_booked(
    signed_in: Client, plan: Plan, entered: dict[str, Any], fields: list[str]
) -> None:
    assert mistakes(signed_in.post(page(visit_of(plan, "W8")), entered)) == (422, fields)
    assert Appointment.objects.count() == 0


def test_unusual_day_is_booked_with_a_reason(signed_in: Client, plan: Plan) -> None:
    signed_in.post(page(visit_of(plan, "W8")), {"on": "2024-04-02", "reason": "travels from far"})

    assert Appointment.objects.get().outside_window_reason == "travels from far"


def test_another_day_in_the_form_shows_what_it_means(signed_in: Client, plan: Plan) -> None:
    headers = {"HX-Request": "true", "HX-Target": "day"}

    day = signed_in.get(page(visit_of(plan, "W8")), {"on": "2024-03-31"}, headers=headers).context["day"]

    assert list(day.concerns) == [
        "Week 8: Sun 31 Mar 2024 is outside the window Sun 24 Mar 2024 to Sat 30 Mar 2024.",
        "The clinic does not work on Sun 31 Mar 2024 (not a working weekday).",
    ]
    assert [visit.timepoint for visit in day.companions] == ["M2"]


def test_booked_visit_is_moved_by_the_same_page(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    visit = visit_of(plan, "W8")
    book_visits(visits=[visit, visit_of(plan, "M2")], on=date(2024, 3, 28), by=clinician, today=TODAY)

    form = signed_in.get(page(visit)).context["form"]
    signed_in.post(page(visit), {"on": "2024-03-27", "at": "10:00", "place": ""})

    appointment = Appointment.objects.get()
    assert form["on"].value() == date(2024, 3, 28)
    assert (appointment.on, appointment.moves, appointment.visits.count()) == (date(2024, 3, 27), 1, 2)


def test_cancelling_needs_a_reason(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    visit = visit_of(plan, "W8")
    appointment = book_visits(visits=[visit], on=date(2024, 3, 28), by=clinician, today=TODAY)
    cancel = reverse("schedules:cancel_appointment", args=[appointment.pk])

    refused = signed_in.post(cancel, {"reason": "", "cancelled_by": "patient"})
    response = signed_in.post(cancel, {"reason": "ill", "cancelled_by": "patient", "next": "/"})

    assert mistakes(refused) == (422, ["reason"])
    assert response.url == "/"
    visit.refresh_from_db()
    assert visit.appointment is None


def test_appointment_of_another_clinic_does_not_exist(signed_in: Client) -> None:
    other = MembershipFactory()
    plan = enrolled(by=other.staff, clinic=other.clinic, started_on=date(2024, 1, 31), today=TODAY)
    appointment = book_visits(visits=[visit_of(plan, "W8")], on=date(2024, 3, 28), by=other.staff, today=TODAY)

    response = signed_in.post(reverse("schedules:cancel_appointment", args=[appointment.pk]), {"reason": "x"})

    assert response.status_code == 404
