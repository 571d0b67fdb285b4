"""Send what is due without a broker: `manage.py deliver --drain`."""

import logging
from collections import Counter
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections
from django.utils import timezone

from events.delivery.figures import figures
from events.delivery.sending import deliver_due

LOOK_EVERY = 5  # seconds
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Send the messages that are due; without --drain look for more every 5 seconds, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drain", action="store_true", help="end when nothing is due any more")

    def handle(self, *args: Any, drain: bool, **options: Any) -> None:
        ended: Counter[str] = Counter()
        while True:
            try:
                found = deliver_due(clock=timezone.now)
            except Error:
                if drain:
                    raise
                # The database restarts, say. What was claimed is free again when its time is over.
                logger.exception("the database did not answer; the next look is in %s seconds", LOOK_EVERY)
                close_old_connections()
                found = Counter()
            ended += found
            if not found and drain:
                break
            if not found:
                sleep(LOOK_EVERY)
        stand = figures(now=timezone.now())
        told = ", ".join(f"{number} {state}" for state, number in sorted(ended.items())) or "nothing was due"
        self.stdout.write(f"{told}; left: {stand.due} due, {stand.claimed} being sent, {stand.dead} dead")
