"""A worker, a beat or a polling `deliver` of the product, made ready for harm: `python -m tests.faults.worker ROLE`.

The product starts as in production. What is patched stands here: shorter times, so that a lease lapses within a round;
the campaign's kinds; the points; and, when asked for, one deliberate defect (defects.py).
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from pytest import MonkeyPatch  # noqa: PT013 (in workers too, where no test runs)

LEASE = timedelta(seconds=3)
TIMEOUT = 0.5


def main() -> None:
    """Become what the command line says."""
    role, name = sys.argv[1:3]
    django.setup()
    patch = MonkeyPatch()
    shorten(patch)
    prepare(patch)
    start(role, name)


def shorten(patch: MonkeyPatch) -> None:
    """Shorten all times by about the same: the proportions between them are the product's."""
    from events.delivery import backoff, breaker, claims
    from events.management.commands import deliver

    patch.setattr(claims, "LEASE", LEASE)
    patch.setattr(settings, "EMAIL_TIMEOUT", TIMEOUT)
    patch.setattr(settings, "SMS_TIMEOUT", TIMEOUT)
    patch.setattr(backoff, "SHORTEST", timedelta(seconds=0.2))
    patch.setattr(backoff, "LONGEST", timedelta(seconds=2))
    patch.setattr(breaker, "SHORTEST", timedelta(seconds=0.5))
    patch.setattr(breaker, "LONGEST", timedelta(seconds=2))
    patch.setattr(deliver, "LOOK_EVERY", 1)
    patch.setitem(settings.CELERY_BEAT_SCHEDULE["deliver"], "schedule", 1.0)


def prepare(patch: MonkeyPatch) -> None:
    """Register the campaign's kinds, watch the points, and put in the defect asked for."""
    from tests.faults import kinds, points
    from tests.faults.defects import DEFECTS
    from tests.faults.orders import Orders

    orders = Orders(Path(os.environ["FAULTS_FOLDER"]))

    def looking(message: object) -> None:
        if getattr(message, "kind", "") == "fault.poison":
            os.kill(os.getpid(), 9)
        orders.obey("looking")

    kinds.register(looking)
    if name := os.environ.get("FAULTS_DEFECT"):
        DEFECTS[name].put_in(patch)
    points.watch(lambda point, _: orders.obey(point), patch)


def start(role: str, name: str) -> None:
    """Start the process of the Procfile, or `manage.py deliver`."""
    if role == "deliver":
        from django.core.management import call_command

        call_command("deliver")
        return
    from celery.bin.celery import main as celery

    sys.argv = ["celery", "--quiet", "-A", "iotrex_followup", role, "--loglevel", "WARNING"]
    if role == "worker":
        # Without --queues it takes every queue, `urgent` too.
        sys.argv += ["--concurrency", "2", "-n", f"{name}@%h"]
    else:
        sys.argv += ["--schedule", str(Path(os.environ["FAULTS_FOLDER"]) / f"schedule-{name}")]
    sys.exit(celery())


if __name__ == "__main__":
    main()
