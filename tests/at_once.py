"""Two changes at once, one of which waits for the other: who comes second sees what the first has written."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

PATIENCE = 10  # seconds until a change that neither waits nor ends is given up


def while_open(first: Callable[[], object], second: Callable[[], Any]) -> Future[Any]:
    """Run `first` in a transaction that stays open until `second`, begun meanwhile, waits for it or is done.

    Return what became of `second`. For tests with `transaction=True`.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            outcome = pool.submit(alone, second)
            wait_until_blocked(outcome)
        outcome.exception()
    return outcome


def alone(change: Callable[[], Any]) -> Any:
    """Make a change by a connection of its own."""
    try:
        return change()
    finally:
        connection.close()


def wait_until_blocked(outcome: Future[Any]) -> None:
    """Wait until the other change is done, or waits for a lock of this database."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ends = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < ends and not outcome.done():
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(query)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
