"""Printing for many patients: what is ordered, and what has been printed so far."""

from datetime import date, datetime
from hashlib import sha256

from django.db.models import F

from accounts.models import Clinic, Staff
from events.models import Job, StoredFile
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from patients.models import PatientQuerySet

MOST_PATIENTS = 1000
PATIENTS_PER_VOLUME = 25
PDF, ZIP = "pdf", "zip"


@action
def order_visit_plans(*, clinic: Clinic, patients: PatientQuerySet, output: str, by: Staff, today: date) -> Job:
    """Order the visit plans of those `patients` of the clinic that have one, as they stand on `today`.

    `output`: PDF (volumes of PATIENTS_PER_VOLUME patients) or ZIP (a file per patient).

    Raises   InputRefused: none of them has a plan, or more than MOST_PATIENTS have.
    """
    chosen = patients.in_follow_up().filter(clinic=clinic, plans__is_current=True).order_by("search_name", "id")
    ids = list(chosen.values_list("pk", flat=True)[: MOST_PATIENTS + 1])
    if not ids:
        raise InputRefused("None of these patients has a plan to print.")
    if len(ids) > MOST_PATIENTS:
        raise InputRefused(f"These are more than {MOST_PATIENTS} patients. Print them in smaller groups.")
    options = {"patients": [str(pk) for pk in ids], "output": output, "today": today.isoformat()}
    return Job.objects.create(clinic=clinic, kind=Job.Kind.VISIT_PLANS, total=len(ids), options=options, created_by=by)


@action
def store_volume(*, job: Job, place: int, file: StoredFile, left_out: int, by: Staff) -> None:
    """Keep `file` as the volume at `place` (from 0), with `left_out` patients who lost their plan since the order.

    Does nothing when a second worker was given the job too and was quicker.
    """
    kept = Job.objects.select_for_update().get(pk=job.pk)
    volumes = kept.result.get("volumes", [])
    if kept.state in (Job.State.FINISHED, Job.State.FAILED) or len(volumes) != place:
        return
    file.save(force_insert=True)
    kept.result = {"volumes": [*volumes, str(file.pk)], "left_out": kept.result.get("left_out", 0) + left_out}
    kept.state = Job.State.RUNNING
    kept.done = min((place + 1) * PATIENTS_PER_VOLUME, kept.total)
    kept.save(update_fields=["result", "state", "done"])


@action
def finish_printing(*, job: Job, file: StoredFile, by: Staff, now: datetime) -> None:
    """Keep `file` as what the job printed, in place of its volumes. Does nothing when it is finished already."""
    kept = Job.objects.select_for_update().get(pk=job.pk)
    if kept.state == Job.State.FINISHED:
        return
    file.save(force_insert=True)
    StoredFile.objects.filter(pk__in=kept.result.get("volumes", [])).delete()
    kept.result = {"left_out": kept.result.get("left_out", 0)}
    kept.file, kept.state, kept.finished_at, kept.done = file, Job.State.FINISHED, now, kept.total
    kept.save(update_fields=["result", "file", "state", "finished_at", "done"])


@action
def fail_printing(*, job: Job, error: str, by: Staff, now: datetime) -> None:
    """Record that the job stopped and why; what it printed so far stays for another try."""
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error=error, finished_at=now)


@action
def retry_printing(*, job: Job, by: Staff) -> None:
    """Let the job go on where it stopped.

    Raises   TransitionRefused: it is finished.
    """
    if (
        not Job.objects.filter(pk=job.pk)
        .exclude(state=Job.State.FINISHED)
        .update(state=Job.State.WAITING, error="", finished_at=None)
    ):
        raise TransitionRefused("This is printed already.")


def count_printed(job: Job) -> None:
    """Say that one more patient of the volume at hand is typeset; a number to look at, not kept in the history."""
    Job.objects.filter(pk=job.pk, done__lt=F("total")).update(done=F("done") + 1)


def new_file(job: Job, name: str, content_type: str, content: bytes) -> StoredFile:
    """Return an unsaved file of the job's clinic."""
    return StoredFile(
        clinic_id=job.clinic_id,
        name=name,
        content_type=content_type,
        content=content,
        sha256=sha256(content).hexdigest(),
        created_by_id=job.created_by_id,
    )
