"""Imports in the background. A job of patients ends in the transaction that stores them: there is both or neither."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from accounts.models import Clinic, Staff
from events.models import Job, StoredFile
from interop.actions.patients import Progress, import_patients, summary
from interop.csv.columns import Matching
from iotrex_followup.csv_reading import read_sheet
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action

MOST_ROWS = 20_000
MOST_TRIES = 3
FINDINGS = ("mistakes", "notes", "quarantined_rows")
FINDINGS_KEPT = 500


@action
def keep_upload(*, clinic: Clinic, name: str, content: bytes, by: Staff) -> StoredFile:
    """Keep an uploaded list until it is imported.

    Raises   InputRefused: it cannot be read as a list, or is too long for a page.
    """
    rows = len(read_sheet(content).rows)
    if rows > MOST_ROWS:
        raise InputRefused(
            f"The list has {rows:,} rows. Split it into files of at most {MOST_ROWS:,}, "
            "or have it imported by “manage.py import_patients”.",
            field="file",
        )
    return keep_file(clinic, name, content, "text/csv", by)


def keep_file(clinic: Clinic, name: str, content: bytes, content_type: str, by: Staff) -> StoredFile:
    """Keep what somebody sent."""
    return StoredFile.objects.create(
        clinic=clinic,
        name=name[:200],
        content_type=content_type,
        content=content,
        sha256=sha256(content).hexdigest(),
        created_by=by,
    )


@action
def order_import(*, source: StoredFile, matching: Matching, skip_bad_rows: bool, by: Staff) -> Job:
    """Order the import of a kept list whose columns are where `matching` says."""
    return Job.objects.create(
        clinic=source.clinic,
        kind=Job.Kind.PATIENT_IMPORT,
        source=source,
        total=len(read_sheet(bytes(source.content)).rows),
        options={"columns": dict(matching), "skip_bad_rows": skip_bad_rows, "tries": 0},
        created_by=by,
    )


@action
def take_up_import(*, job: Job, now: datetime, by: None = None) -> bool:
    """Note that a worker begins with the job, and say whether it may: not after MOST_TRIES that never ended."""
    if job.options["tries"] >= MOST_TRIES:
        end(job, Job.State.FAILED, now, error="The import stopped several times. Ask who looks after the server.")
        return False
    job.options["tries"] += 1
    job.state = Job.State.RUNNING
    job.save(update_fields=["options", "state"])
    return True


@action
def carry_out_import(*, job: Job, progress: Progress, by: Staff, now: datetime) -> None:
    """Store the patients of the job's file, and end the job with what was stored.

    Raises   see `import_patients`
    """
    source = job.source
    if source is None:
        raise InputRefused("The job has no file.")
    check, imported = import_patients(
        clinic=job.clinic,
        sheet=read_sheet(bytes(source.content)),
        matching=job.options["columns"],
        skip_bad_rows=job.options["skip_bad_rows"],
        by=by,
        today=job.clinic.local_date(now),
        name=source.name,
        progress=progress,
    )
    end(job, Job.State.FINISHED, now, result=shortened(summary(check, imported)))


@action
def fail_import(*, job: Job, error: str, result: dict[str, Any], by: Staff, now: datetime) -> None:
    """End the job before its end, and say why."""
    end(job, Job.State.FAILED, now, error=error, result=shortened(result))


def end(job: Job, state: Job.State, now: datetime, *, error: str = "", result: dict[str, Any] | None = None) -> None:
    """Set how the job ended."""
    job.state, job.finished_at, job.error, job.result = state, now, error, result or {}
    job.done = job.total
    job.save(update_fields=["state", "finished_at", "error", "result", "done"])


def shortened(result: dict[str, Any]) -> dict[str, Any]:
    """Return `result` with at most FINDINGS_KEPT of each kind of finding; the counts stay whole."""
    return result | {name: result[name][:FINDINGS_KEPT] for name in FINDINGS if name in result}
