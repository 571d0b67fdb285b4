"""Do without beat and broker what messages and alerts hang on: `manage.py deliver --drain`."""

import logging
from collections import Counter
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections
from django.utils import timezone

from events.delivery.figures import figures
from events.delivery.sending import deliver_due
from iotrex_followup.ticks import ticks

LOOK_EVERY = 5  # seconds
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Send the messages that are due, and do in this process what beat would start, such as telling the next step "
        "of an alert; without --drain go on, with a look every 5 seconds, until stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--drain", action="store_true", help="do each thing once, and end when nothing is due any more"
        )

    def handle(self, *args: Any, drain: bool, **options: Any) -> None:
        ended: Counter[str] = Counter()
        broken: list[str] = []
        waiting = ticks()
        while True:
            try:
                found = deliver_due(clock=timezone.now)
            except Error:
                if drain:
                    raise
                # The database restarts, say. What was claimed is free again when its time is over.
                logger.exception("the database did not answer; the next look is in %s seconds", LOOK_EVERY)
                close_old_connections()
                sleep(LOOK_EVERY)
                continue
            ended += found
            # One between two looks: what it wrote leaves before the next one, which may take a while, begins.
            tick = next((each for each in waiting if each.is_due), None)
            is_done = tick is None or tick.run()
            if tick and drain:
                waiting.remove(tick)
                broken += [] if is_done else [tick.name]
            if found or tick:
                continue
            if drain:
                break
            sleep(LOOK_EVERY)
        stand = figures(now=timezone.now())
        told = ", ".join(f"{number} {state}" for state, number in sorted(ended.items())) or "nothing was due"
        self.stdout.write(f"{told}; left: {stand.due} due, {stand.claimed} being sent, {stand.dead} dead")
        if broken:
            raise CommandError(f"Broke, as the log says: {', '.join(broken)}.")
