"""What beat starts, done in this process: for `manage.py deliver`, which needs neither beat nor a broker."""

import logging
from datetime import datetime
from typing import Any, cast

from celery.schedules import BaseSchedule, maybe_schedule
from django.conf import settings
from django.utils.module_loading import import_string

from iotrex_followup.celery import app

LEFT_OUT = {
    "events.tasks.deliver",  # what the command does by itself
    # It gives imports to workers by the broker; done here, an import of an hour would hold up every alert.
    "interop.tasks.import_waiting_lists",
}
logger = logging.getLogger(__name__)


class Tick:
    """One entry of beat's schedule: due at once, since nobody knows when it last ran, then by its own times."""

    def __init__(self, name: str, *, task: str, schedule: Any) -> None:
        self.name, self._task = name, task
        # Beat's own clock and zone, in which a clock time of the schedule would be read.
        self._schedule = cast(BaseSchedule, maybe_schedule(schedule, app=app))
        self._began: datetime | None = None

    @property
    def is_due(self) -> bool:
        """Say whether it has not run yet, or beat would start it again by now."""
        return self._began is None or self._schedule.is_due(self._began)[0]

    def run(self) -> bool:
        """Do the work, and say whether it was done; what breaks is logged and waits for its next time."""
        self._began = self._schedule.now()
        try:
            import_string(self._task)()
        except Exception:
            logger.exception("%s: it broke, and is tried again at its next time", self.name)
            return False
        return True


def ticks() -> list[Tick]:
    """Return what beat would start and makes sense in one process, in the order of the schedule."""
    return [
        Tick(name, task=entry["task"], schedule=entry["schedule"])
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
        if entry["task"] not in LEFT_OUT
    ]
