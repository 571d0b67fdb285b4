"""Work in the background: each task reads the clock and calls what does the work."""

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from events.models import Job
from interop.actions import (
    FileRefused,
    carry_out_import,
    carry_out_results_import,
    fail_import,
    summary,
    take_up_import,
)
from interop.jobs import held, unfinished_imports
from iotrex_followup.errors import DomainError

logger = logging.getLogger(__name__)
AN_HOUR = 60 * 60
CARRY_OUT = {Job.Kind.PATIENT_IMPORT: carry_out_import, Job.Kind.LAB_IMPORT: carry_out_results_import}
BROKE = {
    Job.Kind.PATIENT_IMPORT: "Something went wrong, and nothing was stored. Ask who looks after the server.",
    Job.Kind.LAB_IMPORT: (
        "Something went wrong. What was stored before stays, and is known when the file is imported again. "
        "Ask who looks after the server."
    ),
}


@shared_task(soft_time_limit=AN_HOUR, time_limit=AN_HOUR + 60)
def import_list(job_id: str) -> None:
    """Import the job's file, unless another worker is at it or it is done: messages may come twice."""
    with held(UUID(job_id)) as progress:
        job = unfinished_imports().select_related("clinic", "source", "created_by").filter(pk=job_id).first()
        if progress is None or job is None or not take_up_import(job=job, now=timezone.now()):
            return
        by, now = job.created_by, timezone.now()
        try:
            CARRY_OUT[Job.Kind(job.kind)](job=job, progress=progress, by=by, now=now)
        except FileRefused as error:
            fail_import(job=job, error=error.message, result=summary(error.check, None), by=by, now=now)
        except DomainError as error:
            fail_import(job=job, error=error.message, result={}, by=by, now=now)
        except Exception:
            fail_import(job=job, error=BROKE[Job.Kind(job.kind)], result={}, by=by, now=now)
            raise


@shared_task
def import_waiting_lists() -> None:
    """Give every unfinished import to a worker: its message may be lost, or its worker dead."""
    for job in unfinished_imports():
        import_list.delay(str(job.pk))


def wake_worker(job: Job) -> None:
    """Hint that the job waits. Without a broker it waits for `import_waiting_lists`."""
    try:
        import_list.apply_async((str(job.pk),), retry=False)
    except OperationalError:
        logger.warning("No broker: the import waits")
