"""Booking dates, moving and cancelling them, and whether the patient came."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import NamedTuple

from accounts.models import Staff
from events.actions import record_event
from events.models import Event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient, refuse_closed_record
from patients.models import Care, Patient
from patients.names import fold
from schedules.actions.places import give_back_places, hold_places
from schedules.appointments.days import coming_appointment, concerns_about, diary_of, free_days, name_of
from schedules.models import Appointment, PlannedVisit
from schedules.names import activity_name
from schedules.protocol.trace import words

OVER = {
    Appointment.State.CANCELLED: "This appointment is already cancelled.",
    Appointment.State.ATTENDED: "This appointment is over: the patient came.",
    Appointment.State.DID_NOT_ATTEND: "This appointment is over: nobody came.",
}


@action
def book_visits(
    *,
    visits: Sequence[PlannedVisit],
    on: date,
    by: Staff,
    today: date,
    at: time | None = None,
    place: str = "",
    person: str = "",
    interpreter: bool | None = None,
    reason: str = "",
) -> Appointment:
    """Book one date, with or without a time, for one or several planned visits of one patient.

    `person`: who sees the patient. `interpreter`: whether one is needed; None: as the patient's first contact says.

    Raises   InputRefused: no visit, one twice, several patients, a date in the past, or no place left on that day.
    Raises   TransitionRefused: a visit is closed or already booked, or the patient died.
    Raises   ReasonNeeded: the day or the time is unusual (see `concerns_about`) and nobody says why.
    Records  appointment.booked, which can be undone
    """
    lock_patients(visits)
    chosen = lock_visits(visits)
    if len(chosen) != len(visits):
        raise InputRefused("The same visit stands there twice.", field="visits")
    if len({v.patient_id for v in chosen}) != 1:
        raise InputRefused("Choose visits of one patient.", field="visits")
    refuse_unbookable_patient(chosen[0].patient)
    for visit in chosen:
        refuse_unbookable(visit, today=today)
    appointment = Appointment(
        clinic=chosen[0].clinic,
        patient=chosen[0].patient,
        on=on,
        at=at,
        place=place,
        person=person,
        interpreter=needs_interpreter(chosen[0].patient) if interpreter is None else interpreter,
        outside_window_reason=reason,
    )
    check_day(appointment, chosen, reason, today=today)
    changes = Changes()
    changes.watch(*chosen)
    appointment.save()
    changes.created(appointment, undone={"state": Appointment.State.CANCELLED.value})
    for visit in chosen:
        visit.appointment = appointment
    PlannedVisit.objects.bulk_update(chosen, ["appointment"])
    take_places(appointment, chosen, today=today)
    write_appointment_event("appointment.booked", appointment, chosen, changes, by=by, reason=reason)
    return appointment


@action
def move_appointment(
    *,
    appointment: Appointment,
    on: date,
    by: Staff,
    today: date,
    at: time | None = None,
    place: str | None = None,
    person: str | None = None,
    interpreter: bool | None = None,
    reason: str = "",
) -> Appointment:
    """Move an appointment to another date, time, place or person; its old places are free at the same moment.

    `at`: None for the day only. `place`, `person`, `interpreter`: None leaves them as they are.

    Raises   TransitionRefused: it is cancelled or over, the patient died, or the record is closed.
    Raises   InputRefused, ReasonNeeded: see `book_visits`.
    Records  appointment.moved, which can be undone
    """
    appointment = lock_booked(appointment)
    refuse_unbookable_patient(appointment.patient)
    visits = list(appointment.visits.select_related("clinic"))
    changes = Changes()
    changes.watch(appointment)
    before = appointment.on
    appointment.on, appointment.at = on, at
    appointment.place = appointment.place if place is None else place
    appointment.person = appointment.person if person is None else person
    appointment.interpreter = appointment.interpreter if interpreter is None else interpreter
    appointment.outside_window_reason = reason
    appointment.moves += 1
    check_day(appointment, visits, reason, today=today)
    appointment.save()
    take_places(appointment, visits, today=today)
    write_appointment_event("appointment.moved", appointment, visits, changes, by=by, reason=reason, moved_from=before)
    return appointment


@action
def cancel_appointment(*, appointment: Appointment, reason: str, by: Staff, cancelled_by: str = "") -> Appointment:
    """Cancel an appointment; its visits are to be booked again, its places are free.

    `cancelled_by`: who cancelled it, one of `Appointment.CancelledBy`; empty: not said.

    Raises   TransitionRefused: it is cancelled already, or over.
    Raises   InputRefused: nobody cancels under that name.
    Raises   ReasonNeeded: no reason.
    Records  appointment.cancelled, which can be undone
    """
    if cancelled_by and cancelled_by not in Appointment.CancelledBy.values:
        raise InputRefused("Choose who cancelled it.", field="cancelled_by")
    if not reason:
        raise ReasonNeeded(["It is not clear why."], field="reason")
    who = Appointment.CancelledBy(cancelled_by).label.lower() if cancelled_by else ""
    return close_appointment(
        "appointment.cancelled",
        lock_booked(appointment),
        Appointment.State.CANCELLED,
        reason=reason,
        by=by,
        columns={"cancelled_by": cancelled_by},
        facts={"cancelled_by": who},
    )


@action
def mark_not_attended(*, appointment: Appointment, by: Staff, today: date, reason: str = "") -> Appointment:
    """Record that nobody came, as far as is known why; the visits wait for a new date, the places are free.

    Of a child it is said that they were not brought: they do not come by themselves.

    Raises   TransitionRefused: it is cancelled or over already, or still to come.
    Records  appointment.not_attended, which can be undone
    """
    appointment = lock_booked(appointment)
    refuse_still_to_come(appointment, today=today)
    return close_appointment(
        "appointment.not_attended",
        appointment,
        Appointment.State.DID_NOT_ATTEND,
        reason=reason,
        by=by,
        columns={},
        facts={"what": said_of_absence(appointment)},
    )


@action
def mark_attended(*, appointment: Appointment, by: Staff, today: date) -> Appointment:
    """Record that the patient came; what was done is recorded at the visits. (Recording a visit does this by itself.)

    Raises   TransitionRefused: it is cancelled or over already, or still to come.
    Records  appointment.attended, which can be undone
    """
    appointment = lock_booked(appointment)
    refuse_still_to_come(appointment, today=today)
    visits = list(appointment.visits.select_related("clinic"))
    changes = Changes()
    changes.watch(appointment)
    appointment.state = Appointment.State.ATTENDED
    appointment.save(update_fields=["state"])
    write_appointment_event("appointment.attended", appointment, visits, changes, by=by, reason="")
    return appointment


def close_appointment(
    kind: str,
    appointment: Appointment,
    state: Appointment.State,
    *,
    reason: str,
    by: Staff,
    columns: Mapping[str, str],
    facts: Mapping[str, str],
) -> Appointment:
    """End a booked appointment that did not take place: its visits wait again, its places are free."""
    visits = list(appointment.visits.select_related("clinic"))
    changes = Changes()
    changes.watch(appointment, *visits)
    appointment.state, appointment.closing_reason = state, reason
    for name, value in columns.items():
        setattr(appointment, name, value)
    appointment.save(update_fields=["state", "closing_reason", *columns])
    for visit in visits:
        visit.appointment = None
    PlannedVisit.objects.bulk_update(visits, ["appointment"])
    give_back_places(appointment)
    write_appointment_event(kind, appointment, visits, changes, by=by, reason=reason, **facts)
    return appointment


class Closed(NamedTuple):
    """An appointment that was cancelled along with something else, and the visits it had."""

    appointment: Appointment
    visits: Sequence[PlannedVisit]


def cancel_ahead(patient: Patient, reason: str, changes: Changes, *, today: date) -> list[Closed]:
    """Cancel a patient's appointments from today on as part of `changes`: they are given back with it, not alone."""
    booked = Appointment.objects.select_for_update(of=("self",)).filter(
        patient=patient, state=Appointment.State.BOOKED, on__gte=today
    )
    closed = []
    for row in booked.order_by("on", "id"):
        appointment = changes.watched(row)
        visits = [changes.watched(visit) for visit in row.visits.select_related("clinic")]
        appointment.state, appointment.closing_reason = Appointment.State.CANCELLED, reason
        appointment.save(update_fields=["state", "closing_reason"])
        for visit in visits:
            visit.appointment = None
        PlannedVisit.objects.bulk_update(visits, ["appointment"])
        give_back_places(appointment)
        closed.append(Closed(appointment, visits))
    return closed


