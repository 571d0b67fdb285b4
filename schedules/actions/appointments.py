"""Booking, moving and cancelling dates."""

from collections.abc import Sequence
from datetime import date, time

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import refuse_closed_record
from schedules.calendars import working_calendar
from schedules.models import Appointment, PlannedVisit
from schedules.protocol.trace import words


@action
def book_visits(
    *,
    visits: Sequence[PlannedVisit],
    on: date,
    by: Staff,
    today: date,
    at: time | None = None,
    place: str = "",
    reason: str = "",
) -> Appointment:
    """Book one date, with or without a time, for one or several planned visits of one patient.

    Raises   InputRefused: no visit, several patients, or a date in the past.
    Raises   TransitionRefused: a visit is closed or already booked.
    Raises   ReasonNeeded: outside a window, or on a day the clinic does not work, without a reason.
    Records  appointment.booked, which can be undone
    """
    chosen = lock_visits(visits)
    if len({v.patient_id for v in chosen}) != 1:
        raise InputRefused("Choose visits of one patient.", field="visits")
    refuse_closed_record(chosen[0].patient)
    for visit in chosen:
        refuse_unbookable(visit, today=today)
    check_day(chosen[0].clinic, chosen, on, reason, today=today)
    changes = Changes()
    changes.watch(*chosen)
    appointment = Appointment.objects.create(
        clinic=chosen[0].clinic,
        patient=chosen[0].patient,
        on=on,
        at=at,
        place=place,
        outside_window_reason=reason,
    )
    changes.created(appointment, undone={"state": Appointment.State.CANCELLED.value})
    for visit in chosen:
        visit.appointment = appointment
    PlannedVisit.objects.bulk_update(chosen, ["appointment"])
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
    place: str = "",
    reason: str = "",
) -> Appointment:
    """Move an appointment to another date, time or place.

    Raises   TransitionRefused: it is cancelled.
    Raises   InputRefused, ReasonNeeded: see `book_visits`.
    Records  appointment.moved, which can be undone
    """
    appointment = lock_booked(appointment)
    visits = list(appointment.visits.select_related("clinic"))
    check_day(appointment.clinic, visits, on, reason, today=today)
    changes = Changes()
    changes.watch(appointment)
    before = appointment.on
    appointment.on, appointment.at, appointment.place = on, at, place
    appointment.outside_window_reason = reason
    appointment.moves += 1
    appointment.save()
    write_appointment_event("appointment.moved", appointment, visits, changes, by=by, reason=reason, moved_from=before)
    return appointment


@action
def cancel_appointment(*, appointment: Appointment, reason: str, by: Staff) -> Appointment:
    """Cancel an appointment; its visits are to be booked again.

    Raises   TransitionRefused: it is cancelled already.
    Raises   ReasonNeeded: no reason.
    Records  appointment.cancelled, which can be undone
    """
    if not reason:
        raise ReasonNeeded(["It is not clear why."], field="reason")
    appointment = lock_booked(appointment)
    visits = list(appointment.visits.select_related("clinic"))
    changes = Changes()
    changes.watch(appointment, *visits)
    appointment.state = Appointment.State.CANCELLED
    appointment.save(update_fields=["state"])
    for visit in visits:
        visit.appointment = None
    PlannedVisit.objects.bulk_update(visits, ["appointment"])
    write_appointment_event("appointment.cancelled", appointment, visits, changes, by=by, reason=reason)
    return appointment


def lock_visits(visits: Sequence[PlannedVisit]) -> list[PlannedVisit]:
    """Return the visits as they are now, locked, in order of their targets."""
    return list(
        PlannedVisit.objects.select_for_update(of=("self",))
        .select_related("clinic", "patient__clinic", "appointment")
        .filter(pk__in=[visit.pk for visit in visits])
        .order_by("target", "kind")
    )


def lock_booked(appointment: Appointment) -> Appointment:
    """Return the appointment as it is now, locked.

    Raises   TransitionRefused: it is cancelled.
    """
    fresh = (
        Appointment.objects.select_for_update(of=("self",)).select_related("clinic", "patient").get(pk=appointment.pk)
    )
    if fresh.state != Appointment.State.BOOKED:
        raise TransitionRefused("This appointment is already cancelled.")
    return fresh


def refuse_unbookable(visit: PlannedVisit, *, today: date) -> None:
    """Raise TransitionRefused when the visit is closed or has an appointment that is not past."""
    if visit.status != PlannedVisit.Status.PLANNED:
        raise TransitionRefused(f"{visit.timepoint} is already {visit.get_status_display().lower()}.")
    if visit.appointment and visit.appointment.on >= today:
        raise TransitionRefused(f"{visit.timepoint} is already booked on {words(visit.appointment.on)}. Move that.")


def check_day(clinic: Clinic, visits: Sequence[PlannedVisit], on: date, reason: str, *, today: date) -> None:
    """Raise InputRefused for a day in the past, ReasonNeeded for an unusual one without a reason."""
    if on < today:
        raise InputRefused("The date is in the past. Record the visit instead.", field="on")
    concerns = [
        f"{visit.timepoint}: {words(on)} is outside the window {words(visit.opens)} to {words(visit.closes)}."
        for visit in visits
        if not visit.opens <= on <= visit.closes
    ]
    if closed := working_calendar(clinic).reason(on):
        concerns.append(f"The clinic does not work on {words(on)} ({closed}).")
    if concerns and not reason:
        raise ReasonNeeded(concerns, field="reason")


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
        timepoints=[f"{visit.timepoint} {visit.kind}" for visit in visits],
        **facts,
        rows=changes.facts(),
    )
