"""The clinic's days and weeks: who comes, what stands against it, free places; absences; places a day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Clinic, Role, Staff
from schedules.actions import add_absence, book_visits, mark_not_attended, set_capacity
from schedules.appointments.agenda import agenda, booked_in
from schedules.appointments.days import LOCAL_LABORATORY
from schedules.models import Absence, Appointment, Capacity, ClinicClosure, Plan
from tests.factories import MembershipFactory, enrolled, visit_of

TODAY = date(2024, 3, 6)  # a Wednesday
DAY = date(2024, 3, 13)  # week 6: window 10 to 16 March
CHILD = date(2016, 5, 1)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(datetime(2024, 3, 6, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def signed_in(client: Client, clinician: Staff) -> Client:
    client.force_login(clinician)
    return client


def book(plan: Plan, by: Staff, **facts: Any) -> Appointment:
    entered = {"on": DAY, "by": by, "today": TODAY, "visits": [visit_of(plan, "W6")], **facts}
    return book_visits(**entered)


def another(plan: Plan, by: Staff, **facts: Any) -> Plan:
    return enrolled(by=by, clinic=plan.clinic, started_on=plan.anchor, today=TODAY, **facts)


def test_day_names_every_conflict_though_a_reason_was_given(plan: Plan, clinician: Staff) -> None:
    other = another(plan, clinician)
    sunday = date(2024, 3, 10)
    add_absence(patient=plan.patient, first_day=sunday, last_day=date(2024, 3, 12), by=clinician)
    at = {"on": sunday, "at": time(9), "reason": "So.", "person": "Dr Díaz"}
    book(plan, clinician, visits=[visit_of(plan, "W7")], **at)
    book(plan, clinician, **at)
    book(other, clinician, **(at | {"person": "dr diaz"}))

    (day,) = agenda(plan.clinic, sunday, sunday)

    assert day.closed == "not a working weekday"
    of_the_day, person = "The clinic does not work: not a working weekday", "is booked twice at this time"
    away, patient = "The patient is away until Tue 12 Mar 2024", "The patient is booked twice at this time"
    assert {(entry.appointment.patient_id, *entry.what): entry.conflicts for entry in day.entries} == {
        (plan.patient_id, "Week 7"): [
            *("Outside the window of Week 7", of_the_day, away, patient, f"Dr Díaz {person}")
        ],
        (plan.patient_id, "Week 6"): [of_the_day, away, patient, f"Dr Díaz {person}"],
        (other.patient_id, "Week 6"): [of_the_day, f"dr diaz {person}"],
    }


def test_day_counts_its_places(plan: Plan, clinician: Staff) -> None:
    set_capacity(clinic=plan.clinic, activity="cbc", places=1, by=clinician, today=TODAY)
    set_capacity(clinic=plan.clinic, activity="mibg_scan", places=2, by=clinician, today=TODAY)
    book(plan, clinician)

    (day,) = agenda(plan.clinic, DAY, DAY)

    assert [(each.activity, each.free, each.over) for each in day.places] == [("cbc", 0, 0), ("mibg_scan", 2, 0)]


def test_child_who_did_not_come_was_not_brought_and_the_day_says_for_what(plan: Plan, clinician: Staff) -> None:
    child = another(plan, clinician, birth_date=CHILD)
    mark_not_attended(appointment=book(child, clinician), by=clinician, today=DAY)

    (entry,) = agenda(plan.clinic, DAY, DAY)[0].entries

    assert (entry.state, entry.what, entry.conflicts) == ("Was not brought", ["Week 6"], [])


@pytest.mark.parametrize("number", [1, 3])
def test_week_takes_the_same_queries_for_any_number_of_appointments(plan: Plan, clinician: Staff, number: int) -> None:
    set_capacity(clinic=plan.clinic, activity="cbc", places=9, by=clinician, today=TODAY)
    mark_not_attended(appointment=book(another(plan, clinician), clinician), by=clinician, today=DAY)
    for _ in range(number):
        book(another(plan, clinician), clinician, at=time(9))
    with CaptureQueriesContext(connection) as queries:
        agenda(plan.clinic, DAY, date(2024, 3, 19))
    assert len(queries) == 8


def test_week_has_seven_days_from_monday_and_closed_ones_say_why(signed_in: Client, plan: Plan) -> None:
    ClinicClosure.objects.create(clinic=plan.clinic, first_day=DAY, last_day=DAY, reason="move")

    response = signed_in.get("/calendar/week/2024-03-14/")

    assert [day.on.day for day in response.context["days"]] == [11, 12, 13, 14, 15, 16, 17]
    assert "Closed: move" in response.content.decode()
    assert signed_in.get("/calendar/week/").context["monday"] == date(2024, 3, 4)
    assert (response.context["before"], response.context["after"]) == (date(2024, 3, 4), date(2024, 3, 18))


def test_patient_came_or_nobody_came_is_said_on_the_day(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    first = book(plan, clinician, visits=[visit_of(plan, "W5")], on=TODAY)
    child = another(plan, clinician, birth_date=CHILD)
    second = book(child, clinician, visits=[visit_of(child, "W5")], on=TODAY)

    signed_in.post(reverse("schedules:attended", args=[first.pk]))
    form = signed_in.get(reverse("schedules:not_attended", args=[second.pk]))
    told = signed_in.post(reverse("schedules:not_attended", args=[second.pk]), {"reason": "called"}, follow=True)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, second.closing_reason) == ("attended", "did_not_attend", "called")
    assert "Was not brought on Wed 6 Mar 2024?" in form.content.decode()
    assert [str(message) for message in told.context["messages"]][-1] == (
        "Ask the family what stood in the way. Thu 7 Mar 2024 suits for a new date."
    )


def test_day_on_which_nobody_came_is_not_suggested_again(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    visit = visit_of(plan, "W5")  # window 3 to 9 March
    mark_not_attended(appointment=book(plan, clinician, visits=[visit], on=TODAY), by=clinician, today=TODAY)

    context = signed_in.get(reverse("schedules:book", args=[visit.pk])).context
    proposal = signed_in.get(reverse("schedules:fewest_trips", args=[plan.patient_id])).context["proposal"]
    booked = book(plan, clinician, visits=[visit], on=TODAY)  # they came late all the same: it asks for no reason

    assert ([day.on.day for day in context["free"]], context["form"]["on"].value()) == ([7, 8], date(2024, 3, 7))
    assert (proposal.trips[0].on, booked.outside_window_reason) == (date(2024, 3, 7), "")


def test_moving_offers_days_that_suit_all_that_is_booked_together(
    signed_in: Client, plan: Plan, clinician: Staff
) -> None:
    together = [visit_of(plan, "W8"), visit_of(plan, "M2")]  # windows 24 to 30 March, 24 March to 7 April
    book(plan, clinician, visits=together, on=date(2024, 3, 26))
    page = reverse("schedules:book", args=[together[1].pk])

    context = signed_in.get(page).context
    late = signed_in.get(page, {"on": "2024-04-03"}).context

    assert [day.on.day for day in context["free"]] == [28, 27, 26, 25]  # nearest to month 2, inside week 8
    assert context["others"] == [together[0]]
    assert late["day"].concerns == ["Week 8: Wed 3 Apr 2024 is outside the window Sun 24 Mar 2024 to Sat 30 Mar 2024."]


def test_what_is_booked_near_home_is_moved_whatever_places_are_free(
    signed_in: Client, plan: Plan, clinician: Staff
) -> None:
    set_capacity(clinic=plan.clinic, activity="cbc", places=0, by=clinician, today=TODAY)
    book(plan, clinician, place=LOCAL_LABORATORY)

    context = signed_in.get(reverse("schedules:book", args=[visit_of(plan, "W6").pk])).context

    assert [(day.on.day, day.left) for day in context["free"]] == [(day, {}) for day in (13, 12, 14, 11, 15)]


def test_appointment_still_to_come_is_not_over(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    appointment = book(plan, clinician)

    answers = [
        signed_in.post(reverse(f"schedules:{name}", args=[appointment.pk])).status_code
        for name in ("not_attended", "attended")
    ]

    appointment.refresh_from_db()
    assert (answers, appointment.state) == ([422, 302], "booked")


def test_absence_is_entered_and_says_what_is_booked_in_it(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    book(plan, clinician)
    add = reverse("schedules:add_absence", args=[plan.patient_id])

    told = signed_in.post(add, {"first_day": "2024-03-11", "last_day": "2024-03-15", "reason": "trip"}, follow=True)

    absence = Absence.objects.get()
    assert (absence.first_day, absence.last_day, absence.reason) == (date(2024, 3, 11), date(2024, 3, 15), "trip")
    assert [str(message) for message in told.context["messages"]] == [
        "Away from Mon 11 Mar 2024 to Fri 15 Mar 2024.",
        "1 appointment falls into these days: move what cannot stay.",
    ]


@pytest.mark.parametrize(
    ("entered", "fields"),
    [
        ({"first_day": "2024-03-12", "last_day": "2024-03-11"}, ["last_day"]),
        ({"first_day": "2024-03-12", "last_day": "2025-03-13"}, ["last_day"]),
        ({"first_day": "", "last_day": "2024-03-13"}, ["first_day"]),
    ],
)
def test_mistake_in_an_absence(signed_in: Client, plan: Plan, entered: dict[str, str], fields: list[str]) -> None:
    response = signed_in.post(reverse("schedules:add_absence", args=[plan.patient_id]), entered)

    assert (response.status_code, list(response.context["form"].errors)) == (422, fields)
    assert Absence.objects.count() == 0


def test_absences_are_read_by_those_who_may_not_enter_them(client: Client, plan: Plan, clinician: Staff) -> None:
    booked = book(plan, clinician)
    absence = add_absence(patient=plan.patient, first_day=DAY, last_day=DAY, by=clinician)
    client.force_login(MembershipFactory(clinic=plan.clinic, role=Role.AUDITOR).staff)
    page = reverse("schedules:absences", args=[plan.patient_id])

    read = client.get(page)
    entered = client.post(
        reverse("schedules:add_absence", args=[plan.patient_id]), {"first_day": "2024-03-11", "last_day": "2024-03-11"}
    )

    assert read.context["coming"] == [(absence, [booked])]
    assert ("Week 6" in read.content.decode(), "Add absence" in read.content.decode()) == (True, False)
    assert (entered.status_code, Absence.objects.count()) == (403, 1)


@pytest.mark.parametrize("number", [1, 3])
def test_absences_take_the_same_queries_for_any_number(plan: Plan, clinician: Staff, number: int) -> None:
    book(plan, clinician)
    for _ in range(number):
        add_absence(patient=plan.patient, first_day=DAY, last_day=DAY, by=clinician)
    with CaptureQueriesContext(connection) as queries:
        found = booked_in(plan.patient.absences.all())
    assert ([len(booked) for _, booked in found], len(queries)) == ([1] * number, 3)


def test_absence_is_changed_and_withdrawn(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    absence = add_absence(patient=plan.patient, first_day=DAY, last_day=DAY, by=clinician)

    signed_in.post(
        reverse("schedules:change_absence", args=[absence.pk]), {"first_day": "2024-03-12", "last_day": "2024-03-14"}
    )
    absence.refresh_from_db()
    changed = (absence.first_day, absence.last_day, absence.withdrawn)
    signed_in.post(reverse("schedules:withdraw_absence", args=[absence.pk]))
    absence.refresh_from_db()

    assert changed == (date(2024, 3, 12), date(2024, 3, 14), False)
    assert absence.withdrawn is True


def test_booking_page_offers_days_that_suit_with_their_places(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    set_capacity(clinic=plan.clinic, activity="cbc", places=1, by=clinician, today=TODAY)
    book(another(plan, clinician), clinician)  # the target itself is full
    add_absence(patient=plan.patient, first_day=date(2024, 3, 12), last_day=date(2024, 3, 12), by=clinician)

    context = signed_in.get(reverse("schedules:book", args=[visit_of(plan, "W6").pk])).context

    assert [(day.on.day, day.left) for day in context["free"]] == [
        (14, {"cbc": 1}),
        (11, {"cbc": 1}),
        (15, {"cbc": 1}),
    ]
    assert context["form"]["on"].value() == date(2024, 3, 14)


def test_full_day_is_said_at_its_field(signed_in: Client, plan: Plan, clinician: Staff) -> None:
    set_capacity(clinic=plan.clinic, activity="cbc", places=1, by=clinician, today=TODAY)
    book(another(plan, clinician), clinician)

    response = signed_in.post(reverse("schedules:book", args=[visit_of(plan, "W6").pk]), {"on": "2024-03-13"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["on"])
    assert visit_of(plan, "W6").appointment is None


@pytest.fixture
def administrator(client: Client, clinic: Clinic) -> Client:
    client.force_login(MembershipFactory(clinic=clinic, role=Role.ADMINISTRATOR).staff)
    return client


def test_places_are_set_by_an_administrator_and_too_many_are_listed(
    administrator: Client, plan: Plan, clinician: Staff
) -> None:
    book(plan, clinician)
    book(another(plan, clinician), clinician)

    told = administrator.post(reverse("schedules:capacities"), {"activity": "cbc", "places": "1"}, follow=True)

    assert [str(message) for message in told.context["messages"]] == [
        "Saved. What is booked already has its places.",
        "1 day has more booked than there are places: decide what is moved.",
    ]
    assert told.context["overbooked"] == [(DAY, "cbc", 2, 1)]
    assert administrator.get("/calendar/").context["overbooked"] == [(DAY, "cbc", 2, 1)]
    administrator.post(reverse("schedules:stop_counting", args=[Capacity.objects.get().pk]))
    assert Capacity.objects.count() == 0


def test_places_are_listed_by_name_everywhere(administrator: Client, plan: Plan, clinician: Staff) -> None:
    for activity in ("anatomical_imaging", "cbc"):  # CT or MRI, CBC
        set_capacity(clinic=plan.clinic, activity=activity, places=2, by=clinician, today=TODAY)

    year, settings = (administrator.get(page).context["capacities"] for page in ("/calendar/", "/calendar/places/"))
    (day,) = agenda(plan.clinic, DAY, DAY)

    assert [[each.activity for each in rows] for rows in (year, settings, day.places)] == [
        ["cbc", "anatomical_imaging"]
    ] * 3


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COORDINATOR, Role.AUDITOR])
def test_places_are_not_set_by_others(client: Client, clinic: Clinic, role: Role) -> None:
    client.force_login(MembershipFactory(clinic=clinic, role=role).staff)

    assert client.post(reverse("schedules:capacities"), {"activity": "cbc", "places": "1"}).status_code == 403
