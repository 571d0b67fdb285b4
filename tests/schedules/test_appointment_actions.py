"""Booking, moving and cancelling dates."""

from collections.abc import Callable
from datetime import date, time

import pytest

from accounts.models import Clinic, Staff
from events.models import Event
from events.undo import undo
from iotrex_followup.errors import DomainError, InputRefused, ReasonNeeded, TransitionRefused
from patients.models import Patient
from schedules.actions import (
    add_absence,
    book_visits,
    cancel_appointment,
    mark_attended,
    mark_missed,
    mark_not_attended,
    move_appointment,
    record_visit,
    withdraw_absence,
)
from schedules.actions.appointments import clashes
from schedules.models import Appointment, ClinicClosure, Plan, PlannedVisit
from tests.factories import enrolled, noon, visit_of
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
        "Room 2",
        1,
    )
    assert Event.objects.get(kind="appointment.moved").facts["moved_from"] == "2024-03-13"


def test_appointment_keeps_its_place_unless_another_is_named(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    kept = move_appointment(appointment=appointment, on=date(2024, 3, 14), by=clinician, today=TODAY).place
    cleared = move_appointment(appointment=appointment, on=date(2024, 3, 14), place="", by=clinician, today=TODAY).place
    assert (kept, cleared) == ("Room 2", "")


def test_past_appointment_of_a_patient_who_died_is_not_moved(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    Patient.objects.filter(pk=plan.patient_id).update(care="deceased")
    before = everything()
    with pytest.raises(TransitionRefused, match="The patient died"):
        move_appointment(appointment=appointment, on=date(2024, 3, 15), by=clinician, today=date(2024, 3, 14))
    assert everything() == before


def test_nothing_of_a_closed_record_is_moved_or_entered(plan: Plan, appointment: Appointment, clinician: Staff) -> None:
    read_before = plan.patient
    absence = add_absence(patient=read_before, first_day=WEEK6, last_day=WEEK6, by=clinician)
    Patient.objects.filter(pk=plan.patient_id).update(status="entered_in_error")
    before = everything()
    for change in (
        lambda: move_appointment(appointment=appointment, on=date(2024, 3, 14), by=clinician, today=TODAY),
        lambda: add_absence(patient=read_before, first_day=TODAY, last_day=TODAY, by=clinician),
        lambda: withdraw_absence(absence=absence, by=clinician),
    ):
        with pytest.raises(TransitionRefused, match="This record is closed"):
            change()
    assert everything() == before


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
        undo(event=Event.objects.get(kind="appointment.cancelled"), by=clinician, now=noon(TODAY))
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
    with pytest.raises(TransitionRefused, match="Week 5 is already missed"):
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


def test_same_visit_twice_is_refused(plan: Plan, clinician: Staff) -> None:
    visit = visit_of(plan, "W6")
    with pytest.raises(InputRefused, match="stands there twice"):
        book_visits(visits=[visit, visit], on=WEEK6, by=clinician, today=TODAY)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize(
    ("needed", "chosen", "booked"), [(True, None, True), (True, False, False), (False, None, False)]
)
def test_interpreter_is_the_first_contacts_unless_chosen_otherwise(
    plan: Plan, clinician: Staff, needed: bool, chosen: bool | None, booked: bool
) -> None:
    plan.patient.contacts.create(clinic=plan.clinic, order=1, interpreter=needed)
    plan.patient.contacts.create(clinic=plan.clinic, order=2, interpreter=not needed)
    made = book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, interpreter=chosen, by=clinician, today=TODAY)
    assert made.interpreter is booked


@pytest.mark.parametrize(
    ("at", "person", "concerns"),
    [
        (time(9, 30), "DR VEGA", ["DR VEGA has another patient on Wed 13 Mar 2024 at 09:30."]),
        (time(9, 30), "", []),
        (time(10, 0), "Dr Vega", []),
        (None, "Dr Vega", []),
    ],
    ids=["same person and time", "nobody named", "another time", "the day alone"],
)
def test_person_at_the_same_time_twice_is_a_clash(
    plan: Plan, clinic: Clinic, clinician: Staff, at: time | None, person: str, concerns: list[str]
) -> None:
    book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, at=time(9, 30), person="Dr Vegá", by=clinician, today=TODAY)
    other = enrolled(by=clinician, clinic=clinic, started_on=plan.anchor, today=TODAY)
    assert clashes(Appointment(clinic=clinic, patient=other.patient, on=WEEK6, at=at, person=person)) == concerns


