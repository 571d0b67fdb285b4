"""Work on many patients in the background: stopped with its reason, taken up again."""

from datetime import datetime

from accounts.models import Staff
from events.models import Job
from iotrex_followup.errors import TransitionRefused
from iotrex_followup.history import action


@action
def begin_job(*, job: Job, by: Staff) -> None:
    """Record that a worker has taken the job up."""
    Job.objects.filter(pk=job.pk).exclude(state=Job.State.FINISHED).update(state=Job.State.RUNNING)


@action
def fail_job(*, job: Job, error: str, by: Staff, now: datetime) -> None:
    """Record that the job stopped and why; what it did so far stays."""
    Job.objects.filter(pk=job.pk).exclude(state=Job.State.FINISHED).update(
        state=Job.State.FAILED, error=error, finished_at=now
    )


@action
def retry_job(*, job: Job, by: Staff) -> None:
    """Let the job go on where it stopped.

    Raises   TransitionRefused: it is finished.
    """
    unfinished = Job.objects.filter(pk=job.pk).exclude(state=Job.State.FINISHED)
    if not unfinished.update(state=Job.State.WAITING, error="", finished_at=None):
        raise TransitionRefused("This is finished already.")


def count_done(job: Job, done: int) -> None:
    """Say how far the job is; a number to look at, not kept in the history."""
    Job.objects.filter(pk=job.pk).update(done=done)
