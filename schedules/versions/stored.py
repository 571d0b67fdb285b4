"""The stored timepoints of many plans as bare rows: quick to read, and to compare with a timeline."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db import connection

from schedules import protocol as rules
from schedules.plans.replanning import UNWANTED_REASON
from schedules.protocol.replanning import CANCELLED_DRAW, ENDED

# An activity is "name:status", and of a cancelled one what tells the reasons apart, as `replanning.standing` does.
VISITS = """
SELECT v.plan_id::text, v.id::text, v.timepoint, v.kind, v.target, v.opens, v.closes, v.cost, v.phase, v.on_hold <> '',
       CASE WHEN v.appointment_id IS NOT NULL THEN
            (SELECT p.on FROM schedules_appointment p WHERE p.id = v.appointment_id AND p.state = 'booked') END,
       (SELECT string_agg(a.activity || ':' || CASE WHEN a.status <> 'cancelled' THEN a.status
                                                    WHEN a.record_id IS NOT NULL THEN %(cancelled_draw)s
                                                    WHEN a.reason = %(unwanted)s THEN a.status
                                                    ELSE %(ended)s END, ',')
          FROM schedules_plannedactivity a WHERE a.visit_id = v.id)
  FROM schedules_plannedvisit v
 WHERE v.plan_id = ANY(%(plans)s::uuid[])
"""
DECIDED = frozenset({"done", "done_elsewhere", "missed", "not_applicable"})
Visit = tuple[str, str, str, str, date, date, date, int, str, bool, date | None, str | None]


def visits_of(plans: Iterable[UUID]) -> dict[str, list[Visit]]:
    """Return the stored timepoints of `plans`, by plan, in one query."""
    found: dict[str, list[Visit]] = {}
    with connection.cursor() as cursor:
        told = {"cancelled_draw": CANCELLED_DRAW, "unwanted": UNWANTED_REASON, "ended": ENDED}
        cursor.execute(VISITS, {"plans": [str(pk) for pk in plans], **told})
        for row in cursor.fetchall():
            found.setdefault(row[0], []).append(row)
    return found


@lru_cache(maxsize=4096)
def statuses_in(listed: str) -> Mapping[str, str]:
    """Return the status of each activity of a visit."""
    return dict(each.split(":") for each in listed.split(",")) if listed else {}


@lru_cache(maxsize=4096)
def reading(listed: str) -> tuple[frozenset[str], tuple[str, ...] | None, bool]:
    """Return what of a visit is to be done, its activities when each is only planned (else None), if all are decided.

    What was drawn is not to be done again.
    """
    statuses = statuses_in(listed)
    to_do = frozenset(name for name, status in statuses.items() if status == "planned")
    decided = bool(statuses) and DECIDED.issuperset(statuses.values())
    return to_do, tuple(sorted(statuses)) if len(to_do) == len(statuses) > 0 else None, decided


def existing(visit: Visit) -> rules.Existing[str]:
    _, pk, timepoint, kind, target, opens, closes, cost, phase, _, booked, listed = visit
    return rules.Existing(pk, timepoint, kind, target, opens, closes, cost, phase, statuses_in(listed or ""), booked)