def test_all_that_speaks_against_a_time_is_named_at_once(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    add_absence(patient=plan.patient, first_day=WEEK6, last_day=WEEK6, reason="school", by=clinician)
    with pytest.raises(ReasonNeeded) as refused:
        book_visits(visits=[visit_of(plan, "W7")], on=WEEK6, at=time(9, 30), by=clinician, today=TODAY)
    assert list(refused.value.concerns) == [
        "Week 7: Wed 13 Mar 2024 is outside the window Sun 17 Mar 2024 to Sat 23 Mar 2024.",
        "The patient is away on Wed 13 Mar 2024 (school).",
        "The patient has another appointment on Wed 13 Mar 2024 at 09:30.",
    ]


def test_withdrawn_absence_speaks_against_nothing(plan: Plan, clinician: Staff) -> None:
    absence = add_absence(patient=plan.patient, first_day=WEEK6, last_day=WEEK6, by=clinician)
    withdraw_absence(absence=absence, by=clinician)
    book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, by=clinician, today=TODAY)
    assert visit_of(plan, "W6").appointment is not None


def test_recording_the_visit_on_its_day_means_attended_and_undoing_takes_that_back(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    record_visit(visit=visit_of(plan, "W6"), occurred_on=WEEK6, outcomes={"cbc": "done"}, by=clinician, today=WEEK6)
    attended = Appointment.objects.get().state
    undo(event=Event.objects.get(kind="visit.recorded"), by=clinician, now=noon(WEEK6))
    assert (attended, Appointment.objects.get().state) == ("attended", "booked")


@pytest.mark.parametrize(
    ("day", "elsewhere"), [(date(2024, 3, 12), False), (WEEK6, True)], ids=["another day", "elsewhere"]
)
def test_recording_another_day_or_place_says_nothing_of_the_appointment(
    plan: Plan, appointment: Appointment, clinician: Staff, day: date, elsewhere: bool
) -> None:
    record_visit(
        visit=visit_of(plan, "W6"),
        occurred_on=day,
        outcomes={"cbc": "done"},
        elsewhere=elsewhere,
        by=clinician,
        today=WEEK6,
    )
    assert Appointment.objects.get().state == "booked"


@pytest.mark.parametrize(
    ("born", "what"),
    [
        (date(2006, 3, 13), "did not attend"),  # 18 on the day
        (date(2006, 3, 14), "was not brought"),
    ],
)
def test_visit_nobody_came_to_waits_again(plan: Plan, clinician: Staff, born: date, what: str) -> None:
    plan.patient.birth_date = born
    plan.patient.save()
    booked = book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, by=clinician, today=TODAY)
    mark_not_attended(appointment=booked, reason="Called, no answer.", by=clinician, today=WEEK6)
    booked.refresh_from_db()
    assert (booked.state, booked.closing_reason) == ("did_not_attend", "Called, no answer.")
    assert visit_of(plan, "W6") in PlannedVisit.objects.waiting(on=WEEK6)
    assert Event.objects.get(kind="appointment.not_attended").facts["what"] == what


@pytest.mark.parametrize("end", [mark_attended, mark_not_attended])
def test_nobody_knows_before_the_day_who_comes(
    plan: Plan, appointment: Appointment, clinician: Staff, end: Callable[..., Appointment]
) -> None:
    before = everything()
    with pytest.raises(TransitionRefused, match="still to come"):
        end(appointment=appointment, by=clinician, today=TODAY)
    assert everything() == before


def test_attended_visit_that_is_still_open_is_booked_again(
    plan: Plan, appointment: Appointment, clinician: Staff
) -> None:
    mark_attended(appointment=appointment, by=clinician, today=WEEK6)
    again = book_visits(visits=[visit_of(plan, "W6")], on=WEEK6, by=clinician, today=WEEK6)
    assert visit_of(plan, "W6").appointment == again


def test_cancelled_by_nobody_known_is_refused(appointment: Appointment, clinician: Staff) -> None:
    with pytest.raises(InputRefused) as refused:
        cancel_appointment(appointment=appointment, reason="So.", cancelled_by="cat", by=clinician)
    assert refused.value.field == "cancelled_by"
