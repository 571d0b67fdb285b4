"""What follows on a visit from its activities."""

from collections import defaultdict
from collections.abc import Sequence

from schedules.models import ActivityStatus, PlannedActivity, PlannedVisit
from schedules.protocol import visit_status

PERFORMED = (ActivityStatus.DONE, ActivityStatus.DONE_ELSEWHERE)


def follow_activities(visits: Sequence[PlannedVisit]) -> None:
    """Set the status and dates of `visits` to what follows from their stored activities, and save them."""
    by_visit: dict[object, list[PlannedActivity]] = defaultdict(list)
    for activity in PlannedActivity.objects.filter(visit__in=visits):
        by_visit[activity.visit_id].append(activity)
    for visit in visits:
        stand(visit, by_visit[visit.pk])
    PlannedVisit.objects.bulk_update(
        visits, ["status", "done_on", "drawn_on", "elsewhere", "closing_reason", "next_step"]
    )


def stand(visit: PlannedVisit, activities: Sequence[PlannedActivity]) -> None:
    """Set what follows from `activities` on `visit`, without saving it."""
    performed = [a for a in activities if a.status in PERFORMED]
    drawn = [a.done_on for a in activities if a.status == ActivityStatus.DRAWN and a.done_on]
    visit.status = visit_status(a.status for a in activities)
    visit.done_on = max((a.done_on for a in performed if a.done_on), default=None)
    visit.drawn_on = min(drawn, default=None)
    visit.elsewhere = bool(performed) and all(a.status == ActivityStatus.DONE_ELSEWHERE for a in performed)
    if visit.status == PlannedVisit.Status.PLANNED:
        visit.closing_reason = visit.next_step = ""
