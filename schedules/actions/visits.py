"""What happened at a visit, and decisions about one that did not happen."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from uuid import UUID

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import refuse_closed_record
from patients.models import Patient
from schedules.actions.enrolment import current_protocol
from schedules.examination import FINDING_VALUES, FINDINGS, TIMING_REASONS, Examination, slip
from schedules.models import OPEN_ACTIVITY, ActivityStatus, Plan, PlannedActivity, PlannedVisit, VisitRecord
from schedules.protocol import OpenActivity, fulfilled_besides, fulfilled_by, is_specimen, reason_needed
from schedules.protocol.trace import words
from schedules.standing import PERFORMED, follow_activities

DONE, DRAWN = "done", "drawn"
OUTCOMES = (DONE, DRAWN)


@action
def record_visit(
    *,
    visit: PlannedVisit,
    occurred_on: date,
    outcomes: Mapping[str, str],
    by: Staff,
    today: date,
    examination: Examination | None = None,
    elsewhere: bool = False,
    place: str = "",
    timing_reason: str = "",
    timing_text: str = "",
) -> VisitRecord:
    """Record what was done of `visit` on `occurred_on` (clinic-local date); what was not done stays open.

    `outcomes` says per activity "done", or "drawn" for a specimen whose result is awaited. A specimen also fulfils
    the open activities of its kind in other windows that hold the date (PROTOCOL.md 8); each link can be released.

    Raises   TransitionRefused: the visit is closed, or an activity is not open.
    Raises   InputRefused: a date in the future or before the infusion, nothing done, an unknown finding.
    Raises   ReasonNeeded: more than a day outside the window without a reason.
    Records  visit.recorded, which can be undone
    """
    visit = locked(visit)
    refuse_impossible_date(occurred_on, anchor=visit.plan.anchor, today=today)
    own = {a.activity: a for a in visit.activities.all()}
    check_outcomes(outcomes, {name for name, a in own.items() if a.is_open})
    check_timing(visit, occurred_on, timing_reason, timing_text)
    changes = Changes()
    record = store_record(
        VisitRecord(
            patient=visit.patient,
            visit=visit,
            occurred_on=occurred_on,
            elsewhere=elsewhere,
            place=place,
            timing_reason=timing_reason,
            timing_text=timing_text,
        ),
        outcomes,
        examination,
        changes,
        by=by,
    )
    linked = [own[name] for name in outcomes] + also_fulfilled(record, own)
    fulfil(linked, record, outcomes, changes)
    record_event(
        "visit.recorded",
        clinic=visit.clinic,
        patient=visit.patient,
        by=by,
        visit=visit.pk,
        timepoint=visit.timepoint,
        kind_of_visit=visit.kind,
        occurred_on=occurred_on,
        outcomes=dict(outcomes),
        also_fulfilled=[f"{a.visit.timepoint} {a.activity}" for a in linked[len(outcomes) :]],
        rows=changes.facts(),
    )
    return record


@action
def record_unscheduled_visit(
    *,
    patient: Patient,
    occurred_on: date,
    outcomes: Mapping[str, str],
    by: Staff,
    today: date,
    examination: Examination | None = None,
    elsewhere: bool = False,
    place: str = "",
) -> VisitRecord:
    """Record a visit nobody planned; its specimens fulfil the open activities whose windows hold the date.

    Raises   InputRefused: a date in the future, an unknown finding or activity, or nothing recorded at all.
    Records  visit.unscheduled, which can be undone
    """
    refuse_closed_record(patient)
    refuse_impossible_date(occurred_on, anchor=patient.birth_date, today=today)
    if not outcomes and examination in (None, Examination()):
        raise InputRefused("Record at least one activity, finding or note.", field="outcomes")
    check_outcomes(outcomes, known_activities(outcomes), allow_none=True)
    changes = Changes()
    unsaved = VisitRecord(patient=patient, occurred_on=occurred_on, elsewhere=elsewhere, place=place)
    record = store_record(unsaved, outcomes, examination, changes, by=by)
    linked = also_fulfilled(record, {})
    fulfil(linked, record, outcomes, changes)
    record_event(
        "visit.unscheduled",
        clinic=patient.clinic,
        patient=patient,
        by=by,
        occurred_on=occurred_on,
        outcomes=dict(outcomes),
        also_fulfilled=[f"{a.visit.timepoint} {a.activity}" for a in linked],
        rows=changes.facts(),
    )
    return record


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
def release_activity(*, activity: PlannedActivity, reason: str, by: Staff) -> PlannedActivity:
    """Undo one link between a recorded specimen and an activity it fulfilled: the activity is open again.

    Raises   TransitionRefused: nothing fulfilled it, or the patient's record is closed.
    Records  activity.released, which can be undone
    """
    visit = (
        PlannedVisit.objects.select_for_update(of=("self",))
        .select_related("patient", "clinic")
        .get(pk=activity.visit_id)
    )
    refuse_closed_record(visit.patient)
    activity = visit.activities.get(pk=activity.pk)
    if activity.status not in (*PERFORMED, ActivityStatus.DRAWN):
        raise TransitionRefused("Nothing fulfilled this activity.")
    changes = watched(visit, [activity])
    activity.status, activity.done_on, activity.record = ActivityStatus.PLANNED, None, None
    activity.save(update_fields=["status", "done_on", "record"])
    follow_activities([visit])
    write_visit_event("activity.released", visit, changes, by=by, reason=reason, activity=activity.activity)
    return activity


def locked(visit: PlannedVisit) -> PlannedVisit:
    """Return the visit as it is now, locked.

    Raises   TransitionRefused: it is closed, or its patient's record is.
    """
    fresh: PlannedVisit = (
        PlannedVisit.objects.select_for_update(of=("self",))
        .select_related("plan", "patient__clinic", "clinic")
        .get(pk=visit.pk)
    )
    refuse_closed_record(fresh.patient)
    if fresh.status != PlannedVisit.Status.PLANNED:
        raise TransitionRefused(f"{fresh.timepoint} is already {fresh.get_status_display().lower()}. Undo that first.")
    return fresh


def refuse_impossible_date(occurred_on: date, *, anchor: date, today: date) -> None:
    """Raise InputRefused for a date in the future or before `anchor`."""
    if occurred_on > today:
        raise InputRefused("The date is in the future. Book it instead.", field="occurred_on")
    if occurred_on < anchor:
        raise InputRefused(f"The date is before {words(anchor)}, the day it counts from.", field="occurred_on")


def known_activities(names: Iterable[str]) -> set[str]:
    """Return `names` when the protocol knows each of them.

    Raises   InputRefused: one is unknown.
    """
    known = current_protocol().definition.activities
    for name in names:
        if name not in known:
            raise InputRefused(f"The protocol has no activity “{name}”.", field="outcomes")
    return set(names)


def check_outcomes(outcomes: Mapping[str, str], open_activities: set[str], *, allow_none: bool = False) -> None:
    """Raise for an outcome that cannot be recorded: nothing at all, unknown, not open, or drawn without a specimen."""
    if not outcomes and not allow_none:
        raise InputRefused("Say what was done. If nothing was, mark the visit as missed.", field="outcomes")
    for activity, outcome in outcomes.items():
        if activity not in open_activities:
            raise TransitionRefused(f"{activity} is not open at this visit.")
        if outcome not in OUTCOMES or (outcome == DRAWN and not is_specimen(activity)):
            raise InputRefused(f"“{outcome}” is not possible for {activity}.", field="outcomes")


def check_timing(visit: PlannedVisit, occurred_on: date, reason: str, text: str) -> None:
    """Raise ReasonNeeded when the date lies more than a day outside the window and nobody says why."""
    if reason and reason not in TIMING_REASONS:
        raise InputRefused("Choose a reason from the list.", field="timing_reason")
    if reason == "other" and not text:
        raise ReasonNeeded(["“Other” needs a few words."], field="timing_text")
    if not reason and reason_needed(occurred_on, visit.opens, visit.closes):
        side = "before" if occurred_on < visit.opens else "after"
        concern = f"{words(occurred_on)} is {side} the window {words(visit.opens)} to {words(visit.closes)}."
        raise ReasonNeeded([concern], field="timing_reason")


def store_record(
    record: VisitRecord,
    outcomes: Mapping[str, str],
    examination: Examination | None,
    changes: Changes,
    *,
    by: Staff,
) -> VisitRecord:
    """Complete and save a record; undoing marks it withdrawn."""
    found = examination or Examination()
    for key, value in found.findings.items():
        if key not in FINDINGS or value not in FINDING_VALUES:
            raise InputRefused(f"Unknown finding {key}: {value}.", field="findings")
    if wrong := slip(found):
        raise InputRefused(wrong[1], field=wrong[0])
    for name, value in asdict(found).items():
        setattr(record, name, value)
    record.clinic = record.patient.clinic
    record.activities = sorted(outcomes)
    record.recorded_by = by
    record.save()
    changes.created(record, undone={"withdrawn": True})
    return record


def also_fulfilled(record: VisitRecord, own: Mapping[str, PlannedActivity]) -> list[PlannedActivity]:
    """Return the open activities at other timepoints that the record's specimens fulfil.

    `own` are the activities of the visit it was recorded for, by name; empty for an unscheduled visit.
    """
    specimens = [name for name in record.activities if is_specimen(name)]
    candidates = (
        PlannedActivity.objects.filter(
            visit__patient=record.patient,
            visit__status=PlannedVisit.Status.PLANNED,
            visit__opens__lte=record.occurred_on,
            visit__closes__gte=record.occurred_on,
            activity__in=specimens,
            status=ActivityStatus.PLANNED,
        )
        .exclude(visit=record.visit)
        .select_related("visit")
        .select_for_update(of=("self",))
    )
    offered = {a.pk: a for a in candidates}
    recovered = counts_recovered(record)
    keys: list[UUID] = []
    for name in specimens:
        considered = [as_open(a) for a in offered.values() if a.activity == name]
        if name in own:
            keys += fulfilled_besides(as_open(own[name]), record.occurred_on, considered, recovered=recovered)
        else:
            keys += fulfilled_by(record.occurred_on, name, considered, recovered=recovered)
    return [offered[key] for key in keys]


def as_open(activity: PlannedActivity) -> OpenActivity[UUID]:
    """Return the activity as the rule of PROTOCOL.md 8 sees it."""
    visit = activity.visit
    return OpenActivity(
        activity.pk, activity.activity, visit.timepoint, visit.phase, visit.target, visit.opens, visit.closes
    )


def counts_recovered(record: VisitRecord) -> bool:
    """Say whether the patient's counts had recovered by the day of the record."""
    return Plan.objects.current().filter(patient=record.patient, counts_recovered_on__lte=record.occurred_on).exists()


def fulfil(
    activities: list[PlannedActivity], record: VisitRecord, outcomes: Mapping[str, str], changes: Changes
) -> None:
    """Link `activities` to the record that fulfilled them, and set what follows on their visits."""
    visits = {a.visit_id: a.visit for a in activities}
    changes.watch(*activities, *visits.values())
    done = ActivityStatus.DONE_ELSEWHERE if record.elsewhere else ActivityStatus.DONE
    for found in activities:
        found.status = ActivityStatus.DRAWN if outcomes[found.activity] == DRAWN else done
        found.done_on, found.record = record.occurred_on, record
    PlannedActivity.objects.bulk_update(activities, ["status", "done_on", "record"])
    follow_activities(list(visits.values()))


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
