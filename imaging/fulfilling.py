"""Which planned scan a study stands for: the open one in whose window it falls, or what was recorded as done then."""

from events.undo import Changes
from imaging.models import ImagingStudy
from schedules.actions.appointments import attend_on
from schedules.models import OPEN_ACTIVITY, ActivityStatus, PlannedActivity, PlannedVisit
from schedules.plans.standing import CLOSED_BY_PLAN, PERFORMED, follow_activities


def planned_for(study: ImagingStudy) -> PlannedActivity | None:
    """Return what the study stands for: what a person recorded as done that day, else one in whose window it falls.

    Of several in a window an open one comes first, then the nearest target; None: there is none.
    """
    offered = scans_planned(study)
    recorded = [each for each in offered if each.done_on == study.imaged_on]
    held = [each for each in offered if each.visit.opens <= study.imaged_on <= each.visit.closes]
    return min(
        recorded or held, key=lambda each: (not each.is_open, abs(each.visit.target - study.imaged_on)), default=None
    )


def scans_planned(study: ImagingStudy) -> list[PlannedActivity]:
    """Return the activities a study of its kind can stand for, by target: open, or done; none that the plan closed."""
    name = study.facts.fulfils
    if not name:
        return []
    rows = (
        PlannedActivity.objects.filter(visit__patient=study.patient_id, activity=name)
        .filter(status__in=(*OPEN_ACTIVITY, *PERFORMED))
        .exclude(visit__status__in=CLOSED_BY_PLAN)
        .select_related("visit")
        .order_by("visit__target", "visit__timepoint")
    )
    return list(rows)


def fulfil(study: ImagingStudy, activity: PlannedActivity, changes: Changes) -> None:
    """Let the study stand for the activity: it is done on the day of the images, and the booking of that day attended.

    What was done before stays done on its day.
    """
    changes.watch(study)
    study.activity = activity
    study.save(update_fields=["activity"])
    if not activity.is_open:
        return
    # What let go of it before holds the row already.
    activity = changes.watched(activity)
    visit = changes.watched(activity.visit)
    done = ActivityStatus.DONE_ELSEWHERE if study.elsewhere else ActivityStatus.DONE
    activity.status, activity.done_on, activity.reason = done, study.imaged_on, ""
    activity.save(update_fields=["status", "done_on", "reason"])
    follow_activities([visit])
    if not study.elsewhere:
        attend_on(study.imaged_on, [visit], changes)


def let_go(study: ImagingStudy, changes: Changes) -> PlannedActivity | None:
    """Let the study stand for nothing planned, and return what it stood for, which is open again.

    It stays done when a visit's record, or another study, says so.
    """
    if study.activity_id is None:
        return None
    activity = PlannedActivity.objects.select_related("visit").select_for_update(of=("self",)).get(pk=study.activity_id)
    changes.watch(study)
    study.activity = None
    study.save(update_fields=["activity"])
    others = ImagingStudy.objects.standing().filter(activity=activity).exclude(pk=study.pk)
    if activity.record_id is None and activity.status in PERFORMED and not others.exists():
        changes.watch(activity, activity.visit)
        activity.status, activity.done_on = ActivityStatus.PLANNED, None
        activity.save(update_fields=["status", "done_on"])
        follow_activities([activity.visit])
    return activity


def visit_of(study: ImagingStudy) -> PlannedVisit | None:
    """Return the planned visit the study stands for."""
    return study.activity.visit if study.activity else None