def write_cancelled(closed: Iterable[Closed], *, along_with: Event, reason: str, by: Staff) -> None:
    """Write an event for each appointment cancelled along with what another event tells."""
    for appointment, visits in closed:
        write_appointment_event(
            "appointment.cancelled",
            appointment,
            visits,
            Changes(),
            by=by,
            reason=reason,
            cancelled_by="",
            follows=along_with.pk,
        )


def attend_on(day: date, visits: Iterable[PlannedVisit], changes: Changes) -> None:
    """Set the booked appointments of `visits` on `day` to attended: what was done then was recorded."""
    booked = {visit.appointment_id for visit in visits if visit.appointment_id}
    if not booked:
        return
    rows = Appointment.objects.select_for_update().filter(pk__in=booked, on=day, state=Appointment.State.BOOKED)
    attended = list(rows)
    changes.watch(*attended)
    for appointment in attended:
        appointment.state = Appointment.State.ATTENDED
    Appointment.objects.bulk_update(attended, ["state"])


def take_places(appointment: Appointment, visits: Sequence[PlannedVisit], *, today: date) -> None:
    """Take the places the appointment needs on its day.

    Raises   InputRefused: none is left for something; it names the days that suit instead.
    """
    full = hold_places(appointment)
    if not full:
        return
    diary = diary_of(appointment.patient, visits, today=today)
    days = ", ".join(words(day.on) for day in free_days(visits, diary, today=today))
    instead = f"Free inside the window: {days}." if days else "No other day inside the window is free."
    names = ", ".join(activity_name(name) for name in full)
    raise InputRefused(f"No place is left for {names} on {words(appointment.on)}. {instead}", field="on")


