"""Records that turn out to be wrong: a patient entered twice, or by mistake."""

from django.db import models

from accounts.models import Staff
from events.actions import record_event
from events.models import Event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded
from iotrex_followup.history import action
from patients.actions import refuse_closed_record
from patients.models import CareTeam, Contact, Patient, Treatment
from schedules.actions.enrolment import settle_plans
from schedules.models import Appointment, Plan, PlannedVisit, VisitRecord

CARRIED: tuple[type[models.Model], ...] = (Treatment, Plan, PlannedVisit, VisitRecord, Appointment, Contact, CareTeam)


@action
def merge_patients(*, duplicate: Patient, into: Patient, reason: str, by: Staff) -> Patient:
    """Move everything recorded for `duplicate` to `into`, which stands; the duplicate stays, marked as merged.

    Raises   TransitionRefused: one of the records is closed.
    Raises   InputRefused: they are the same record, of different clinics, or both have a treatment on one day or a
             care team for one phase.
    Raises   ReasonNeeded: no reason.
    Records  patient.merged for both, which can be undone
    """
    refuse_unmergeable(duplicate, into, reason)
    changes = Changes()
    Plan.objects.filter(patient=duplicate, is_current=True).update(is_current=False)
    for model in CARRIED:
        rows = list(model._default_manager.filter(patient=duplicate))
        changes.watch(*rows)
        for row in rows:
            row.patient_id = into.pk  # type: ignore[attr-defined]
        model._default_manager.bulk_update(rows, ["patient"])
    changes.watch(duplicate)
    duplicate.status, duplicate.merged_into = Patient.Status.MERGED, into
    duplicate.save(update_fields=["status", "merged_into"])
    settle_plans(into)
    record_event(
        "patient.merged",
        clinic=into.clinic,
        patient=into,
        by=by,
        reason=reason,
        duplicate=duplicate.pk,
        mrn=duplicate.mrn,
        rows=changes.facts(),
    )
    record_event(
        "patient.merged_away", clinic=into.clinic, patient=duplicate, by=by, reason=reason, into=into.pk, mrn=into.mrn
    )
    return into


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
def withdraw_patient(*, patient: Patient, reason: str, by: Staff) -> Patient:
    """Record that a patient was entered in error: the treatments are withdrawn, what was planned is cancelled.

    Raises   TransitionRefused: the record is closed already.
    Raises   ReasonNeeded: no reason.
    Records  patient.withdrawn, which can be undone
    """
    refuse_closed_record(patient)
    if not reason:
        raise ReasonNeeded(["This closes the whole record."], field="reason")
    changes = Changes()
    treatments = list(patient.treatments.exclude(state=Treatment.State.WITHDRAWN))
    changes.watch(patient, *treatments)
    for treatment in treatments:
        treatment.state = Treatment.State.WITHDRAWN
    Treatment.objects.bulk_update(treatments, ["state"])
    patient.status = Patient.Status.ENTERED_IN_ERROR
    patient.save(update_fields=["status"])
    settle_plans(patient)
    record_event(
        "patient.withdrawn", clinic=patient.clinic, patient=patient, by=by, reason=reason, rows=changes.facts()
    )
    return patient


def settle_after_undo(event: Event) -> None:
    """Settle the plans of the patients whose treatments an undone event had changed."""
    concerned = [event.patient_id, event.facts.get("duplicate")]
    for patient in Patient.objects.filter(pk__in=[pk for pk in concerned if pk]):
        settle_plans(patient)
