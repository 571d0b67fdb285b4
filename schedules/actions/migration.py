"""Taking patients to another protocol version: one, some or all, each in a transaction of its own, and back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.models import Event, Job
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from schedules.actions.settling import settle_plans
from schedules.models import Plan, Protocol
from schedules.versions.fitting import Instead, chosen_options
from schedules.versions.simulation import plans_to_follow

CHOSEN = ("imaging_interval", "annual_interval", "late_imaging_interval")
REASONS = {"annual_interval": "annual_reason", "late_imaging_interval": "late_imaging_reason"}


@action
def migrate_plan(
    *, plan: Plan, protocol: Protocol, instead: Instead, reason: str, stage: UUID | None = None, by: Staff, today: date
) -> Plan:
    """Let a current plan follow another published version; what happened or is booked stays.

    `instead`: what is chosen where the version does not offer what the plan has. `stage`: the job it is part of.

    Raises   TransitionRefused: the version is not published or not the clinic's, the plan is not the patient's current
             one, or it follows that version already.
    Raises   InputRefused: a choice is not offered, and none that is was made.
    Raises   ReasonNeeded: no reason.
    Records  plan.migrated, which can be undone while nothing else happened to the schedule
    """
    patient = lock_patient(plan.patient)
    plan = Plan.objects.select_related("clinic", "protocol", "patient").get(pk=plan.pk)
    protocol = Protocol.objects.get(pk=protocol.pk)  # which may have been retired while a stage was under way
    refuse_version(protocol, plan.clinic)
    if not plan.is_current:
        raise TransitionRefused("Only the current plan of a patient goes on by another version.")
    if plan.protocol_id == protocol.pk:
        raise TransitionRefused(f"This plan follows {protocol.reference} already.")
    if not reason:
        raise ReasonNeeded(["Every open date of the plan follows the other version."], field="reason")
    options = chosen_options(protocol.definition, plan.options, instead)
    was = plan.protocol.reference
    changes = Changes()
    changes.watch(plan)
    plan.protocol = protocol
    for name in CHOSEN:
        chosen = getattr(options, name)
        if chosen != getattr(plan, name) and name in REASONS:
            setattr(plan, REASONS[name], reason if chosen != 12 else "")
        setattr(plan, name, chosen)
    plan.markers = list(options.markers)
    plan.save(update_fields=["protocol", *CHOSEN, *REASONS.values(), "markers"])
    settle_plans(patient, today=today)
    record_event(
        "plan.migrated",
        clinic=plan.clinic,
        patient=patient,
        by=by,
        reason=reason,
        plan=plan.pk,
        anchor=plan.anchor,
        protocol=protocol.reference,
        was=was,
        stage=stage,
        rows=changes.facts(),
    )
    return plan


def refuse_version(protocol: Protocol, clinic: Clinic) -> None:
    """Raise TransitionRefused when no plan of `clinic` can go on by `protocol`."""
    if protocol.clinic_id not in (None, clinic.pk):
        raise TransitionRefused("This version belongs to another clinic.")
    if protocol.status != Protocol.Status.ACTIVE:
        raise TransitionRefused(f"{protocol.reference} is {protocol.get_status_display().lower()}: not to be followed.")


@action
def order_migration(
    *,
    clinic: Clinic,
    protocol: Protocol,
    patients: Sequence[UUID] | None,
    instead: Instead,
    reason: str,
    by: Staff,
    today: date,
) -> Job:
    """Order that the current plans of `patients` (None: of everybody in follow-up) go on by `protocol`: a stage.

    Raises   TransitionRefused: the version is not published, or not the clinic's.
    Raises   InputRefused: nobody of them can go on by it, or a choice it does not offer was not made anew.
    Raises   ReasonNeeded: no reason.
    """
    refuse_version(protocol, clinic)
    if not reason:
        raise ReasonNeeded(["Every open date of these plans follows the other version."], field="reason")
    plans = plans_to_follow(clinic, protocol=protocol)
    if patients is not None:
        plans = plans.filter(patient__in=patients)
    chosen = list(plans.order_by("patient__search_name", "pk").only("patient_id", *CHOSEN, "markers"))
    if not chosen:
        raise InputRefused("None of these patients has a current plan by another version.")
    for plan in chosen:
        chosen_options(protocol.definition, plan.options, instead)
    options = {
        "protocol": str(protocol.pk),
        "reference": protocol.reference,
        "patients": [str(plan.patient_id) for plan in chosen],
        "instead": {name: getattr(instead, name) for name in Instead.__dataclass_fields__},
        "reason": reason,
    }
    return Job.objects.create(clinic=clinic, kind=Job.Kind.MIGRATION, total=len(chosen), options=options, created_by=by)


@action
def order_undoing(*, stage: Job, by: Staff) -> Job:
    """Order that a whole stage is undone: every patient of it for whom nothing else happened since.

    Raises   TransitionRefused: it is under way, or nothing of it is left to be undone.
    """
    if stage.state in (Job.State.WAITING, Job.State.RUNNING):
        raise TransitionRefused("This stage is still under way.")
    events = [str(pk) for pk in migrated_in(stage).values_list("pk", flat=True)]
    if not events:
        raise TransitionRefused("Nothing of this stage is left to be undone.")
    options = {"undoes": str(stage.pk), "reference": stage.options["reference"], "events": events}
    return Job.objects.create(
        clinic=stage.clinic, kind=Job.Kind.MIGRATION, total=len(events), options=options, created_by=by
    )


def migrated_in(stage: Job) -> QuerySet[Event]:
    """Return the events of a stage that stand, the earliest first."""
    events = Event.objects.filter(clinic=stage.clinic_id, kind="plan.migrated", at__gte=stage.created_at)
    return events.filter(facts__stage=str(stage.pk), undone_by__isnull=True).order_by("at", "id")


@action
def note_progress(*, job: Job, position: int, changed: int, failed: Sequence[dict[str, Any]], by: Staff) -> None:
    """Keep how far a stage is: the first `position` of it are through, `failed` are those that could not be changed."""
    result = {"position": position, "changed": changed, "failed": list(failed)}
    Job.objects.filter(pk=job.pk).exclude(state=Job.State.FINISHED).update(
        state=Job.State.RUNNING, done=position, result=result
    )


@action
def finish_stage(*, job: Job, by: Staff, now: datetime) -> None:
    """Record that everybody of a stage is through."""
    Job.objects.filter(pk=job.pk).exclude(state=Job.State.FINISHED).update(state=Job.State.FINISHED, finished_at=now)
