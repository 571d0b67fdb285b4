"""Decisions about planned visits: results that came, misses, what does not apply, a link that was wrong."""

from collections.abc import Iterable
from datetime import date
from typing import NoReturn

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from schedules.actions.settling import settle_plans
from schedules.models import OPEN_ACTIVITY, ActivityStatus, PlannedActivity, PlannedVisit
from schedules.plans.standing import PERFORMED, follow_activities


@action
def receive_results(*, visit: PlannedVisit, activities: Iterable[str], by: Staff) -> PlannedVisit:
    """Record that the results of drawn specimens have come: those activities are done on the day of the draw.

    Raises   TransitionRefused: one of `activities` is not awaiting a result.
    Records  visit.results_received, which can be undone
    """
    visit = locked(visit)
    names = list(activities)
    waiting = {a.activity: a for a in visit.activities.filter(status=ActivityStatus.DRAWN)}
    if not names or not waiting.keys() >= set(names):
        raise TransitionRefused("No result is awaited for this.")
    changes = watched(visit, waiting.values())
    for name in names:
        found = waiting[name]
        elsewhere = found.record is not None and found.record.elsewhere
        found.status = ActivityStatus.DONE_ELSEWHERE if elsewhere else ActivityStatus.DONE
        found.save(update_fields=["status"])
    follow_activities([visit])
    write_visit_event("visit.results_received", visit, changes, by=by, activities=sorted(names))
    return visit


@action
def mark_missed(*, visit: PlannedVisit, reason: str, next_step: str, by: Staff, today: date) -> PlannedVisit:
    """Decide that what is open of `visit` will not be done any more.

    Raises   TransitionRefused: the visit is closed, or its window has not opened.
    Raises   ReasonNeeded: no reason.
    Records  visit.missed, which can be undone
    """
    if visit.opens > today:
        raise TransitionRefused("Its window has not opened yet. Mark it as not applicable if it will not be done.")
    return close_open_activities(
        "visit.missed", visit, ActivityStatus.MISSED, None, reason=reason, next_step=next_step, by=by
    )


@action
def mark_not_applicable(
    *, visit: PlannedVisit, reason: str, by: Staff, activities: Iterable[str] | None = None
) -> PlannedVisit:
    """Decide that `visit`, or only some of its activities, does not apply to this patient.

    Raises   TransitionRefused: the visit is closed, or an activity is not open.
    Raises   ReasonNeeded: no reason.
    Records  visit.not_applicable, which can be undone
    """
    return close_open_activities(
        "visit.not_applicable", visit, ActivityStatus.NOT_APPLICABLE, activities, reason=reason, by=by
    )


@action
def release_activity(*, activity: PlannedActivity, reason: str, by: Staff, today: date) -> PlannedActivity:
    """Undo one link between a recorded specimen and an activity it fulfilled: the activity is open again.

    Its dates stood because it was done; open again, it goes where the plan has it now.

    Raises   TransitionRefused: nothing fulfilled it, or the patient's record is closed.
    Records  activity.released, which can be undone
    """
    visit = locked_whatever_became_of_it(activity.visit)
    activity = visit.activities.get(pk=activity.pk)
    if activity.status not in (*PERFORMED, ActivityStatus.DRAWN):
        raise TransitionRefused("Nothing fulfilled this activity.")
    changes = watched(visit, [activity])
    activity.status, activity.done_on, activity.record = ActivityStatus.PLANNED, None, None
    activity.save(update_fields=["status", "done_on", "record"])
    follow_activities([visit])
    settle_plans(visit.patient, today=today)
    visit.refresh_from_db()
    activity.refresh_from_db()
    write_visit_event(
        "activity.released", visit, changes, by=by, reason=reason, activity=activity.activity, activity_id=activity.pk
    )
    return activity


def locked(visit: PlannedVisit) -> PlannedVisit:
    """Return the visit as it is now, its patient locked first.

    Raises   TransitionRefused: it is closed, or its patient's record is.
    """
    fresh = locked_whatever_became_of_it(visit)
    if fresh.status != PlannedVisit.Status.PLANNED:
        refuse_decided(fresh)
    return fresh


def refuse_decided(visit: PlannedVisit) -> NoReturn:
    """Raise TransitionRefused, saying what became of a visit."""
    raise TransitionRefused(f"{visit.timepoint} is already {visit.get_status_display().lower()}. Undo that first.")


def locked_whatever_became_of_it(visit: PlannedVisit) -> PlannedVisit:
    """Return the visit as it is now, open or closed, its patient locked first.

    Raises   TransitionRefused: the patient's record is closed.
    """
    lock_patient(visit.patient)
    rows = PlannedVisit.objects.select_for_update(of=("self",)).select_related("plan", "patient__clinic", "clinic")
    return rows.get(pk=visit.pk)


def watched(visit: PlannedVisit, activities: Iterable[PlannedActivity]) -> Changes:
    """Return changes that remember `visit` and `activities` as they stand."""
    changes = Changes()
    changes.watch(visit, *activities)
    return changes


def close_open_activities(
    kind: str,
    visit: PlannedVisit,
    status: ActivityStatus,
    names: Iterable[str] | None,
    *,
    reason: str,
    by: Staff,
    next_step: str = "",
) -> PlannedVisit:
    """Set `status` on the open activities of `visit` (only those in `names`, when given) and write the event."""
    if not reason:
        raise ReasonNeeded(["It is not clear why."], field="reason")
    visit = locked(visit)
    chosen = [a for a in visit.activities.all() if a.status in OPEN_ACTIVITY and (names is None or a.activity in names)]
    if not chosen or (names is not None and {a.activity for a in chosen} != set(names)):
        raise TransitionRefused("One of these activities is not open at this visit.")
    changes = watched(visit, chosen)
    for found in chosen:
        found.status, found.reason = status, reason
    PlannedActivity.objects.bulk_update(chosen, ["status", "reason"])
    visit.closing_reason, visit.next_step = reason, next_step
    follow_activities([visit])
    write_visit_event(kind, visit, changes, by=by, reason=reason, activities=[a.activity for a in chosen])
    return visit


def write_visit_event(
    kind: str, visit: PlannedVisit, changes: Changes, *, by: Staff, reason: str = "", **facts: object
) -> None:
    """Write an event about one visit, with the rows it changed."""
    record_event(
        kind,
        clinic=visit.clinic,
        patient=visit.patient,
        by=by,
        reason=reason,
        visit=visit.pk,
        timepoint=visit.timepoint,
        **facts,
        rows=changes.facts(),
    )
