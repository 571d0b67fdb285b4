"""Work in the background: each task reads the clock and calls what does the work."""

from celery import shared_task
from django.utils import timezone

from labs.actions import adding, climbing, digests, escalating, lapsing
from labs.actions.late_counts import raise_for_late_counts


@shared_task
def lapse_alerts() -> None:
    """Bring back the alerts whose answer or snooze has run out, or whose next count is late; twice changes nothing."""
    now = timezone.now()
    lapsing.lapse_alerts(now=now)
    raise_for_late_counts(now=now)


@shared_task
def escalate_alerts() -> None:
    """Tell the next step of the ladder of alerts nobody has answered; by the row’s time, so twice changes nothing."""
    climbing.escalate_alerts(now=timezone.now())


@shared_task
def send_digests() -> None:
    """Write the digests of the clinics that have opened; each person once a day, however often it runs."""
    digests.send_digests(now=timezone.now())


@shared_task
def follow_additions() -> None:
    """Make, offer, extend and end what is added to plans as days pass without a result; twice changes nothing."""
    adding.follow_additions(now=timezone.now())


@shared_task
def escalate_quarantine() -> None:
    """Tell people of what was held back too long; each cause once a day, however often it runs."""
    escalating.escalate_quarantine(now=timezone.now())
