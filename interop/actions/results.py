"""Imports of laboratory results in the background.

A job stores batch by batch. One that stopped is begun again from the start: what is stored already is known.
"""

from datetime import datetime
from io import BytesIO

from accounts.models import Clinic, Staff
from events.models import Job, StoredFile
from interop.actions.jobs import end, keep_file, shortened
from interop.actions.patients import Progress
from interop.labs.importing import READERS, Outcome, ResultImport
from interop.labs.sources import ResultFile, open_results
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action


@action
def keep_results(*, clinic: Clinic, name: str, content: bytes, format: str, by: Staff) -> StoredFile:
    """Keep a file of results until it is imported.

    Raises   InputRefused: it is in no format that is read, or its header does not name the columns.
    """
    source = keep_file(clinic, name, content, "text/plain", by)
    open_results(result_file(source), format=format, readers=READERS)
    return source


@action
def order_results_import(*, source: StoredFile, format: str, dry_run: bool, by: Staff) -> Job:
    """Order the import of a kept file, or only a check of what it would do."""
    return Job.objects.create(
        clinic=source.clinic,
        kind=Job.Kind.LAB_IMPORT,
        source=source,
        total=sum(1 for _ in open_results(result_file(source), format=format, readers=READERS).rows),
        options={"format": format, "dry_run": dry_run, "tries": 0},
        created_by=by,
    )


def carry_out_results_import(*, job: Job, progress: Progress, by: Staff, now: datetime) -> None:
    """Take in the job's file batch by batch, and end the job with what came of it.

    Raises   InputRefused: see `open_results`
    """
    if job.source is None:
        raise InputRefused("The job has no file.")
    file = result_file(job.source)
    opened = open_results(file, format=job.options["format"], readers=READERS)
    order = ResultImport(job.clinic, by, now, job.options["dry_run"], progress)
    order.take_in(file, opened)
    finish_results_import(job=job, outcome=order.outcome, by=by, now=now)


@action
def finish_results_import(*, job: Job, outcome: Outcome, by: Staff, now: datetime) -> None:
    """End the job with what came of its file."""
    result = {"dry_run": job.options["dry_run"], **outcome.summary()}
    end(job, Job.State.FINISHED, now, result=shortened(result))


def result_file(source: StoredFile) -> ResultFile:
    """Return a kept file as a reader takes it."""
    return ResultFile(source.name, lambda: BytesIO(bytes(source.content)))
