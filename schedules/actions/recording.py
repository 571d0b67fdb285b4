"""What was done and found at a visit, planned or not."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from uuid import UUID

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.undo import Changes
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from patients.models import Patient
from schedules.actions.appointments import attend_on
from schedules.actions.decisions import locked_whatever_became_of_it, refuse_decided
from schedules.actions.enrolment import current_protocol
from schedules.examination import FINDING_VALUES, FINDINGS, TIMING_REASONS, Examination, slip
from schedules.models import ActivityStatus, Plan, PlannedActivity, PlannedVisit, VisitRecord
from schedules.plans.replanning import can_be_recorded
from schedules.plans.standing import CLOSED_BY_PLAN, follow_activities
from schedules.protocol import OpenActivity, fulfilled_besides, fulfilled_by, is_specimen, reason_needed
from schedules.protocol.trace import words

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
    What was closed because nothing was wanted of us then can be recorded late, such as what was done elsewhere.

    Raises   TransitionRefused: the visit is closed otherwise, or an activity is not open.
    Raises   InputRefused: a date in the future or before the infusion, nothing done, an unknown finding.
    Raises   ReasonNeeded: more than a day outside the window without a reason.
    Records  visit.recorded, which can be undone
    """
    visit = locked_whatever_became_of_it(visit)
    own = {a.activity: a for a in visit.activities.all()}
    recordable = {name for name, a in own.items() if can_be_recorded(a)}
    if not recordable:
        refuse_decided(visit)
    refuse_impossible_date(occurred_on, anchor=visit.plan.anchor, today=today)
    check_outcomes(outcomes, recordable)
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
    patient = lock_patient(patient)
    refuse_impossible_date(occurred_on, anchor=patient.birth_date, today=today)
    if not outcomes and examination in (None, Examination()):
        raise InputRefused("Record at least one activity, finding or note.", field="outcomes")
    check_outcomes(outcomes, known_activities(outcomes, patient.clinic), allow_none=True)
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


def refuse_impossible_date(occurred_on: date, *, anchor: date, today: date) -> None:
    """Raise InputRefused for a date in the future or before `anchor`."""
    if occurred_on > today:
        raise InputRefused("The date is in the future. Book it instead.", field="occurred_on")
    if occurred_on < anchor:
        raise InputRefused(f"The date is before {words(anchor)}, the day it counts from.", field="occurred_on")


def known_activities(names: Iterable[str], clinic: Clinic) -> set[str]:
    """Return `names` when the protocol of the clinic's new plans knows each of them.

    Raises   InputRefused: one is unknown.
    """
    known = current_protocol(clinic).definition.activities
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
    return OpenActivity(activity.pk, activity.activity, visit.timepoint, visit.target, visit.opens, visit.closes)


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
        found.done_on, found.record, found.reason = record.occurred_on, record, ""
    PlannedActivity.objects.bulk_update(activities, ["status", "done_on", "record", "reason"])
    for visit in visits.values():
        if visit.status in CLOSED_BY_PLAN:
            visit.closing_reason = ""  # it was done after all
    follow_activities(list(visits.values()))
    if not record.elsewhere:
        attend_on(record.occurred_on, visits.values(), changes)
