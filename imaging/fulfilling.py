"""Which planned scan a study stands for: the open one in whose window it falls, or what was recorded as done then."""

from datetime import date

from events.undo import Changes
from imaging.models import ImagingStudy
from schedules.actions.appointments import attend_on
from schedules.models import OPEN_ACTIVITY, ActivityStatus, Appointment, PlannedActivity
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
    # What let go of it before holds the row already.
    activity = changes.watched(activity)
    if not activity.is_open:
        return
    visit = changes.watched(activity.visit)
    activity.status, activity.done_on, activity.reason = done_of(study), study.imaged_on, ""
    activity.save(update_fields=["status", "done_on", "reason"])
    follow_activities([visit])
    if not study.elsewhere:
        attend_on(study.imaged_on, [visit], changes)


def let_go(study: ImagingStudy, changes: Changes) -> None:
    """Let the study stand for nothing planned; what it stood for is open again, and its booking not attended.

    It stays done when a visit's record says so, and goes on as another study of it says.
    """
    if study.activity_id is None:
        return
    activity = PlannedActivity.objects.select_related("visit").select_for_update(of=("self",)).get(pk=study.activity_id)
    changes.watch(study)
    study.activity = None
    study.save(update_fields=["activity"])
    if activity.record_id is not None or activity.status not in PERFORMED:
        return
    changes.watch(activity, activity.visit)
    rest = ImagingStudy.objects.standing().filter(activity=activity).exclude(pk=study.pk)
    if other := rest.order_by("imaged_on", "id").first():
        activity.status, activity.done_on = done_of(other), other.imaged_on
    else:
        activity.status, activity.done_on = ActivityStatus.PLANNED, None
        wait_again(activity, study.imaged_on, changes)
    activity.save(update_fields=["status", "done_on"])
    follow_activities([activity.visit])


def done_of(study: ImagingStudy) -> ActivityStatus:
    """Return what a planned scan is that the study stands for."""
    return ActivityStatus.DONE_ELSEWHERE if study.elsewhere else ActivityStatus.DONE


def wait_again(activity: PlannedActivity, day: date, changes: Changes) -> None:
    """Let the appointment of that day be booked again, when nothing else was done at it."""
    booking = activity.visit.appointment_id
    done = PlannedActivity.objects.filter(visit__appointment=booking, status__in=PERFORMED, done_on=day)
    if booking is None or done.exclude(pk=activity.pk).exists():
        return
    attended = Appointment.State.ATTENDED
    for appointment in Appointment.objects.select_for_update().filter(pk=booking, on=day, state=attended):
        changes.watch(appointment)
        appointment.state = Appointment.State.BOOKED
        appointment.save(update_fields=["state"])
