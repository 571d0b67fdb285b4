"""Days on which a patient cannot come: entered, changed, withdrawn. Appointments stay where they are."""

from datetime import date

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Patient
from schedules.models import Absence

LONGEST_ABSENCE = 366


@action
def add_absence(*, patient: Patient, first_day: date, last_day: date, by: Staff, reason: str = "") -> Absence:
    """Note that a patient cannot come from `first_day` to `last_day`, both inclusive (the clinic's calendar dates).

    Raises   TransitionRefused: the record is closed.
    Raises   InputRefused: the last day is before the first, or more than a year after it.
    Records  absence.added, which can be undone
    """
    patient = lock_patient(patient)
    check_span(first_day, last_day)
    changes = Changes()
    absence = Absence.objects.create(
        clinic=patient.clinic, patient=patient, first_day=first_day, last_day=last_day, reason=reason
    )
    changes.created(absence, undone={"withdrawn": True})
    write_absence_event("absence.added", absence, changes, by=by)
    return absence


@action
def change_absence(*, absence: Absence, first_day: date, last_day: date, by: Staff, reason: str = "") -> Absence:
    """Correct the days of an absence or what it is for.

    Raises   TransitionRefused: it was withdrawn, or the record is closed.
    Raises   InputRefused: see `add_absence`.
    Records  absence.changed, which can be undone
    """
    absence = standing(absence)
    check_span(first_day, last_day)
    changes = Changes()
    changes.watch(absence)
    absence.first_day, absence.last_day, absence.reason = first_day, last_day, reason
    absence.save(update_fields=["first_day", "last_day", "reason"])
    write_absence_event("absence.changed", absence, changes, by=by)
    return absence


@action
def withdraw_absence(*, absence: Absence, by: Staff) -> Absence:
    """Take an absence back: the patient can come after all, or it was entered in error.

    Raises   TransitionRefused: it was withdrawn already, or the record is closed.
    Records  absence.withdrawn, which can be undone
    """
    absence = standing(absence)
    changes = Changes()
    changes.watch(absence)
    absence.withdrawn = True
    absence.save(update_fields=["withdrawn"])
    write_absence_event("absence.withdrawn", absence, changes, by=by)
    return absence


def standing(absence: Absence) -> Absence:
    """Return the absence as it is now, locked after its patient.

    Raises   TransitionRefused: it was withdrawn, or the record is closed.
    """
    lock_patient(absence.patient)
    fresh = Absence.objects.select_for_update(of=("self",)).select_related("clinic", "patient").get(pk=absence.pk)
    if fresh.withdrawn:
        raise TransitionRefused("This absence was withdrawn already.")
    return fresh


def check_span(first_day: date, last_day: date) -> None:
    """Raise InputRefused for days in the wrong order, or a slip in the year."""
    if last_day < first_day:
        raise InputRefused("The last day is before the first.", field="last_day")
    if (last_day - first_day).days >= LONGEST_ABSENCE:
        raise InputRefused("An absence lasts a year at most. Check the year, or pause the follow-up.", field="last_day")


def write_absence_event(kind: str, absence: Absence, changes: Changes, *, by: Staff) -> None:
    record_event(
        kind,
        clinic=absence.clinic,
        patient=absence.patient,
        by=by,
        absence=absence.pk,
        first_day=absence.first_day,
        last_day=absence.last_day,
        away_for=absence.reason,
        rows=changes.facts(),
    )
