"""Rows of a plan from the pure timeline, and the timeline back from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from iotrex_followup.errors import InputRefused, ReasonNeeded
from patients.models import Patient, Treatment
from schedules import protocol as rules
from schedules.models import Plan, PlannedVisit, Protocol


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """What is chosen for one patient: intervals in months; a longer one needs a clinician's reason.

    `imaging_interval` None: the protocol's default. `protocol` None: the clinic's default. `markers` None: those of the
    indication when the tumour is secreting. `followed_from` None: today.
    """

    imaging_interval: int | None = None
    annual_interval: int = 12
    annual_reason: str = ""
    late_imaging_interval: int = 12
    late_imaging_reason: str = ""
    markers: tuple[str, ...] | None = None
    followed_from: date | None = None
    protocol: Protocol | None = None


def options_for(definition: rules.Protocol, choices: PlanChoices, *, indication: str, secreting: bool) -> rules.Options:
    """Return the protocol's options for `choices`.

    Raises   InputRefused: the protocol does not offer them.
    Raises   ReasonNeeded: a longer interval without a reason.
    """
    if choices.annual_interval != 12 and not choices.annual_reason:
        raise ReasonNeeded([f"Visits every {choices.annual_interval} months are unusual."], field="annual_reason")
    if choices.late_imaging_interval != 12 and not choices.late_imaging_reason:
        concern = f"Imaging every {choices.late_imaging_interval} months after month 60 is unusual."
        raise ReasonNeeded([concern], field="late_imaging_reason")
    try:
        markers = choices.markers
        if markers is None:
            markers = rules.markers_for(definition, indication) if secreting else ()
        options = rules.Options(
            imaging_interval=choices.imaging_interval or definition.choices["imaging_interval"].default,
            annual_interval=choices.annual_interval,
            late_imaging_interval=choices.late_imaging_interval,
            markers=markers,
        )
        definition.check(options)
        return options
    except rules.OptionError as error:
        raise InputRefused(str(error), field=error.field) from error


def new_plan(
    treatment: Treatment, protocol: Protocol, options: rules.Options, choices: PlanChoices, *, today: date
) -> Plan:
    """Return the unsaved plan that `treatment` anchors; settling the patient's plans decides whether it is current."""
    return Plan(
        treatment=treatment,
        clinic_id=treatment.clinic_id,
        patient_id=treatment.patient_id,
        protocol=protocol,
        anchor=treatment.started_on,
        imaging_interval=options.imaging_interval,
        annual_interval=options.annual_interval,
        annual_reason=choices.annual_reason,
        late_imaging_interval=options.late_imaging_interval,
        late_imaging_reason=choices.late_imaging_reason,
        markers=list(options.markers),
        followed_from=choices.followed_from or today,
        is_current=False,
    )


def points_of(plan: Plan, visits: Sequence[PlannedVisit]) -> dict[UUID, rules.PlannedTimepoint]:
    """Return, by visit, the timepoint its dates come from.

    That is the one the plan's protocol version prescribes; an addition, and what stands as it was planned before the
    plan changed, counts in days from the anchor.
    """
    last = max((visit.target for visit in visits), default=plan.anchor)
    prescribed = rules.timeline(plan.protocol.definition, plan.anchor, plan.options, until=last)
    points = {(point.timepoint, point.kind, point.target): point for point in prescribed}
    return {
        visit.pk: points.get((visit.timepoint, visit.kind, visit.target)) or stored_point(visit, plan.anchor)
        for visit in visits
    }


def stored_point(visit: PlannedVisit, anchor: date) -> rules.PlannedTimepoint:
    """Return a visit's timepoint from its own dates, counted in days from `anchor`."""
    return rules.PlannedTimepoint(
        visit.timepoint,
        visit.kind,
        visit.target,
        visit.opens,
        visit.closes,
        tuple(sorted(activity.activity for activity in visit.activities.all())),
        visit.phase,
        "days",
        (visit.target - anchor).days,
        (visit.target - visit.opens).days,
        (visit.closes - visit.target).days,
        visit.cost,
    )


def facts_of(visit: PlannedVisit) -> rules.VisitFacts:
    """Return what the shown status is decided from; `visit.plan` and `visit.appointment` should be loaded."""
    return rules.VisitFacts(
        status=visit.status,
        opens=visit.opens,
        closes=visit.closes,
        followed_from=visit.plan.followed_from,
        done_on=visit.done_on,
        elsewhere=visit.elsewhere,
        drawn_on=visit.drawn_on,
        booked_on=visit.appointment.on if visit.appointment else None,
        on_hold=bool(visit.on_hold),
    )


def default_markers(definition: rules.Protocol, patient: Patient) -> tuple[str, ...]:
    """Return the marker activities for the patient's indication, none when the tumour is not secreting."""
    return rules.markers_for(definition, patient.indication) if patient.secreting else ()
