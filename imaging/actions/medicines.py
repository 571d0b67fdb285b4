"""The medicines a patient takes: a simple list with dates."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from accounts.models import Staff
from events.actions import record_event
from events.models import Event
from events.undo import Changes
from imaging.models import Withdrawal
from imaging.preparing import folded
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Medicine, Patient
from schedules.protocol.trace import words

IN_USE = "It is withheld for a scan or infusion. Settle that on the page of the preparation first."


@dataclass(frozen=True, slots=True)
class MedicineFacts:
    """A medicine as entered; `started_on` None: not known, `ended_on` None: it is taken."""

    name: str
    dose: str = ""
    taken_for: str = ""
    prescriber: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    note: str = ""


@action
def record_medicine(*, patient: Patient, facts: MedicineFacts, by: Staff, today: date) -> Medicine:
    """Record a medicine a patient takes or took.

    Raises   TransitionRefused: the patient's record is closed.
    Raises   InputRefused: no name, an impossible date, or it stands on the list already.
    Records  medicine.recorded, which can be undone
    """
    patient = lock_patient(patient)
    medicine = Medicine(clinic=patient.clinic, patient=patient, recorded_by=by, **asdict(facts))
    refuse_impossible(medicine, today)
    medicine.save()
    changes = Changes()
    changes.created(medicine, undone={"withdrawn": True})
    write_event("medicine.recorded", medicine, changes, by=by)
    return medicine


@action
def change_medicine(
    *, medicine: Medicine, fields: Mapping[str, Any], by: Staff, today: date, reason: str = ""
) -> Medicine:
    """Change what is known of a medicine, such as its dose.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    Raises   InputRefused: see `record_medicine`; another name while it is withheld.
    Records  medicine.changed, which can be undone; nothing when nothing changes
    """
    medicine = locked(medicine)
    changed = {name: value for name, value in fields.items() if getattr(medicine, name) != value}
    if not changed:
        return medicine
    if "name" in changed and is_withheld(medicine):
        raise InputRefused(IN_USE, field="name")
    changes = Changes()
    changes.watch(medicine)
    for name, value in changed.items():
        setattr(medicine, name, value)
    refuse_impossible(medicine, today)
    medicine.save(update_fields=list(changed))
    write_event("medicine.changed", medicine, changes, by=by, reason=reason, fields=sorted(changed))
    return medicine


@action
def end_medicine(*, medicine: Medicine, ended_on: date, by: Staff, today: date) -> Medicine:
    """Record the last day on which a medicine was taken for good; one that is withheld is not ended by that.

    Raises   TransitionRefused: it ended already, was entered in error, or the patient's record is closed.
    Raises   InputRefused: a day before its beginning or in the future.
    Records  medicine.ended, which can be undone
    """
    medicine = locked(medicine)
    if medicine.ended_on:
        raise TransitionRefused(f"It ended on {words(medicine.ended_on)} already. Change that.")
    changes = Changes()
    changes.watch(medicine)
    medicine.ended_on = ended_on
    refuse_impossible(medicine, today)
    medicine.save(update_fields=["ended_on"])
    write_event("medicine.ended", medicine, changes, by=by, ended_on=ended_on)
    return medicine


@action
def withdraw_medicine(*, medicine: Medicine, reason: str, by: Staff) -> Medicine:
    """Record that a medicine was entered in error; the row stays.

    Raises   TransitionRefused: that is so already, it is withheld, or the patient's record is closed.
    Raises   ReasonNeeded: no reason.
    Records  medicine.withdrawn, which can be undone
    """
    medicine = locked(medicine)
    if not reason:
        raise ReasonNeeded(["This takes a medicine off the list."], field="reason")
    if is_withheld(medicine):
        raise TransitionRefused(IN_USE)
    changes = Changes()
    changes.watch(medicine)
    medicine.withdrawn = True
    medicine.save(update_fields=["withdrawn"])
    write_event("medicine.withdrawn", medicine, changes, by=by, reason=reason)
    return medicine


def locked(medicine: Medicine) -> Medicine:
    """Return the medicine as it is now, locked, the patient first.

    Raises   TransitionRefused: it was entered in error, or the patient's record is closed.
    """
    lock_patient(Patient.objects.get(medicines=medicine.pk))
    rows = Medicine.objects.select_for_update(of=("self",)).select_related("patient__clinic", "clinic")
    fresh: Medicine = rows.get(pk=medicine.pk)
    if fresh.withdrawn:
        raise TransitionRefused("It was entered in error.")
    return fresh


def is_withheld(medicine: Medicine) -> bool:
    """Say whether a withdrawal of the medicine is open."""
    return Withdrawal.objects.open().filter(medicine=medicine).exists()


def refuse_impossible(medicine: Medicine, today: date) -> None:
    """Raise InputRefused for a name or a date that cannot be, and for what stands on the list already."""
    if not folded(medicine.name):
        raise InputRefused("Write the name of the medicine.", field="name")
    born = medicine.patient.birth_date
    if medicine.started_on and not born <= medicine.started_on:
        raise InputRefused("It was not taken before the birth of the patient.", field="started_on")
    if medicine.ended_on and not (medicine.started_on or born) <= medicine.ended_on <= today:
        raise InputRefused("The end lies between the beginning and today.", field="ended_on")
    if medicine.ended_on is None:
        others = Medicine.objects.taken(on=today).filter(patient=medicine.patient, ended_on__isnull=True)
        if any(folded(other.name) == folded(medicine.name) for other in others.exclude(pk=medicine.pk)):
            raise InputRefused("It stands on the list already. Change that one.", field="name")


def refuse_withheld(event: Event, by: Staff) -> None:
    """Refuse to undo that a medicine was recorded, or what it is called, while it is withheld."""
    medicine = Medicine.objects.filter(pk=event.facts["medicine"]).first()
    renamed = event.kind == "medicine.recorded" or "name" in event.facts.get("fields", ())
    if medicine and renamed and is_withheld(medicine):
        raise TransitionRefused(IN_USE)


def write_event(
    kind: str, medicine: Medicine, changes: Changes, *, by: Staff, reason: str = "", **facts: object
) -> None:
    """Write an event about one medicine, with the rows it changed."""
    record_event(
        kind,
        clinic=medicine.clinic,
        patient=medicine.patient,
        by=by,
        reason=reason,
        medicine=medicine.pk,
        what=str(medicine),
        **facts,
        rows=changes.facts(),
    )
