"""Work in the background: each task reads the clock and calls what does the work."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from accounts.models import Clinic
from events.models import Job
from schedules.actions import extend_plans
from schedules.actions.jobs import begin_job, fail_job
from schedules.actions.migration import finish_stage
from schedules.actions.paper import fail_printing, finish_printing, store_volume
from schedules.actions.reminders import plan_reminders
from schedules.actions.simulations import finish_simulation
from schedules.documents.printing import assemble, print_volume, volumes_left
from schedules.versions.migrating import run_stage
from schedules.versions.simulating import run

# One run ends well before the workers' time limit; what is left goes to another message.
RUN_SECONDS = 150


@shared_task
def extend_horizons() -> None:
    """Store the timepoints that came within the horizon of the current plans.

    The day is UTC's: a clinic where it is still yesterday, or tomorrow already, is a day ahead or behind for a horizon
    of two years.
    """
    extend_plans(today=timezone.now().date())


@shared_task
def write_reminders() -> None:
    """Write the reminders that are wanted within two days, clinic by clinic; twice changes nothing."""
    now = timezone.now()
    for clinic in Clinic.objects.order_by("pk"):
        plan_reminders(clinic=clinic, now=now)


@shared_task
def print_visit_plans(job_id: str) -> None:
    """Print the volumes of the job that are not printed yet, then put them together."""
    job = Job.objects.select_related("clinic", "created_by").get(pk=job_id, kind=Job.Kind.VISIT_PLANS)
    if job.state == Job.State.FINISHED:
        return
    try:
        if print_until(job, monotonic() + RUN_SECONDS):
            job.refresh_from_db()
            finish_printing(job=job, file=assemble(job), by=job.created_by, now=timezone.now())
        else:
            print_visit_plans.delay(job_id)
    except Exception:
        words = "The plans could not be printed. What is printed so far is kept; try again."
        fail_printing(job=job, error=words, by=job.created_by, now=timezone.now())
        raise


def print_until(job: Job, deadline: float) -> bool:
    """Print volumes until none is left (true) or the deadline has passed (false)."""
    for place, patients in volumes_left(job):
        if monotonic() > deadline:
            return False
        file, left_out = print_volume(job, place, patients)
        store_volume(job=job, place=place, file=file, left_out=left_out, by=job.created_by)
    return True


@shared_task
def simulate_protocol(job_id: str) -> None:
    """Count what a protocol version would change over a whole clinic, and keep the report."""
    job = Job.objects.select_related("clinic", "created_by").get(pk=job_id, kind=Job.Kind.SIMULATION)
    if job.state == Job.State.FINISHED:
        return
    try:
        begin_job(job=job, by=job.created_by)
        counted = run(job)
        finish_simulation(job=job, result=counted.result, file=counted.file, by=job.created_by, now=timezone.now())
    except Exception:
        words = "The simulation stopped. Nothing was changed; try again."
        fail_job(job=job, error=words, by=job.created_by, now=timezone.now())
        raise


@shared_task
def migrate_patients(job_id: str) -> None:
    """Take the patients of a stage to its version, or back, those that are not through yet."""
    job = Job.objects.select_related("clinic", "created_by").get(pk=job_id, kind=Job.Kind.MIGRATION)
    if job.state == Job.State.FINISHED:
        return
    try:
        begin_job(job=job, by=job.created_by)
        if run_stage(job, now=timezone.now(), deadline=monotonic() + RUN_SECONDS):
            finish_stage(job=job, by=job.created_by, now=timezone.now())
        else:
            migrate_patients.delay(job_id)
    except Exception:
        words = "The stage stopped. Who is through stays so; try again for the others."
        fail_job(job=job, error=words, by=job.created_by, now=timezone.now())
        raise