def needs_interpreter(patient: Patient) -> bool:
    """Say whether the patient's first contact needs an interpreter."""
    first = patient.contacts.filter(is_active=True).first()
    return first is not None and first.interpreter


def said_of_absence(appointment: Appointment) -> str:
    """Return what is said when nobody came: of a child that they were not brought."""
    return "was not brought" if appointment.of_a_child else "did not attend"


def lock_patients(visits: Iterable[PlannedVisit]) -> None:
    """Wait for others who write about these patients, such as a death."""
    pks = {visit.patient_id for visit in visits}
    list(Patient.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk"))


def lock_visits(visits: Sequence[PlannedVisit]) -> list[PlannedVisit]:
    """Return the visits as they are now, locked, in order of their targets."""
    return list(
        PlannedVisit.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient__clinic", "appointment")
        .filter(pk__in=[visit.pk for visit in visits])
        .order_by("target", "kind")
    )


def lock_booked(appointment: Appointment) -> Appointment:
    """Return the appointment as it is now, locked after its patient.

    Raises   TransitionRefused: it is cancelled or over, or the patient's record is closed.
    """
    lock_patient(appointment.patient)
    fresh = (
        Appointment.objects.select_for_update(of=("self",)).select_related("clinic", "patient").get(pk=appointment.pk)
    )
    if over := OVER.get(Appointment.State(fresh.state)):
        raise TransitionRefused(over)
    return fresh


def refuse_unbookable_patient(patient: Patient) -> None:
    """Raise TransitionRefused when nothing is booked for the patient any more."""
    refuse_closed_record(patient)
    if patient.care == Care.DECEASED:
        raise TransitionRefused("The patient died: no appointment is booked any more.")


def refuse_unbookable(visit: PlannedVisit, *, today: date) -> None:
    """Raise TransitionRefused when the visit is closed or has an appointment that is still to come."""
    if visit.status != PlannedVisit.Status.PLANNED:
        raise TransitionRefused(f"{name_of(visit)} is already {visit.get_status_display().lower()}.")
    if booked := coming_appointment(visit, today=today):
        raise TransitionRefused(f"{name_of(visit)} is already booked on {words(booked.on)}. Move that.")


def refuse_still_to_come(appointment: Appointment, *, today: date) -> None:
    """Raise TransitionRefused before the appointment's day: nobody knows yet who comes."""
    if appointment.on > today:
        raise TransitionRefused(f"It is still to come, on {words(appointment.on)}. Cancel or move it instead.")


def check_day(appointment: Appointment, visits: Sequence[PlannedVisit], reason: str, *, today: date) -> None:
    """Raise InputRefused for a day in the past, ReasonNeeded with every concern when nobody says why."""
    if appointment.on < today:
        raise InputRefused("The date is in the past. Record the visit instead.", field="on")
    concerns = [
        *concerns_about(visits, appointment.on, diary_of(appointment.patient, visits, today=today)),
        *clashes(appointment),
    ]
    if concerns and not reason:
        raise ReasonNeeded(concerns, field="reason")


def clashes(appointment: Appointment) -> list[str]:
    """Return in words who is booked twice at the time of an appointment: the patient, or the person who sees them.

    Nothing without a time: a day alone clashes with nothing. Names are compared without case and accents.
    """
    if appointment.at is None:
        return []
    same = Appointment.objects.filter(
        clinic=appointment.clinic, on=appointment.on, at=appointment.at, state=Appointment.State.BOOKED
    ).exclude(pk=appointment.pk)
    when = f"on {words(appointment.on)} at {appointment.at:%H:%M}"
    found = []
    if same.filter(patient=appointment.patient).exists():
        found.append(f"The patient has another appointment {when}.")
    person = fold(appointment.person)
    if person and any(fold(name) == person for name in same.values_list("person", flat=True)):
        found.append(f"{appointment.person} has another patient {when}.")
    return found


def write_appointment_event(
    kind: str,
    appointment: Appointment,
    visits: Sequence[PlannedVisit],
    changes: Changes,
    *,
    by: Staff,
    reason: str,
    **facts: object,
) -> None:
    """Write an event about an appointment and the visits it covers, with the rows it changed."""
    record_event(
        kind,
        clinic=appointment.clinic,
        patient=appointment.patient,
        by=by,
        reason=reason,
        appointment=appointment.pk,
        on=appointment.on,
        at=appointment.at,
        place=appointment.place,
        person=appointment.person,
        interpreter=appointment.interpreter,
        timepoints=[f"{visit.timepoint} {visit.kind}" for visit in visits],
        **facts,
        rows=changes.facts(),
    )
