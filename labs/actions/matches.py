"""Saying whether a specimen outside a window stands for what was planned."""

from datetime import datetime

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from labs.models import SpecimenMatch
from labs.settling import settle
from schedules.actions.decisions import locked
from schedules.models import OPEN_ACTIVITY, ActivityStatus, PlannedActivity
from schedules.plans.standing import follow_activities


@action
def accept_match(*, match: SpecimenMatch, by: Staff, now: datetime) -> SpecimenMatch:
    """Let the specimen stand for the activity it is proposed for, which is done on the day of the specimen.

    Raises   TransitionRefused: it is no longer proposed, or the activity is not open any more.
    Records  match.accepted, which can be undone
    """
    match, activity, changes = opened(match)
    activity.status, activity.done_on = ActivityStatus.DONE, match.specimen_on
    activity.save(update_fields=["status", "done_on"])
    match.state, match.confirmed = SpecimenMatch.State.FULFILLED, True
    match.save(update_fields=["state", "confirmed"])
    follow_activities([activity.visit])
    tell("match.accepted", match, activity, changes, by=by)
    settle([activity.visit.patient], clinic=match.clinic, by=by, now=now)
    return match


@action
def decline_match(*, match: SpecimenMatch, reason: str, by: Staff, now: datetime) -> SpecimenMatch:
    """Say that the specimen does not stand for the activity; it is not proposed for it again.

    Raises   TransitionRefused: it is no longer proposed.
    Raises   ReasonNeeded: no reason.
    Records  match.declined, which can be undone
    """
    if not reason.strip():
        raise ReasonNeeded(["It is not clear why."], field="reason")
    match, activity, changes = opened(match)
    match.state, match.confirmed, match.reason = SpecimenMatch.State.RELEASED, True, reason.strip()
    match.save(update_fields=["state", "confirmed", "reason"])
    tell("match.declined", match, activity, changes, by=by, reason=reason.strip())
    settle([activity.visit.patient], clinic=match.clinic, by=by, now=now)
    return match


def opened(match: SpecimenMatch) -> tuple[SpecimenMatch, PlannedActivity, Changes]:
    """Return the match and its activity as they are now, locked, and changes that remember them.

    Raises   TransitionRefused: it is no longer proposed, or the activity is not open any more.
    """
    activity = PlannedActivity.objects.select_related("visit").get(pk=match.activity_id)
    activity.visit = locked(activity.visit)
    activity = activity.visit.activities.select_related("visit").get(pk=activity.pk)
    match = SpecimenMatch.objects.select_for_update().get(pk=match.pk)
    if match.state != SpecimenMatch.State.PROPOSED or activity.status not in OPEN_ACTIVITY:
        raise TransitionRefused("This is not proposed any more.")
    changes = Changes()
    changes.watch(match, activity, activity.visit)
    return match, activity, changes


def tell(
    kind: str, match: SpecimenMatch, activity: PlannedActivity, changes: Changes, *, by: Staff, reason: str = ""
) -> None:
    """Write the event of a decision about a match."""
    record_event(
        kind,
        clinic=match.clinic,
        patient=match.patient,
        by=by,
        reason=reason,
        timepoint=activity.visit.timepoint,
        activity=activity.activity,
        specimen_on=match.specimen_on,
        rows=changes.facts(),
    )
