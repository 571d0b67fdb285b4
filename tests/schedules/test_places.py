"""Places of a day: taken one by one, given back, full, counted from when the clinic counts them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import InputRefused, TransitionRefused
from schedules.actions import (
    book_visits,
    cancel_appointment,
    mark_not_attended,
    move_appointment,
    remove_capacity,
    set_capacity,
)
from schedules.actions.capacity import overbooked
from schedules.actions.life import ClinicalFacts, end_clinical_event, record_clinical_event
from schedules.appointments.bundling import LOCAL_LABORATORY
from schedules.models import Appointment, Capacity, Place, Plan, PlannedVisit
from tests.factories import ClinicFactory, MembershipFactory, enrolled, noon, visit_of
from tests.snapshot import stored

TODAY = date(2024, 3, 6)  # a Wednesday
DAY = date(2024, 3, 13)  # week 6: window 10 to 16 March
NEXT = date(2024, 3, 14)


@pytest.fixture
def other(clinic: Clinic, clinician: Staff, plan: Plan) -> Plan:
    return enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY)


@pytest.fixture
def one_count_a_day(clinic: Clinic, clinician: Staff) -> Capacity:
    return set_capacity(clinic=clinic, activity="cbc", places=1, by=clinician, today=TODAY)


def booked(plan: Plan, by: Staff, on: date = DAY, timepoint: str = "W6") -> Appointment:
    return book_visits(visits=[visit_of(plan, timepoint)], on=on, by=by, today=TODAY)


def taken() -> list[tuple[str, date, int]]:
    return sorted(Place.objects.values_list("activity", "day", "number"))


def undo_last(kind: str, by: Staff, on: date = TODAY) -> None:
    undo(event=Event.objects.filter(kind=kind).latest("at"), by=by, now=noon(on))


def test_only_what_is_counted_takes_a_place(plan: Plan, clinician: Staff, one_count_a_day: Capacity) -> None:
    book_visits(visits=[visit_of(plan, "M2")], on=date(2024, 4, 2), by=clinician, today=TODAY)
    assert taken() == [("cbc", date(2024, 4, 2), 1)]


def test_two_visits_of_one_appointment_take_one_place(plan: Plan, clinician: Staff, one_count_a_day: Capacity) -> None:
    visits = [visit_of(plan, "W8"), visit_of(plan, "M2")]
    book_visits(visits=visits, on=date(2024, 3, 27), by=clinician, today=TODAY)
    assert taken() == [("cbc", date(2024, 3, 27), 1)]


def test_nothing_is_counted_without_a_capacity(plan: Plan, other: Plan, clinician: Staff) -> None:
    booked(plan, clinician)
    booked(other, clinician)
    assert taken() == []


def test_laboratory_near_home_takes_no_place_of_the_clinic(
    plan: Plan, other: Plan, clinic: Clinic, clinician: Staff, one_count_a_day: Capacity
) -> None:
    booked(plan, clinician)
    near = book_visits(visits=[visit_of(other, "W6")], on=DAY, place=LOCAL_LABORATORY, by=clinician, today=TODAY)
    assert taken() == [("cbc", DAY, 1)]
    set_capacity(clinic=clinic, activity="cbc", places=2, by=clinician, today=TODAY)
    assert taken() == [("cbc", DAY, 1)]
    move_appointment(appointment=near, on=DAY, place="Room 4", by=clinician, today=TODAY)
    assert taken() == [("cbc", DAY, 1), ("cbc", DAY, 2)]
    move_appointment(appointment=near, on=DAY, place=LOCAL_LABORATORY, by=clinician, today=TODAY)
    assert taken() == [("cbc", DAY, 1)]


def test_full_day_is_refused_with_the_days_that_are_free(
    plan: Plan, other: Plan, clinician: Staff, one_count_a_day: Capacity
) -> None:
    booked(plan, clinician)
    before = stored(Place, Event)
    with pytest.raises(InputRefused) as refused:
        book_visits(visits=[visit_of(other, "W6")], on=DAY, reason="Has to be.", by=clinician, today=TODAY)
    assert refused.value.message == (
        "No place is left for CBC on Wed 13 Mar 2024. Free inside the window: "
        "Tue 12 Mar 2024, Thu 14 Mar 2024, Mon 11 Mar 2024, Fri 15 Mar 2024."
    )
    assert refused.value.field == "on"
    assert stored(Place, Event) == before


def test_no_place_on_any_day_says_so(plan: Plan, clinic: Clinic, clinician: Staff) -> None:
    set_capacity(clinic=clinic, activity="cbc", places=0, by=clinician, today=TODAY)
    with pytest.raises(InputRefused, match="No other day inside the window is free"):
        booked(plan, clinician)


def test_moving_frees_one_day_and_takes_the_other(
    plan: Plan, other: Plan, clinician: Staff, one_count_a_day: Capacity
) -> None:
    appointment = booked(plan, clinician)
    move_appointment(appointment=appointment, on=NEXT, by=clinician, today=TODAY)
    assert taken() == [("cbc", NEXT, 1)]
    booked(other, clinician)
    with pytest.raises(InputRefused, match="No place is left"):
        move_appointment(appointment=appointment, on=DAY, by=clinician, today=TODAY)
    assert taken() == [("cbc", DAY, 1), ("cbc", NEXT, 1)]


def test_another_time_of_the_day_keeps_the_place_though_the_capacity_was_lowered(
    plan: Plan, clinic: Clinic, clinician: Staff, one_count_a_day: Capacity
) -> None:
    appointment = booked(plan, clinician)
    set_capacity(clinic=clinic, activity="cbc", places=0, by=clinician, today=TODAY)
    move_appointment(appointment=appointment, on=DAY, at=time(9), by=clinician, today=TODAY)
    assert taken() == [("cbc", DAY, 1)]


def test_cancelled_place_goes_to_somebody_else_and_undoing_is_refused(
    plan: Plan, other: Plan, clinician: Staff, one_count_a_day: Capacity
) -> None:
    cancel_appointment(appointment=booked(plan, clinician), reason="Ill.", by=clinician)
    assert taken() == []
    second = booked(other, clinician)
    before = stored(Place, Event)
    with pytest.raises(TransitionRefused, match="No place is left for CBC on Wed 13 Mar 2024: it was given to"):
        undo_last("appointment.cancelled", clinician)
    assert stored(Place, Event) == before
    cancel_appointment(appointment=second, reason="Moved away.", by=clinician)
    undo(event=Event.objects.filter(kind="appointment.cancelled").earliest("at"), by=clinician, now=noon(TODAY))
    assert (taken(), visit_of(plan, "W6").appointment is not None) == ([("cbc", DAY, 1)], True)


def test_place_of_whoever_did_not_come_is_free_and_undoing_takes_it_again(
    plan: Plan, clinician: Staff, one_count_a_day: Capacity
) -> None:
    mark_not_attended(appointment=booked(plan, clinician), by=clinician, today=DAY)
    assert taken() == []
    undo_last("appointment.not_attended", clinician, on=NEXT)
    assert taken() == [("cbc", DAY, 1)]


def test_undone_booking_gives_its_place_back(plan: Plan, clinician: Staff, one_count_a_day: Capacity) -> None:
    booked(plan, clinician)
    undo_last("appointment.booked", clinician)
    assert taken() == []


def test_undone_move_takes_the_first_day_again(plan: Plan, clinician: Staff, one_count_a_day: Capacity) -> None:
    move_appointment(appointment=booked(plan, clinician), on=NEXT, by=clinician, today=TODAY)
    undo_last("appointment.moved", clinician)
    assert taken() == [("cbc", DAY, 1)]


def test_what_is_booked_already_takes_its_places_when_counting_begins(
    plan: Plan, other: Plan, clinic: Clinic, clinician: Staff
) -> None:
    booked(plan, clinician)
    booked(other, clinician)
    set_capacity(clinic=clinic, activity="cbc", places=1, by=clinician, today=TODAY)
    assert taken() == [("cbc", DAY, 1), ("cbc", DAY, 2)]
    assert overbooked(clinic, today=TODAY) == [(DAY, "cbc", 2, 1)]


def test_place_is_free_while_nothing_is_open_at_the_booked_visit(
    plan: Plan, other: Plan, clinic: Clinic, clinician: Staff, one_count_a_day: Capacity
) -> None:
    booked(plan, clinician)
    declined = ClinicalFacts("declines_item", TODAY, activities=["cbc"])
    event = record_clinical_event(patient=plan.patient, facts=declined, by=clinician, now=noon(TODAY))
    assert taken() == []
    booked(other, clinician)
    end_clinical_event(event=event, ended_on=TODAY, by=clinician, now=noon(TODAY))
    assert taken() == [("cbc", DAY, 1), ("cbc", DAY, 2)]
    assert overbooked(clinic, today=TODAY) == [(DAY, "cbc", 2, 1)]


def test_lowered_capacity_moves_nobody_and_takes_nobody_in(
    plan: Plan, other: Plan, clinic: Clinic, clinician: Staff
) -> None:
    set_capacity(clinic=clinic, activity="cbc", places=3, by=clinician, today=TODAY)
    first = booked(plan, clinician)
    booked(other, clinician)
    third = enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY)
    booked(third, clinician)
    set_capacity(clinic=clinic, activity="cbc", places=2, by=clinician, today=TODAY)
    assert overbooked(clinic, today=TODAY) == [(DAY, "cbc", 3, 2)]
    cancel_appointment(appointment=first, reason="Ill.", by=clinician)
    assert taken() == [("cbc", DAY, 2), ("cbc", DAY, 3)]
    with pytest.raises(InputRefused, match="No place is left"):  # number 1 is free, but two of two are taken
        booked(plan, clinician)


def test_removed_capacity_counts_nothing_any_more(
    plan: Plan, other: Plan, clinician: Staff, one_count_a_day: Capacity
) -> None:
    booked(plan, clinician)
    remove_capacity(capacity=one_count_a_day, by=clinician)
    booked(other, clinician)
    assert (taken(), Capacity.objects.count()) == ([], 0)


@pytest.mark.parametrize(("activity", "places", "field"), [("tea", 1, "activity"), ("cbc", -1, "places")])
def test_capacity_that_cannot_be_is_refused(
    clinic: Clinic, clinician: Staff, activity: str, places: int, field: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        set_capacity(clinic=clinic, activity=activity, places=places, by=clinician, today=TODAY)
    assert (refused.value.field, Capacity.objects.count()) == (field, 0)


AT_ONCE = 64


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
def test_last_place_booked_by_64_at_once_is_won_by_one() -> None:
    clinic = ClinicFactory()
    by = MembershipFactory(clinic=clinic).staff
    plans = [enrolled(by=by, clinic=clinic, started_on=date(2024, 1, 31), today=TODAY) for _ in range(AT_ONCE)]
    visits = [visit_of(plan, "W6") for plan in plans]
    set_capacity(clinic=clinic, activity="cbc", places=1, by=by, today=TODAY)
    start = Barrier(AT_ONCE, timeout=60)

    def book(visit: PlannedVisit) -> str:
        try:
            connection.ensure_connection()
            start.wait()
            book_visits(visits=[visit], on=DAY, by=by, today=TODAY)
        except InputRefused as error:
            return error.message.partition(". ")[0]
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = sorted(pool.map(book, visits))

    assert answers == ["No place is left for CBC on Wed 13 Mar 2024"] * (AT_ONCE - 1) + ["booked"]
    assert taken() == [("cbc", DAY, 1)]
    assert (Appointment.objects.count(), PlannedVisit.objects.filter(appointment__isnull=False).count()) == (1, 1)
