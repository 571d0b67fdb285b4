"""Booking, moving and cancelling dates."""

from collections.abc import Callable
from datetime import date, time

import pytest

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from schedules.actions import book_visits, cancel_appointment, mark_missed, move_appointment, record_visit
from schedules.models import Appointment, ClinicClosure, Plan, PlannedVisit
from tests.factories import enrolled, visit_of
from tests.snapshot import everything

TODAY = date(2024, 3, 6)  # a Wednesday
WEEK6 = date(2024, 3, 13)


@pytest.fixture
def appointment(plan: Plan, clinician: Staff) -> Appointment:
    return book_visits(
        visits=[visit_of(plan, "W6")], on=WEEK6, at=time(9, 30), place="Room 2", by=clinician, today=TODAY
    )


def test_one_date_is_booked_for_several_visits(plan: Plan, clinician: Staff) -> None:
    visits = [visit_of(plan, "M3"), visit_of(plan, "M3", "imaging")]
    booked = book_visits(visits=visits, on=date(2024, 4, 30), by=clinician, today=TODAY)
    assert set(booked.visits.values_list("timepoint", "kind")) == {("M3", "visit"), ("M3", "imaging")}
    assert (booked.at, booked.moves, booked.state) == (None, 0, "booked")


def test_appointment_is_moved_with_its_visits(plan: Plan, appointment: Appointment, clinician: Staff) -> None:
    move_appointment(appointment=appointment, on=date(2024, 3, 14), at=time(8, 0), by=clinician, today=TODAY)
    moved = visit_of(plan, "W6").appointment
    assert moved is not None
    assert (moved.pk, moved.on, moved.at, moved.place, moved.moves) == (
        appointment.pk,
        date(2024, 3, 14),
        time(8, 0),
        "",
        1,
    )
    assert Event.objects.get(kind="appointment.moved").facts["moved_from"] == "2024-03-13"


def test_visit_of_a_cancelled_appointment_is_booked_again(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    cancel_appointment(appointment=appointment, reason="Asked to.", by=clinician)
    assert visit_of(plan, "W6").appointment is None
    again = book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, by=clinician, today=TODAY)
    assert visit_of(plan, "W6").appointment == again


def test_cancellation_is_not_undone_once_the_visit_is_booked_again(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    cancel_appointment(appointment=appointment, reason="Asked to.", by=clinician)
    again = book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, by=clinician, today=TODAY)
    with pytest.raises(TransitionRefused, match="Undo the later change first"):
        undo(event=Event.objects.get(kind="appointment.cancelled"), by=clinician)
    assert visit_of(plan, "W6").appointment == again


def test_visit_with_a_past_appointment_is_booked_again(plan: Plan, appointment: Appointment, clinician: Staff) -> None:
    later = date(2024, 3, 15)
    again = book_visits(visits=[visit_of(plan, "W6")], on=later, by=clinician, today=later)
    assert visit_of(plan, "W6").appointment == again


