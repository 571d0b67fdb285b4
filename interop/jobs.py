"""Which imports wait for a worker, and how far the running ones are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, models

from events.models import Job

LOCKS = 4214  # first key of the advisory locks of imports; the second is made of the job's id


def unfinished_imports() -> models.QuerySet[Job]:
    """Imports that a worker should take up, or whose worker may have died."""
    unfinished = Job.objects.filter(state__in=(Job.State.WAITING, Job.State.RUNNING))
    return unfinished.filter(kind__in=(Job.Kind.PATIENT_IMPORT, Job.Kind.LAB_IMPORT)).order_by("created_at")


@contextmanager
def held(job_id: UUID) -> Iterator[Callable[[int], None] | None]:
    """Keep other workers from a job, and yield what writes how many rows are done; None when another has it.

    Both go over a connection of their own: progress is seen while the import's transaction is still open, and the
    database lets go of the job when the worker dies.
    """
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCKS, str(job_id)])
            if not cursor.fetchone()[0]:
                yield None
                return

            def report(done: int) -> None:
                cursor.execute("UPDATE events_job SET done = %s WHERE id = %s", [done, job_id])

            yield report
    finally:
        other.close()
