"""Rows of a plan from the pure timeline, and the timeline back from the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from iotrex_followup.errors import InputRefused, ReasonNeeded
from patients.models import Patient, Treatment
from schedules import protocol as rules
from schedules.models import Plan, PlannedActivity, PlannedVisit, Protocol


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """What is chosen for one patient: intervals in months; a longer one needs a clinician's reason.

    `markers` None: those of the indication when the tumour is secreting. `followed_from` None: today.
    """

    imaging_interval: int = 6
    annual_interval: int = 12
    annual_reason: str = ""
    late_imaging_interval: int = 12
    late_imaging_reason: str = ""
    markers: tuple[str, ...] | None = None
    followed_from: date | None = None


def options_for(definition: rules.Protocol, choices: PlanChoices, *, indication: str, secreting: bool) -> rules.Options:
    """Return the protocol's options for `choices`.

    Raises   InputRefused: the protocol does not offer them.
    Raises   ReasonNeeded: a longer interval without a reason.
    """
    markers = choices.markers
    if markers is None:
        markers = rules.markers_for(definition, indication) if secreting else ()
    if choices.annual_interval != 12 and not choices.annual_reason:
        raise ReasonNeeded([f"Visits every {choices.annual_interval} months are unusual."], field="annual_reason")
    if choices.late_imaging_interval != 12 and not choices.late_imaging_reason:
        concern = f"Imaging every {choices.late_imaging_interval} months after month 60 is unusual."
        raise ReasonNeeded([concern], field="late_imaging_reason")
    try:
        return rules.Options(
            imaging_interval=choices.imaging_interval,
            annual_interval=choices.annual_interval,
            late_imaging_interval=choices.late_imaging_interval,
            markers=markers,
        )
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


def rows_for(plan: Plan, points: Iterable[rules.PlannedTimepoint]) -> tuple[list[PlannedVisit], list[PlannedActivity]]:
    """Return the unsaved planned visits and activities of `points`."""
    visits, activities = [], []
    for point in points:
        visit = PlannedVisit(
            clinic_id=plan.clinic_id,
            patient_id=plan.patient_id,
            plan=plan,
            timepoint=point.timepoint,
            kind=point.kind,
            phase=point.phase,
            target=point.target,
            opens=point.opens,
            closes=point.closes,
            cost=point.cost,
            before_enrolment=point.closes < plan.followed_from,
        )
        visits.append(visit)
        activities += [
            PlannedActivity(clinic_id=plan.clinic_id, visit=visit, activity=activity) for activity in point.activities
        ]
    return visits, activities


def store_timeline(plan: Plan, *, today: date) -> list[PlannedVisit]:
    """Add the timepoints that belong to the plan's rolling horizon on `today` and are not stored yet."""
    points = rules.stored_timeline(plan.protocol.definition, plan.anchor, plan.options, today=today)
    stored = set(plan.visits.values_list("timepoint", "kind"))
    visits, activities = rows_for(plan, (point for point in points if (point.timepoint, point.kind) not in stored))
    PlannedVisit.objects.bulk_create(visits)
    PlannedActivity.objects.bulk_create(activities)
    return visits


def point_of(visit: PlannedVisit) -> rules.PlannedTimepoint:
    """Return the timepoint the visit's protocol version prescribes, from the same anchor and options."""
    plan = visit.plan
    points = rules.timeline(plan.protocol.definition, plan.anchor, plan.options, until=visit.target)
    return next(p for p in points if (p.timepoint, p.kind) == (visit.timepoint, visit.kind))


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
    )


def default_markers(definition: rules.Protocol, patient: Patient) -> tuple[str, ...]:
    """Return the marker activities for the patient's indication, none when the tumour is not secreting."""
    return rules.markers_for(definition, patient.indication) if patient.secreting else ()
