"""Accepting trips that were proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Staff
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Patient
from schedules.actions.appointments import book_visits
from schedules.appointments.days import LOCAL_LABORATORY
from schedules.models import Appointment, PlannedVisit

COMES_ANYWAY = "The patient comes on this day anyway."


@dataclass(frozen=True, slots=True)
class AcceptedTrip:
    """A day a person accepted, and for which visits. `local`: to the laboratory near home."""

    on: date
    visits: Sequence[PlannedVisit]
    local: bool = False


@action
def accept_trips(*, patient: Patient, trips: Sequence[AcceptedTrip], by: Staff, today: date) -> list[Appointment]:
    """Book every one of `trips`, or none of them.

    Raises   InputRefused: no trip, or a visit of another patient.
    Raises   InputRefused, TransitionRefused, ReasonNeeded: a trip cannot be booked (any more); see `book_visits`.
    Records  appointment.booked for each, which can be undone
    """
    lock_patient(patient)
    if not trips:
        raise InputRefused("Choose a trip.", field="trips")
    if any(visit.patient_id != patient.pk for trip in trips for visit in trip.visits):
        raise InputRefused("Choose visits of this patient.", field="trips")
    return [accept_trip(patient, trip, by=by, today=today) for trip in sorted(trips, key=lambda trip: trip.on)]


def accept_trip(patient: Patient, trip: AcceptedTrip, *, by: Staff, today: date) -> Appointment:
    """Book one trip; where the patient comes on that day anyway, it is the same place, and the day needs no reason."""
    place, reason = LOCAL_LABORATORY if trip.local else "", ""
    booked = Appointment.objects.filter(patient=patient, on=trip.on, state=Appointment.State.BOOKED)
    joined = [each for each in booked.order_by("at", "id") if (each.place == LOCAL_LABORATORY) == trip.local]
    if joined:
        place = place or next((each.place for each in joined if each.place), "")
        if all(visit.opens <= trip.on <= visit.closes for visit in trip.visits):
            reason = COMES_ANYWAY
    return book_visits(visits=trip.visits, on=trip.on, place=place, reason=reason, by=by, today=today)
