"""Work in the background: each task reads the clock and calls what does the work."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from events.delivery.sending import deliver_due

# One run ends well before the workers' time limit; what is left goes to the next.
RUN_SECONDS = 60


@shared_task
def deliver() -> None:
    """Send what is due, until nothing is or the time of one run is over."""
    until = monotonic() + RUN_SECONDS
    while deliver_due(clock=timezone.now) and monotonic() < until:
        pass
