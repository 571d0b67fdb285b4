"""What follows on a visit from its activities and from the patient's life."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from iotrex_followup.copying import update_rows
from schedules.models import ActivityStatus, PlannedActivity, PlannedVisit
from schedules.plans.life import HOLDING, PREGNANCY, SAFE_IN_PREGNANCY, Life, day_words, lives_of
from schedules.protocol import visit_status

CLOSED_BY_PLAN = (PlannedVisit.Status.CANCELLED, PlannedVisit.Status.SUPERSEDED)
PERFORMED = (ActivityStatus.DONE, ActivityStatus.DONE_ELSEWHERE)
STANDING = ("status", "done_on", "drawn_on", "elsewhere", "closing_reason", "next_step", "on_hold")


def follow_activities(visits: Sequence[PlannedVisit]) -> None:
    """Set the status, dates and hold of `visits` to what follows from what is stored, and save them."""
    by_visit: dict[object, list[PlannedActivity]] = defaultdict(list)
    for activity in PlannedActivity.objects.filter(visit__in=visits):
        by_visit[activity.visit_id].append(activity)
    lives = lives_of({visit.patient_id for visit in visits})
    for visit in visits:
        stand(visit, by_visit[visit.pk], lives[visit.patient_id])
    update_rows(visits, STANDING)


def stand(visit: PlannedVisit, activities: Sequence[PlannedActivity], life: Life) -> None:
    """Set what follows from `activities` and `life` on `visit`, without saving it."""
    performed = [a for a in activities if a.status in PERFORMED]
    drawn = [a.done_on for a in activities if a.status == ActivityStatus.DRAWN and a.done_on]
    visit.status = visit_status(a.status for a in activities)
    visit.done_on = max((a.done_on for a in performed if a.done_on), default=None)
    visit.drawn_on = min(drawn, default=None)
    visit.elsewhere = bool(performed) and all(a.status == ActivityStatus.DONE_ELSEWHERE for a in performed)
    if visit.status == PlannedVisit.Status.PLANNED:
        visit.closing_reason = visit.next_step = ""
    elif visit.status in CLOSED_BY_PLAN:
        visit.closing_reason = next((a.reason for a in activities if a.status == visit.status), "")
    visit.on_hold = hold_of(visit, activities, life)


def hold_of(visit: PlannedVisit, activities: Iterable[PlannedActivity], life: Life) -> str:
    """Return why an open visit waits for a decision: the pause, or in pregnancy imaging and what may do harm.

    What a clinician let go on is not held again for the same cause; nor is a specimen whose result is awaited.
    """
    open_ones = [each for each in activities if each.is_open]
    if not open_ones or any(each.status == ActivityStatus.DRAWN for each in open_ones):
        return ""
    holds = [life.care.label] if life.care in HOLDING else []
    exposes = visit.kind == PlannedVisit.Kind.IMAGING or any(
        each.activity not in SAFE_IN_PREGNANCY for each in open_ones
    )
    if exposes and life.pregnant_since and visit.closes >= life.pregnant_since:
        holds.append(PREGNANCY)
    decided = visit.hold_decision.splitlines()
    return next((hold for hold in holds if not any(line.startswith(cause_of(hold, life)) for line in decided)), "")


def cause_of(hold: str, life: Life) -> str:
    """Return what a decision about a hold is kept under, the words of `hold_of` and the first day of their cause."""
    since = life.pregnant_since if hold == PREGNANCY else life.held_since
    return f"{hold} since {day_words(since)}: " if since else f"{hold}: "
