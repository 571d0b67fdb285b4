"""Bringing stored plans to what their treatments, protocols, choices, additions and the patient's life make of them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from itertools import chain
from uuid import UUID

from iotrex_followup.copying import update_rows
from patients.models import Patient, Treatment
from schedules.actions.places import hold_places
from schedules.models import ActivityStatus, Appointment, Capacity, Plan, PlannedActivity, PlannedVisit, Proposal
from schedules.plans.life import Life
from schedules.plans.replanning import UNWANTED_REASON, WITHDRAWN_REASON, Difference, Stored, differences
from schedules.plans.standing import STANDING, hold_of, stand
from schedules.protocol import PlannedTimepoint

SUPERSEDED_REASON = "Replaced by a later plan."
DATES = ("target", "opens", "closes", "cost", "phase", "before_enrolment")

_collecting: ContextVar[list[dict[UUID, Difference]] | None] = ContextVar("collecting", default=None)


@contextmanager
def collected() -> Iterator[list[dict[UUID, Difference]]]:
    """Collect what every settling within changes, in order: each a difference by plan. For previews."""
    found: list[dict[UUID, Difference]] = []
    token = _collecting.set(found)
    try:
        yield found
    finally:
        _collecting.reset(token)


def settle_plans(patient: Patient, *, today: date) -> dict[UUID, Difference]:
    """Make a patient's stored plans agree with the facts, whatever order those were entered in; return what changed.

    Exactly one plan is current: that of the latest given therapeutic infusion. What an earlier plan still has open on
    or after the next infusion is superseded; what a treatment entered in error had planned is cancelled. Nothing that
    happened is touched, and settling twice changes nothing.
    """
    stored = Stored.of([patient])
    life = stored.lives[patient.pk]
    if patient.care != life.care:
        patient.care = life.care
        patient.save(update_fields=["care"])
    given = [each for each in stored.treatments.get(patient.pk, ()) if each.anchors_plan]
    number_treatments(stored.treatments.get(patient.pk, ()), given)
    keep_current(patient, stored.plans.get(patient.pk, ()), given)
    found = differences(stored, patient.pk, today=today)
    for plan in stored.plans.get(patient.pk, ()):
        apply_difference(plan, found[plan.pk], stored, life, reason=reason_for(plan, given, life))
    keep_places(patient, stored, today=today)
    if (collecting := _collecting.get()) is not None:
        collecting.append(found)
    return found


def number_treatments(treatments: Iterable[Treatment], given: list[Treatment]) -> None:
    """Number the given therapeutic treatments in order of their days; no other has a number."""
    numbers = {treatment.pk: number for number, treatment in enumerate(given, start=1)}
    renumbered = [treatment for treatment in treatments if treatment.number != numbers.get(treatment.pk)]
    for treatment in renumbered:
        treatment.number = numbers.get(treatment.pk)
    Treatment.objects.bulk_update(renumbered, ["number"])


def keep_current(patient: Patient, plans: Iterable[Plan], given: list[Treatment]) -> None:
    """Mark the plan of the latest infusion as current, and no other; keep where its course began."""
    latest = given[-1].pk if given else None
    starts = course_starts(given)
    changed = []
    for plan in plans:
        begun = starts.get(plan.treatment_id)
        if plan.course_started_on != begun:
            plan.course_started_on = begun
            changed.append(plan)
    update_rows(changed, ["course_started_on"])
    outdated = [plan for plan in plans if plan.is_current and plan.treatment_id != latest]
    fresh = [plan for plan in plans if not plan.is_current and plan.treatment_id == latest]
    for plan in chain(outdated, fresh):  # the earlier one first: at no moment are there two
        plan.is_current = not plan.is_current
        plan.save(update_fields=["is_current"])


def course_starts(given: Iterable[Treatment]) -> dict[UUID, date]:
    """Return the first day of the tandem course for those treatments that are not its first infusion."""
    first: dict[UUID, date] = {}
    for treatment in given:
        if treatment.tandem_with_id:
            started = next((each.started_on for each in given if each.pk == treatment.tandem_with_id), None)
            begun = first.get(treatment.tandem_with_id, started)
            if begun is not None:
                first[treatment.pk] = begun
    return first


def reason_for(plan: Plan, given: Iterable[Treatment], life: Life) -> str:
    """Return why something of `plan` is cancelled."""
    if all(treatment.pk != plan.treatment_id for treatment in given):
        return WITHDRAWN_REASON
    return life.ended_words or UNWANTED_REASON


def apply_difference(plan: Plan, difference: Difference, stored: Stored, life: Life, *, reason: str) -> None:
    """Store one plan's difference: new visits, other dates, activities opened and closed, and what follows."""
    origins = {
        (point.timepoint, point.kind, activity): proposal
        for proposal in stored.proposals.get(plan.pk, ())
        for point in proposal.points()
        for activity in point.activities
    }
    visits = {visit.pk: visit for visit in stored.visits.get(plan.pk, ())}
    activities = {pk: list(stored.activities.get(pk, ())) for pk in visits}
    new_visits: list[PlannedVisit] = []
    new_activities: list[PlannedActivity] = []
    moved: list[PlannedVisit] = []
    changed: list[PlannedActivity] = []
    touched: list[PlannedVisit] = []
    for change in difference.writes:
        if change.existing:
            visit = visits[change.existing.key]
            touched.append(visit)
        else:
            visit = PlannedVisit(clinic_id=plan.clinic_id, patient_id=plan.patient_id, plan=plan)
            visits[visit.pk], activities[visit.pk] = visit, []
            new_visits.append(visit)
            touched.append(visit)
        if change.dates and change.point:
            place(visit, change.point, plan)
            if change.existing:
                moved.append(visit)
        closing = ActivityStatus.SUPERSEDED if change.replaced else ActivityStatus.CANCELLED
        why = SUPERSEDED_REASON if change.replaced else change.because or reason
        for activity in activities[visit.pk]:
            if activity.activity in change.opened:
                # A specimen whose result is awaited was drawn, whatever became of the plan meanwhile.
                activity.status = ActivityStatus.DRAWN if activity.record_id else ActivityStatus.PLANNED
                activity.reason = ""
                # Open again, it belongs to the addition that wants it now, if any.
                activity.proposal = origins.get((visit.timepoint, visit.kind, activity.activity))
                changed.append(activity)
            elif activity.activity in change.closed:
                activity.status, activity.reason = closing, why
                changed.append(activity)
        for name in sorted(change.added):
            origin = origins.get((visit.timepoint, visit.kind, name))
            row = PlannedActivity(clinic_id=plan.clinic_id, visit=visit, activity=name, proposal=origin)
            if change.replaced or change.because:
                row.status, row.reason = closing, why
            new_activities.append(row)
            activities[visit.pk].append(row)
    changed += hand_on(visits, activities, origins)
    touched += [visit for visit in visits.values() if hold_of(visit, activities[visit.pk], life) != visit.on_hold]
    for visit in touched:
        stand(visit, activities[visit.pk], life)
    fresh = {visit.pk for visit in new_visits}
    PlannedVisit.objects.bulk_create(new_visits)
    update_rows(moved, DATES)
    PlannedActivity.objects.bulk_create(new_activities)
    update_rows(changed, ["status", "reason", "proposal"])
    update_rows(unique(visit for visit in touched if visit.pk not in fresh), STANDING)


