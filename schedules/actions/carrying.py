"""What an earlier plan leaves to the current one: an overdue item carried over, a booking kept for another visit."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from accounts.models import Staff
from events.undo import Changes
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from patients.actions import lock_patient
from schedules.actions.appointments import (
    check_day,
    lock_booked,
    lock_visits,
    refuse_unbookable,
    take_places,
    write_appointment_event,
)
from schedules.actions.decisions import locked, watched, write_visit_event
from schedules.actions.proposals import lock_plan
from schedules.actions.settling import settle_plans
from schedules.models import ActivityStatus, Appointment, PlannedActivity, PlannedVisit, Proposal
from schedules.plans.carrying import Carry, addition_of, carries_of
from schedules.plans.standing import follow_activities
from schedules.protocol.trace import words

NOTHING_OFFERED = "Nothing of this is offered to the current plan: it is not overdue, or no visit there can hold it."


@action
def carry_over(*, visit: PlannedVisit, by: Staff, today: date, to: UUID | None = None) -> PlannedVisit:
    """Close what is overdue of an earlier plan as carried to the visit of the current plan it is offered to.

    That visit gets what it lacks, by an accepted addition, so that it stays when the plan is made anew.

    `to`: the visit that was looked at; None for whichever is offered.

    Raises   TransitionRefused: nothing of it is offered (any more), not to `to`, or the record is closed.
    Records  visit.carried, which can be undone
    """
    visit = locked(visit)
    carry = next((each for each in carries_of(visit.patient, today=today) if each.visit.pk == visit.pk), None)
    if carry is None:
        raise TransitionRefused(NOTHING_OFFERED)
    if to is not None and carry.to.pk != to:
        raise TransitionRefused(f"The plan changed since you looked: it is offered to {carry.name} now.")
    lock_plan(carry.to.plan)
    chosen = list(visit.activities.filter(activity__in=carry.activities))
    changes = watched(visit, chosen)
    reason = f"Carried to {carry.name}."
    for found in chosen:
        found.status, found.reason = ActivityStatus.NOT_APPLICABLE, reason
    PlannedActivity.objects.bulk_update(chosen, ["status", "reason"])
    visit.closing_reason = reason
    follow_activities([visit])
    proposal = accepted_addition(carry, by=by, today=today)
    changes.created(proposal, undone={"state": Proposal.State.LAPSED.value})
    settle_plans(visit.patient, today=today)
    there = PlannedActivity.objects.filter(visit=carry.to, status=ActivityStatus.PLANNED)
    if not set(there.values_list("activity", flat=True)) >= set(carry.activities):
        # It would be closed here and open nowhere.
        raise TransitionRefused(NOTHING_OFFERED)
    write_visit_event(
        "visit.carried",
        visit,
        changes,
        by=by,
        reason=reason,
        timepoints=[f"{visit.timepoint} {visit.kind}"],
        activities=list(carry.activities),
        to=carry.name,
        proposal=proposal.pk,
    )
    return visit


def accepted_addition(carry: Carry, *, by: Staff, today: date) -> Proposal:
    """Store what keeps the carried activities in the current plan."""
    plan, addition = carry.to.plan, addition_of(carry)
    return Proposal.objects.create(
        clinic_id=plan.clinic_id,
        patient_id=plan.patient_id,
        plan=plan,
        rule=addition.rule,
        rule_version=addition.rule_version,
        about=addition.about,
        sentence=addition.sentence,
        adds=list(addition.adds),
        state=Proposal.State.ACCEPTED,
        opened_on=today,
        decided_by=by,
        decided_on=today,
    )


@action
def attach_appointment(
    *, appointment: Appointment, visits: Sequence[PlannedVisit], by: Staff, today: date, reason: str = ""
) -> Appointment:
    """Keep an appointment whose visits a later plan replaced for visits of the current plan; its day stays.

    Raises   InputRefused: no visit, one twice, another patient's, one whose window does not hold the day, the day is
             past, or no place is left on it.
    Raises   TransitionRefused: it is over, it serves a visit that stands, nothing of it was replaced, or a visit is of
             an earlier plan, closed or booked.
    Raises   ReasonNeeded: the day is unusual (see `concerns_about`) and nobody says why.
    Records  appointment.attached, which can be undone
    """
    lock_patient(appointment.patient)
    appointment = lock_booked(appointment)
    if not visits:
        raise InputRefused("Choose a visit.", field="visits")
    chosen, served = lock_visits(visits), lock_visits(list(appointment.visits.all()))
    if len(chosen) != len(visits):
        raise InputRefused("The same visit stands there twice.", field="visits")
    if any(visit.patient_id != appointment.patient_id for visit in chosen):
        raise InputRefused("Choose visits of this patient.", field="visits")
    replaced = [visit for visit in served if visit.status == PlannedVisit.Status.SUPERSEDED]
    if not replaced or any(visit.status == PlannedVisit.Status.PLANNED for visit in served):
        raise TransitionRefused("No later plan replaced what this appointment is for. Move or cancel it instead.")
    for visit in chosen:
        refuse_unattachable(visit, appointment, today=today)
    check_day(appointment, chosen, reason, today=today)
    changes = Changes()
    changes.watch(appointment, *chosen, *replaced)
    appointment.outside_window_reason = reason
    appointment.save(update_fields=["outside_window_reason"])
    for visit in chosen:
        visit.appointment = appointment
    for visit in replaced:
        visit.appointment = None
    PlannedVisit.objects.bulk_update([*chosen, *replaced], ["appointment"])
    take_places(appointment, chosen, today=today)
    write_appointment_event("appointment.attached", appointment, chosen, changes, by=by, reason=reason)
    return appointment


def refuse_unattachable(visit: PlannedVisit, appointment: Appointment, *, today: date) -> None:
    """Raise when `visit` is not one of the current plan that waits for a date and can be done on the appointment's."""
    if not visit.plan.is_current:
        raise TransitionRefused(f"{visit.timepoint} is of an earlier plan. Choose a visit of the current one.")
    refuse_unbookable(visit, today=today)
    if not visit.opens <= appointment.on <= visit.closes:
        span = f"{words(visit.opens)} to {words(visit.closes)}"
        raise InputRefused(f"{visit.timepoint}: {words(appointment.on)} is outside the window {span}.", field="visits")
