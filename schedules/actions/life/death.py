"""A recorded death: the bookings it cancels, and taking it back, which needs two people."""

from datetime import date, datetime

from accounts.models import Staff
from events.models import Event
from events.undo import Changes
from iotrex_followup.errors import ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.models import ClinicalEvent, Patient
from schedules.actions.appointments import cancel_appointment
from schedules.actions.life.following import locked_event, write_clinical_event
from schedules.actions.records import settle_after_undo
from schedules.models import Appointment

Kind = ClinicalEvent.Kind
TWO_PEOPLE = "A death is taken back by two people: one asks for it and says why, another one confirms."


@action
def ask_reversal(*, event: ClinicalEvent, reason: str, by: Staff, now: datetime) -> ClinicalEvent:
    """Say that a recorded death is not so; nothing changes until another person confirms it.

    Raises   TransitionRefused: it is no death, it was asked already, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  clinical_event.reversal_asked, which can be undone
    """
    event = locked_event(event)
    if event.kind != Kind.DEATH or event.reversal_asked_by_id:
        raise TransitionRefused("Only a death that nobody asked to take back yet.")
    if not reason.strip():
        raise ReasonNeeded(["This gives the whole plan back."], field="reason")
    changes = Changes()
    changes.watch(event)
    event.reversal_asked_by = by
    event.save(update_fields=["reversal_asked_by"])
    return write_clinical_event("clinical_event.reversal_asked", event, changes, by=by, now=now, reason=reason.strip())


@action
def confirm_reversal(*, event: ClinicalEvent, by: Staff, now: datetime) -> ClinicalEvent:
    """Confirm that a recorded death is not so: the plan is given back. Appointments stay cancelled, to be booked anew.

    Raises   TransitionRefused: nobody asked for it, the same person did, or the patient's record is closed.
    Records  clinical_event.reversed, which can be undone
    """
    event = locked_event(event)
    if event.kind != Kind.DEATH or not event.reversal_asked_by_id:
        raise TransitionRefused(TWO_PEOPLE)
    if event.reversal_asked_by_id == by.pk:
        raise TransitionRefused("You asked for this. Another person confirms it.")
    changes = Changes()
    changes.watch(event)
    event.withdrawn = True
    event.save(update_fields=["withdrawn"])
    asked = event.reversal_asked_by
    return write_clinical_event("clinical_event.reversed", event, changes, by=by, now=now, asked_by=str(asked))


def cancel_booked(patient: Patient, reason: str, *, by: Staff, today: date) -> None:
    """Cancel the appointments from today on, each with its own event."""
    booked = Appointment.objects.filter(patient=patient, state=Appointment.State.BOOKED, on__gte=today)
    for appointment in booked.order_by("on", "id"):
        cancel_appointment(appointment=appointment, reason=reason, by=by)


def refuse_undoing_death(event: Event, now: datetime) -> None:
    """Settle after an undone clinical event; a recorded death is not undone by one person.

    Raises   TransitionRefused: the event recorded a death.
    """
    if event.facts.get("kind_of_event") == Kind.DEATH:
        raise TransitionRefused(TWO_PEOPLE)
    settle_after_undo(event, now)