def hand_on(
    visits: Mapping[UUID, PlannedVisit],
    activities: Mapping[UUID, Iterable[PlannedActivity]],
    origins: Mapping[tuple[str, str, str], Proposal],
) -> list[PlannedActivity]:
    """Give what is open of an addition that is no longer in force to the one that wants it too, and return it."""
    in_force = {proposal.pk for proposal in origins.values()}
    handed = []
    for pk, visit in visits.items():
        for activity in activities[pk]:
            origin = origins.get((visit.timepoint, visit.kind, activity.activity))
            left = activity.proposal_id is not None and activity.proposal_id not in in_force
            if origin and left and activity.status in (ActivityStatus.PLANNED, ActivityStatus.DRAWN):
                activity.proposal = origin
                handed.append(activity)
    return handed


def place(visit: PlannedVisit, point: PlannedTimepoint, plan: Plan) -> None:
    """Give a planned visit the name, dates and rank of `point`, without saving it."""
    visit.timepoint, visit.kind, visit.phase = point.timepoint, point.kind, point.phase
    visit.target, visit.opens, visit.closes, visit.cost = point.target, point.opens, point.closes, point.cost
    visit.before_enrolment = point.closes < plan.followed_from


def keep_places(patient: Patient, stored: Stored, *, today: date) -> None:
    """Let what is booked ahead have the places of what is open there now, if need be beyond the capacity.

    As when counting begins: nobody's booking falls away, and the days that are too full are listed for a decision.
    """
    visits = (visit for plan in stored.plans.get(patient.pk, ()) for visit in stored.visits.get(plan.pk, ()))
    booked = {
        visit.appointment
        for visit in visits
        if visit.appointment and visit.appointment.state == Appointment.State.BOOKED and visit.appointment.on >= today
    }
    if booked and Capacity.objects.filter(clinic=patient.clinic_id).exists():
        for appointment in sorted(booked, key=lambda each: (each.on, each.pk)):
            hold_places(appointment, over=True)


def unique(visits: Iterable[PlannedVisit]) -> list[PlannedVisit]:
    """Return each visit once: an update of many rows takes one line for each."""
    return list({visit.pk: visit for visit in visits}.values())
