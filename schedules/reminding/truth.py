"""Whether what a reminder tells of still holds, told from the facts as they are now; only reading."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from events.models import Message
from patients.models import Care, ClinicalEvent, Contact, Patient
from schedules.models import Appointment, PlannedVisit
from schedules.reminders.addressing import CALL, SPOKEN, is_child, may_be_written_to
from schedules.reminders.letters import ANOTHER_WENT
from schedules.reminders.wanted import Booked, told

Channel = Message.Channel


class Untrue(StrEnum):
    """Why a reminder is not wanted any more. What is true again later is told by another message."""

    DIED = "The patient died."
    CLOSED = "The patient’s record is closed."
    NOT_FOLLOWED = "The patient is not followed up here any more."
    COMFORT = "The patient is in comfort care."
    DECLINED = "Messages were declined."
    NO_CONTACT = "The person is not written to any more."
    CONSENT = "The consent to this channel was taken back."
    ADDRESS = "There is no address for this channel that works any more."
    CALL = "The person is to be called instead."
    SPEAKS = "The person can be written to now."
    DONE = "The visit was done."
    AWAITING = "A specimen was drawn; its result is awaited."
    HELD = "The visit waits for a decision."
    CLOSED_VISIT = "The visit is not wanted any more."
    MOVED = "The appointment was moved or cancelled."
    BOOKED = "A day was booked meanwhile."
    REDATED = "The visit has other dates now."
    ZONE = "The patient lives by another clock now."
    HOURS = "The clinic reminds at another hour now."
    RULES = "The clinic changed its rules of reminders."
    TOO_LATE = "The day of the visit has come."


# After these, the same reminder may be wanted again; what a person settled is not.
GIVEN_BACK = frozenset({*Untrue, ANOTHER_WENT})
CARE_ENDED = {
    Care.DECEASED: Untrue.DIED,
    Care.TRANSFERRED: Untrue.NOT_FOLLOWED,
    Care.DECLINED: Untrue.NOT_FOLLOWED,
    Care.COMFORT: Untrue.COMFORT,
}
CONSENTS = {
    Channel.SMS: ("sms_consent", "phone", "phone_fault"),
    Channel.EMAIL: ("email_consent", "email", "email_fault"),
}


def untrue(messages: Sequence[Message]) -> dict[UUID, str]:
    """Return the reminders that do not hold any more, with the reason; three queries for any number.

    The messages come with their patients, contacts and clinics.
    """
    visits = visits_of(messages)
    declined = declining(message.patient_id for message in messages if message.patient_id)
    found = {message.pk: why_untrue(message, visits, declined) for message in messages}
    return {pk: why for pk, why in found.items() if why}


def visits_of(messages: Iterable[Message]) -> Mapping[str, PlannedVisit]:
    """Return the visits that messages tell of, by their id as text."""
    ids = {item["visit"] for message in messages for item in message.details.get("items", ())}
    return {str(visit.pk): visit for visit in PlannedVisit.objects.filter(pk__in=ids).select_related("appointment")}


def declining(patients: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of `patients` who decline messages."""
    events = ClinicalEvent.objects.filter(
        patient__in=set(patients), kind=ClinicalEvent.Kind.DECLINES_MESSAGES, withdrawn=False, ended_on__isnull=True
    )
    return frozenset(events.values_list("patient_id", flat=True))


def why_untrue(message: Message, visits: Mapping[str, PlannedVisit], declined: frozenset[UUID]) -> str:
    """Return why a reminder does not hold any more; empty while it does."""
    patient, contact = message.patient, message.contact
    if patient is None or contact is None:
        return Untrue.NO_CONTACT
    if why := of_patient(patient, declined) or of_contact(contact, message, patient):
        return why
    if message.zone != (patient.time_zone or message.clinic.time_zone):
        return Untrue.ZONE
    whys = (of_item(item, visits.get(item["visit"])) for item in message.details.get("items", ()))
    return next((why for why in whys if why), "")


def of_patient(patient: Patient, declined: frozenset[UUID]) -> str:
    """Return why nothing is told about the patient."""
    if patient.care in CARE_ENDED:
        return CARE_ENDED[Care(patient.care)]
    if patient.status != Patient.Status.ACTIVE:
        return Untrue.CLOSED
    return Untrue.DECLINED if patient.pk in declined else ""


def of_contact(contact: Contact, message: Message, patient: Patient) -> str:
    """Return why the person is not reached by this message's way."""
    child = is_child(patient.birth_date, message.local_day or date.max)
    allowed = may_be_written_to(contact.relation, contact.legal_authority, child=child)
    if not contact.is_active or contact.patient_id != patient.pk or not allowed:
        return Untrue.NO_CONTACT
    needs_call = contact.interpreter or contact.language not in SPOKEN
    if message.channel == CALL:
        if not needs_call:
            return Untrue.SPEAKS
        return "" if contact.phone else Untrue.ADDRESS
    if needs_call:
        return Untrue.CALL
    consent, address, fault = (getattr(contact, name) for name in CONSENTS[Channel(message.channel)])
    if consent != Contact.Consent.GIVEN:
        return Untrue.CONSENT
    return Untrue.ADDRESS if fault or not address else ""


def of_item(item: Mapping[str, Any], visit: PlannedVisit | None) -> str:
    """Return why one item of a message does not hold any more."""
    if visit is None or visit.before_enrolment:
        return Untrue.CLOSED_VISIT
    if visit.status != PlannedVisit.Status.PLANNED:
        return Untrue.DONE if visit.status == PlannedVisit.Status.DONE else Untrue.CLOSED_VISIT
    if visit.on_hold:
        return Untrue.HELD
    if visit.drawn_on:
        return Untrue.AWAITING
    now = told(item["moment"], visit.opens, visit.closes, booked_of(visit))
    if now["booked"] != item["booked"]:
        return Untrue.MOVED if item["booked"] else Untrue.BOOKED
    return Untrue.REDATED if now["window"] != item["window"] else ""


def booked_of(visit: PlannedVisit) -> Booked | None:
    """Return the visit's appointment while it stands."""
    own = visit.appointment
    return booked_on(own.state, own.on, own.at, own.moves) if own else None


def booked_on(state: str | None, on: date | None, at: time | None, moves: int | None) -> Booked | None:
    """Return an appointment as reminders tell of it while it stands; None when there is none."""
    if state != Appointment.State.BOOKED or on is None or moves is None:
        return None
    return Booked(on, f"{at:%H:%M}" if at else "", moves)
