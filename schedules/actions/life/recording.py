"""What happens in a patient's life: recorded, changed, ended, accepted, or marked as entered in error."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from accounts.models import Staff
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import ClinicalEvent, Patient
from schedules.actions.life.death import TWO_PEOPLE, cancel_booked
from schedules.actions.life.facts import CHANGEABLE, ClinicalFacts, refuse_impossible, refuse_role
from schedules.actions.life.following import locked_event, write_clinical_event
from schedules.actions.life.relapse import lapse_assessment, offer_assessment
from schedules.plans.kinds_of_event import KINDS
from schedules.protocol.trace import words

Kind = ClinicalEvent.Kind


@action
def record_clinical_event(*, patient: Patient, facts: ClinicalFacts, by: Staff, now: datetime) -> ClinicalEvent:
    """Record what happened from a day on; what it means for the plan and for results follows.

    A death cancels the appointments ahead in the same transaction. A relapse puts an assessment of response before a
    clinician. A transfer means nothing for the plan until `accept_transfer`.

    Raises   InputRefused: the dates, the TSH target or the details cannot be, the same lasts at that time already, or
             the kind is a clinician's to record.
    Raises   TransitionRefused: the patient's record is closed.
    Records  clinical_event.recorded, or clinical_event.decided for a clinician's kind; each can be undone, a death not
    """
    patient = lock_patient(patient)
    today = patient.clinic.local_date(now)
    event = ClinicalEvent(
        clinic=patient.clinic,
        patient=patient,
        **facts._asdict() | {"activities": list(facts.activities), "details": dict(facts.details)},
    )
    refuse_role(event, by)
    refuse_impossible(event, today=today)
    event.save()
    changes = Changes()
    changes.created(event, undone={"withdrawn": True})
    if event.kind == Kind.DEATH:
        cancel_booked(patient, f"Died on {words(event.started_on)}.", by=by, today=today)
    if event.kind == Kind.RELAPSE:
        offer_assessment(event, changes, today=today)
    name = "clinical_event.decided" if KINDS[event.kind].decides else "clinical_event.recorded"
    return write_clinical_event(name, event, changes, by=by, now=now)


@action
def change_clinical_event(
    *, event: ClinicalEvent, fields: Mapping[str, Any], by: Staff, now: datetime
) -> ClinicalEvent:
    """Change the days, the TSH target, the details or the note of what was recorded; nothing when nothing changes.

    Raises   InputRefused: see `record_clinical_event`.
    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    Records  clinical_event.changed, which can be undone
    """
    event = locked_event(event)
    refuse_role(event, by)
    changes = Changes()
    changes.watch(event)
    known = {name: getattr(event, name) for name in CHANGEABLE}
    for name in known.keys() & fields.keys():
        setattr(event, name, fields[name])
    refuse_impossible(event, today=event.clinic.local_date(now), known=(known["started_on"], known["ended_on"]))
    changed = [name for name in CHANGEABLE if getattr(event, name) != known[name]]
    if not changed:
        return event
    event.save(update_fields=changed)
    return write_clinical_event("clinical_event.changed", event, changes, by=by, now=now)


@action
def end_clinical_event(
    *, event: ClinicalEvent, ended_on: date, by: Staff, now: datetime, reason: str = ""
) -> ClinicalEvent:
    """Record that something no longer lasts: a pause is over, a patient found again, an item wanted again.

    What it had taken from the plan is given back.

    Raises   InputRefused: the kind has no end, it has ended, or the day cannot be.
    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    Records  clinical_event.ended, which can be undone
    """
    event = locked_event(event)
    refuse_role(event, by)
    if event.ended_on:
        raise InputRefused(f"This ended on {words(event.ended_on)} already.", field="ended_on")
    changes = Changes()
    changes.watch(event)
    event.ended_on = ended_on
    refuse_impossible(event, today=event.clinic.local_date(now), known=(event.started_on, None))
    event.save(update_fields=["ended_on"])
    return write_clinical_event("clinical_event.ended", event, changes, by=by, now=now, reason=reason.strip())


@action
def withdraw_clinical_event(*, event: ClinicalEvent, reason: str, by: Staff, now: datetime) -> ClinicalEvent:
    """Mark what was recorded as entered in error: plans and results are read without it.

    Raises   TransitionRefused: it was marked so already, it is a death, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  clinical_event.withdrawn, which can be undone
    """
    event = locked_event(event)
    refuse_role(event, by)
    if event.kind == Kind.DEATH:
        raise TransitionRefused(TWO_PEOPLE)
    if not reason.strip():
        raise ReasonNeeded(["This changes the plan or how results are read."], field="reason")
    changes = Changes()
    changes.watch(event)
    event.withdrawn = True
    event.save(update_fields=["withdrawn"])
    lapse_assessment(event, changes)
    return write_clinical_event("clinical_event.withdrawn", event, changes, by=by, now=now, reason=reason.strip())


@action
def accept_transfer(
    *, event: ClinicalEvent, accepted_on: date, accepted_by: str, by: Staff, now: datetime
) -> ClinicalEvent:
    """Record that the receiving clinician accepted a transfer: from that day on nothing is wanted of us.

    Raises   InputRefused: nobody is named, or the day lies ahead or before the transfer.
    Raises   TransitionRefused: it is no transfer, it was accepted or has ended, or the patient's record is closed.
    Records  clinical_event.accepted, which can be undone
    """
    event = locked_event(event)
    if event.kind != Kind.TRANSFER or event.ended_on:
        raise TransitionRefused("Only a transfer of care that stands can be accepted.")
    if event.accepted_on:
        raise TransitionRefused(f"It was accepted on {words(event.accepted_on)} already.")
    if not accepted_by.strip():
        raise InputRefused("Say who accepted.", field="accepted_by")
    if not event.started_on <= accepted_on <= event.clinic.local_date(now):
        raise InputRefused("It is accepted between the day of the transfer and today.", field="accepted_on")
    changes = Changes()
    changes.watch(event)
    event.accepted_on = accepted_on
    event.details = {**event.details, "accepted_by": accepted_by.strip()}
    event.save(update_fields=["accepted_on", "details"])
    return write_clinical_event(
        "clinical_event.accepted", event, changes, by=by, now=now, accepted_on=accepted_on, accepted_by=accepted_by
    )
