"""Records that turn out to be wrong: a patient entered twice, or by mistake."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import models

from accounts.models import Staff
from events.actions import record_event
from events.models import Event, Message
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded
from iotrex_followup.history import action
from patients.actions import refuse_closed_record
from patients.models import (
    AdverseEvent,
    Care,
    CareTeam,
    ClinicalEvent,
    Contact,
    ContactEntry,
    Medicine,
    Patient,
    SupportiveCare,
    Treatment,
)
from schedules.actions.appointments import cancel_ahead, write_cancelled
from schedules.actions.settling import settle_plans
from schedules.models import Absence, Appointment, Plan, PlannedVisit, Proposal, VisitRecord

# The models whose rows go with a patient into another record; apps above this one add theirs in AppConfig.ready.
CARRIED: list[type[models.Model]] = [
    *(Treatment, Plan, PlannedVisit, VisitRecord, Appointment, Contact, ContactEntry, CareTeam),
    *(SupportiveCare, ClinicalEvent, AdverseEvent, Medicine, Proposal, Absence, Message),
]

IN_ERROR = "The patient was entered in error."

# What must be out of the way before rows are carried: called with the duplicate, the survivor, and the changes so far.
BEFORE_CARRYING: list[Callable[[Patient, Patient, Changes], None]] = []

# What is closed with a record that was entered in error: called with the patient, the reason and the changes so far.
BEFORE_WITHDRAWING: list[Callable[[Patient, str, Changes], None]] = []


@action
def merge_patients(*, duplicate: Patient, into: Patient, reason: str, by: Staff, today: date) -> Patient:
    """Move everything recorded for `duplicate` to `into`, which stands; the duplicate stays, marked as merged.

    When one of them died, what is booked ahead is cancelled.

    Raises   TransitionRefused: one of the records is closed.
    Raises   InputRefused: they are the same record, of different clinics, or both have a treatment on one day or a
             care team for one phase.
    Raises   ReasonNeeded: no reason.
    Records  patient.merged for both, which can be undone
    """
    duplicate, into = lock_records(duplicate, into)
    refuse_unmergeable(duplicate, into, reason)
    changes = Changes()
    Plan.objects.filter(patient=duplicate, is_current=True).update(is_current=False)
    for prepare in BEFORE_CARRYING:
        prepare(duplicate, into, changes)
    for model in CARRIED:
        rows = list(model._default_manager.filter(patient=duplicate))
        changes.watch(*rows)
        for row in rows:
            row.patient_id = into.pk  # type: ignore[attr-defined]
        model._default_manager.bulk_update(rows, ["patient"])
    changes.watch(duplicate)
    duplicate.status, duplicate.merged_into = Patient.Status.MERGED, into
    duplicate.save(update_fields=["status", "merged_into"])
    settle_plans(into, today=today)
    died = "The patient died."
    closed = cancel_ahead(into, died, changes, today=today) if into.care == Care.DECEASED else []
    merged = record_event(
        "patient.merged",
        clinic=into.clinic,
        patient=into,
        by=by,
        reason=reason,
        duplicate=duplicate.pk,
        mrn=duplicate.mrn,
        rows=changes.facts(),
    )
    write_cancelled(closed, along_with=merged, reason=died, by=by)
    record_event(
        "patient.merged_away", clinic=into.clinic, patient=duplicate, by=by, reason=reason, into=into.pk, mrn=into.mrn
    )
    return into


def lock_records(*patients: Patient) -> list[Patient]:
    """Return the records as they are now, locked in the order in which results on their way in lock theirs."""
    rows = Patient.objects.select_for_update(of=("self",), no_key=True).select_related("clinic").order_by("pk")
    locked = {row.pk: row for row in rows.filter(pk__in=[patient.pk for patient in patients])}
    return [locked[patient.pk] for patient in patients]


def refuse_unmergeable(duplicate: Patient, into: Patient, reason: str) -> None:
    """Raise when the two records cannot be merged, naming what stands in the way."""
    refuse_closed_record(duplicate)
    refuse_closed_record(into)
    if duplicate.pk == into.pk or duplicate.clinic_id != into.clinic_id:
        raise InputRefused("Choose two records of the same clinic.", field="into")
    if not reason:
        raise ReasonNeeded(["Merging joins two records."], field="reason")
    standing = Treatment.objects.exclude(state=Treatment.State.WITHDRAWN)
    days = standing.filter(patient=into).values_list("kind", "started_on")
    both = set(days) & set(standing.filter(patient=duplicate).values_list("kind", "started_on"))
    if both:
        kind, day = min(both)
        raise InputRefused(f"Both have a {kind} treatment on {day}. Mark one as entered in error first.", field="into")
    phases = set(into.care_teams.values_list("phase", flat=True))
    if phases & set(duplicate.care_teams.values_list("phase", flat=True)):
        raise InputRefused("Both have a care team for the same phase. Make them agree first.", field="into")


@action
def withdraw_patient(*, patient: Patient, reason: str, by: Staff, today: date) -> Patient:
    """Record that a patient was entered in error: treatments are withdrawn, what was planned and booked is cancelled.

    Raises   TransitionRefused: the record is closed already.
    Raises   ReasonNeeded: no reason.
    Records  patient.withdrawn, which can be undone
    """
    (patient,) = lock_records(patient)
    refuse_closed_record(patient)
    if not reason:
        raise ReasonNeeded(["This closes the whole record."], field="reason")
    changes = Changes()
    treatments = list(patient.treatments.exclude(state=Treatment.State.WITHDRAWN))
    changes.watch(patient, *treatments)
    for close in BEFORE_WITHDRAWING:
        close(patient, reason, changes)
    for treatment in treatments:
        treatment.state = Treatment.State.WITHDRAWN
    Treatment.objects.bulk_update(treatments, ["state"])
    patient.status = Patient.Status.ENTERED_IN_ERROR
    patient.save(update_fields=["status"])
    settle_plans(patient, today=today)
    closed = cancel_ahead(patient, IN_ERROR, changes, today=today)
    withdrawn = record_event(
        "patient.withdrawn", clinic=patient.clinic, patient=patient, by=by, reason=reason, rows=changes.facts()
    )
    write_cancelled(closed, along_with=withdrawn, reason=IN_ERROR, by=by)
    return patient


def settle_after_undo(event: Event, now: datetime) -> None:
    """Settle the plans of the patients whose facts an undone event had changed."""
    for patient in Patient.objects.filter(pk__in=concerned_by(event)).select_related("clinic"):
        settle_plans(patient, today=patient.clinic.local_date(now))


def lock_concerned(event: Event, by: Staff) -> None:
    """Lock the records an undo settles, before any of their rows, as every change to a schedule does."""
    list(Patient.objects.select_for_update(no_key=True).filter(pk__in=concerned_by(event)).order_by("pk"))


def concerned_by(event: Event) -> list[UUID | str]:
    """Return the ids of the patients an event is about; of a merge, both."""
    return [pk for pk in (event.patient_id, event.facts.get("duplicate")) if pk]
