"""A stage of a migration, patient by patient: each in a transaction of its own; who cannot be changed is listed."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from events.models import Event, Job
from events.undo import undo
from iotrex_followup.errors import DomainError, TransitionRefused
from patients.models import Patient
from schedules.actions.jobs import count_done
from schedules.actions.migration import migrate_plan, migrated_in, note_progress
from schedules.models import Plan, Protocol
from schedules.versions.fitting import Instead

logger = logging.getLogger(__name__)
EVERY = 25  # patients between two notes of how far it is
NOT_STORED = "It could not be stored. Try this patient again alone."


def run_stage(job: Job, *, now: datetime, deadline: float) -> bool:
    """Change one patient after the other until none is left (true) or `deadline` (of `monotonic`) has passed (false).

    A second run goes on after the last patient that was noted; who was changed already is not changed again.
    """
    undoes = "undoes" in job.options
    items = job.options["events" if undoes else "patients"]
    change = undoing(job, now) if undoes else migrating(job, now)
    position = job.result.get("position", 0)
    changed, failed = job.result.get("changed", 0), list(job.result.get("failed", []))
    while position < len(items):
        if monotonic() > deadline:
            note_progress(job=job, position=position, changed=changed, failed=failed, by=job.created_by)
            return False
        why = attempt(change, items[position])
        if why:
            failed.append({"patient": patient_of(items[position], undoes=undoes), "why": why})
        else:
            changed += 1
        position += 1
        count_done(job, position)
        if position % EVERY == 0 or position == len(items):
            note_progress(job=job, position=position, changed=changed, failed=failed, by=job.created_by)
    return True


def attempt(change: Callable[[str], None], item: str) -> str:
    """Change one patient; return why that could not be, or nothing."""
    try:
        change(item)
    except DomainError as error:
        return error.message
    except DatabaseError:
        logger.exception("one of a stage could not be stored", extra={"item": item})
        return NOT_STORED
    return ""


def migrating(job: Job, now: datetime) -> Callable[[str], None]:
    """Return what takes one patient of the stage, given by id, to its version."""
    protocol = Protocol.objects.get(pk=job.options["protocol"])
    instead, today = Instead(**job.options["instead"]), job.clinic.local_date(now)

    def migrate(patient: str) -> None:
        plan = Plan.objects.select_related("patient__clinic").filter(patient=UUID(patient), is_current=True).first()
        if plan is None:
            raise DomainError("There is no current plan any more.")
        try:
            migrate_plan(
                plan=plan,
                protocol=protocol,
                instead=instead,
                reason=job.options["reason"],
                stage=job.pk,
                by=job.created_by,
                today=today,
            )
        except TransitionRefused:
            # Through already: an earlier run stopped before it was noted, or a second one runs beside this.
            if not migrated_in(job).filter(patient=plan.patient_id).exists():
                raise

    return migrate


def undoing(job: Job, now: datetime) -> Callable[[str], None]:
    """Return what undoes one event of the stage, given by id, that was not undone meanwhile."""

    def take_back(pk: str) -> None:
        event = Event.objects.select_related("clinic", "patient", "undone_by").get(pk=pk)
        if hasattr(event, "undone_by"):
            return
        try:
            undo(event=event, by=job.created_by, now=now, reason="The whole stage was undone.")
        except TransitionRefused:
            if not Event.objects.filter(undoes=event).exists():
                raise

    return take_back


def patient_of(item: str, *, undoes: bool) -> str:
    """Return the id of the patient an item of a stage is about."""
    return str(Event.objects.values_list("patient", flat=True).get(pk=item)) if undoes else item


def failures(job: Job) -> list[tuple[Patient, str]]:
    """Return who of a stage could not be changed, and why."""
    listed: list[Mapping[str, Any]] = job.result.get("failed", [])
    patients = Patient.objects.in_bulk([each["patient"] for each in listed])
    by_id = {str(pk): patient for pk, patient in patients.items()}
    return [(by_id[each["patient"]], each["why"]) for each in listed if each["patient"] in by_id]