def test_appointment_whose_visits_were_booked_again_is_still_moved_and_cancelled(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    later = date(2024, 3, 15)
    book_visits(visits=[visit_of(plan, "W6")], on=later, by=clinician, today=later)
    move_appointment(appointment=appointment, on=later, by=clinician, today=later)
    cancel_appointment(appointment=appointment, reason="Booked twice.", by=clinician)
    appointment.refresh_from_db()
    assert (appointment.on, appointment.state) == (later, "cancelled")


def test_recorded_visit_keeps_its_appointment(plan: Plan, appointment: Appointment, clinician: Staff) -> None:
    record_visit(visit=visit_of(plan, "W6"), occurred_on=WEEK6, outcomes={"cbc": "done"}, by=clinician, today=WEEK6)
    assert visit_of(plan, "W6").appointment == appointment


@pytest.mark.parametrize(
    ("on", "concern"),
    [
        (date(2024, 3, 18), "outside the window"),
        (date(2024, 3, 10), "does not work"),
        (date(2024, 3, 11), "closed: move"),
        (date(2024, 3, 29), "Good Friday"),
    ],
)
def test_unusual_day_is_booked_once_a_reason_is_given(
    plan: Plan, clinic: Clinic, clinician: Staff, on: date, concern: str
) -> None:
    ClinicClosure.objects.create(clinic=clinic, first_day=date(2024, 3, 11), last_day=date(2024, 3, 11), reason="move")
    visit, before = visit_of(plan, "W6"), everything()
    with pytest.raises(ReasonNeeded, match=concern) as refused:
        book_visits(visits=[visit], on=on, by=clinician, today=TODAY)
    assert refused.value.field == "reason"
    assert everything() == before
    booked = book_visits(visits=[visit], on=on, reason="No other way.", by=clinician, today=TODAY)
    assert (booked.on, booked.outside_window_reason) == (on, "No other way.")


def test_every_concern_about_a_day_is_named_at_once(plan: Plan, clinician: Staff) -> None:
    with pytest.raises(ReasonNeeded) as refused:
        book_visits(
            visits=[visit_of(plan, "W6"), visit_of(plan, "W7")], on=date(2024, 3, 30), by=clinician, today=TODAY
        )
    assert len(refused.value.concerns) == 3


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        (lambda p, a, by: book_visits(visits=[], on=WEEK6, by=by, today=TODAY), InputRefused, "visits"),
        (
            lambda p, a, by: book_visits(visits=[visit_of(p, "W7")], on=date(2024, 3, 5), by=by, today=TODAY),
            InputRefused,
            "on",
        ),
        (
            lambda p, a, by: book_visits(visits=[visit_of(p, "W6")], on=WEEK6, by=by, today=TODAY),
            TransitionRefused,
            None,
        ),
        (
            lambda p, a, by: move_appointment(appointment=a, on=date(2024, 3, 5), by=by, today=TODAY),
            InputRefused,
            "on",
        ),
        (
            lambda p, a, by: move_appointment(appointment=a, on=date(2024, 3, 20), by=by, today=TODAY),
            ReasonNeeded,
            "reason",
        ),
        (lambda p, a, by: cancel_appointment(appointment=a, reason="", by=by), ReasonNeeded, "reason"),
    ],
    ids=["no visit", "past day", "booked already", "moved into the past", "moved out of the window", "no reason"],
)
def test_booking_that_is_not_possible_leaves_nothing(
    plan: Plan,
    appointment: Appointment,
    clinician: Staff,
    change: Callable[[Plan, Appointment, Staff], object],
    error: type[DomainError],
    field: str | None,
) -> None:
    before = everything()
    with pytest.raises(error) as refused:
        change(plan, appointment, clinician)
    assert (type(refused.value), refused.value.field) == (error, field)
    assert everything() == before


def test_visits_of_two_patients_are_not_booked_together(plan: Plan, clinic: Clinic, clinician: Staff) -> None:
    other = enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY)
    before = everything()
    with pytest.raises(InputRefused, match="one patient"):
        book_visits(visits=[visit_of(plan, "W6"), visit_of(other, "W6")], on=WEEK6, by=clinician, today=TODAY)
    assert everything() == before


def test_closed_visit_is_not_booked(plan: Plan, clinician: Staff) -> None:
    mark_missed(visit=visit_of(plan, "W5"), reason="Away.", next_step="", by=clinician, today=TODAY)
    before = everything()
    with pytest.raises(TransitionRefused, match="W5 is already missed"):
        book_visits(visits=[visit_of(plan, "W5")], on=TODAY, by=clinician, today=TODAY)
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda a, by: move_appointment(appointment=a, on=date(2024, 3, 14), by=by, today=TODAY),
        lambda a, by: cancel_appointment(appointment=a, reason="Again.", by=by),
    ],
    ids=["move", "cancel"],
)
def test_cancelled_appointment_is_changed_by_nothing_but_undo(
    appointment: Appointment, clinician: Staff, change: Callable[[Appointment, Staff], object]
) -> None:
    read_before = Appointment.objects.get(pk=appointment.pk)
    cancel_appointment(appointment=appointment, reason="Asked to.", by=clinician)
    before = everything()
    with pytest.raises(TransitionRefused, match="already cancelled"):
        change(read_before, clinician)
    assert everything() == before


def test_booked_visit_of_a_replaced_plan_keeps_its_appointment_for_a_decision(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    PlannedVisit.objects.filter(pk=visit_of(plan, "W6").pk).update(status="superseded")
    assert list(PlannedVisit.objects.booked_though_closed(on=TODAY)) == [visit_of(plan, "W6")]
