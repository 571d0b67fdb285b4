"""Reminders and the chase list with 20,000 patients, against 200 with as much due: at most 1.5 times as long.

The patients of the small clinic were treated over the last five years and one in eight is behind. The large clinic
holds the same patients a hundred times over, but whatever is open of the copies was done or lies further ahead than
anybody is reminded of: what is due is the same, so that the ratio is that of finding it. A sweep that finds nothing
new is what runs every five minutes. Without a limit: the page of the large clinic when all its copies are behind too,
where it ranks and counts a hundred times as many.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotrex_followup.settings")
django.setup()

from django.db import connection, connections  # noqa: E402  (after setup, as all that follows)
from django.utils import timezone  # noqa: E402

from accounts.models import Clinic  # noqa: E402
from schedules.actions.reminders import plan_reminders  # noqa: E402
from tests.bench.bench_lists import PAIRS, PATIENTS, TIMES, Side, open_clinic  # noqa: E402
from tests.bench.database import own_database  # noqa: E402
from tests.bench.measure import Figure, at_most, paired, report  # noqa: E402

MOST, SWEEPS = 1.5, 3
CHASE = "/chase/"
# The ids of copies begin with their number, the others with the time.
QUIET = """
UPDATE schedules_appointment SET state = 'attended'
WHERE state = 'booked' AND "on" < %(until)s AND id < '00000100-0000-0000-0000-000000000000';
UPDATE schedules_plannedvisit SET status = 'done', done_on = target
WHERE status = 'planned' AND opens < %(until)s AND id < '00000100-0000-0000-0000-000000000000'
"""
AHEAD = timedelta(days=60)


def sweep(side: Side) -> int:
    """Plan the reminders of a clinic once; return how many were written."""
    connections["default"] = side.database
    return plan_reminders(clinic=Clinic.objects.get(), now=timezone.now())


def sweeps(side: Side) -> Callable[[], None]:
    """Return the work of several sweeps that find nothing new."""

    def work() -> None:
        for _ in range(SWEEPS):
            if sweep(side):
                raise RuntimeError("A sweep found something new.")

    return work


def quieten(side: Side) -> None:
    """Let nothing be due of the copies."""
    connections["default"] = side.database
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(QUIET, {"until": timezone.now().date() + AHEAD})
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    with ExitStack() as databases:
        large = open_clinic(databases.enter_context(own_database("bench_reminders_large")), large=True)
        small = open_clinic(databases.enter_context(own_database("bench_reminders_small")), large=False)
        pages = large.reads(CHASE), small.reads(CHASE)
        for page in pages:
            page()
        behind = paired(*pages, PAIRS)
        quieten(large)
        written = [sweep(side) for side in (large, small)]
        works = sweeps(large), sweeps(small)
        for work in (*pages, *works):
            work()
        what = f"{{}} of {PATIENTS * TIMES:,} patients: times as long as of {PATIENTS}"
        return [
            Figure("reminders written at first, large and small", " and ".join(map(str, written))),
            at_most(MOST, what.format("a sweep that finds nothing new"), paired(*works, PAIRS)),
            at_most(MOST, what.format("the chase list, as many behind"), paired(*pages, PAIRS)),
            Figure(what.format(f"also: the chase list, {TIMES} times as many behind"), str(behind)),
        ]


if __name__ == "__main__":
    report(run())
