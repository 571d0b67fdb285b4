"""The stored plan against what its protocol, choices, additions and the patient's life make of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from uuid import UUID

from iotrex_followup.copying import among
from patients.models import Patient, Treatment
from schedules import protocol as rules
from schedules.models import ActivityStatus, Plan, PlannedActivity, PlannedVisit, Proposal
from schedules.plans.life import Life, lives_of

Difference = rules.Changes[UUID]
UNWANTED_REASON = "No longer part of the plan."
WITHDRAWN_REASON = "The treatment was entered in error."


@dataclass(frozen=True)
class Stored:
    """What is stored of some patients' plans, read in a handful of queries however many they are."""

    plans: Mapping[UUID, Sequence[Plan]]
    treatments: Mapping[UUID, Sequence[Treatment]]
    visits: Mapping[UUID, Sequence[PlannedVisit]]
    activities: Mapping[UUID, Sequence[PlannedActivity]]
    proposals: Mapping[UUID, Sequence[Proposal]]
    lives: Mapping[UUID, Life] = field(default_factory=dict)

    @classmethod
    def of(cls, patients: Iterable[Patient | UUID]) -> "Stored":
        """Read the plans of `patients`, plans and treatments in order of their days."""
        keys = [each.pk if isinstance(each, Patient) else each for each in patients]
        visits = list(PlannedVisit.objects.filter(patient__in=keys).select_related("appointment").order_by("target"))
        # By the ids themselves, not by a join: quick whatever the planner knows of the tables.
        activities = PlannedActivity.objects.filter(visit__in=among(visit.pk for visit in visits)) if visits else ()
        proposals = Proposal.objects.filter(patient__in=keys, state__in=IN_FORCE) if visits else ()
        plans = Plan.objects.filter(patient__in=keys).select_related("protocol", "clinic").order_by("anchor")
        return cls(
            plans=grouped(plans, "patient_id"),
            treatments=grouped(Treatment.objects.filter(patient__in=keys).order_by("started_on"), "patient_id"),
            visits=grouped(visits, "plan_id"),
            activities=grouped(activities, "visit_id"),
            proposals=grouped(proposals, "plan_id"),
            lives=lives_of(keys),
        )

    def existing(self, plan: Plan) -> list[rules.Existing[UUID]]:
        """Return the plan's stored timepoints as the difference reads them."""
        return [existing(visit, self.activities.get(visit.pk, ())) for visit in self.visits.get(plan.pk, ())]


IN_FORCE = (Proposal.State.PROVISIONAL, Proposal.State.ACCEPTED)


def grouped(rows: Iterable, name: str) -> dict:  # type: ignore[type-arg]  # of whatever model the caller reads
    """Return rows by one of their attributes, in their order."""
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return dict(found)


def existing(visit: PlannedVisit, activities: Sequence[PlannedActivity]) -> rules.Existing[UUID]:
    """Return a stored timepoint as the difference reads it."""
    booked = visit.appointment
    return rules.Existing(
        visit.pk,
        visit.timepoint,
        visit.kind,
        visit.target,
        visit.opens,
        visit.closes,
        visit.cost,
        visit.phase,
        {activity.activity: standing(activity) for activity in activities},
        booked.on if booked and booked.state == booked.State.BOOKED else None,
        {each.activity: each.reason for each in activities if each.status == ActivityStatus.CANCELLED},
    )


def standing(activity: PlannedActivity) -> str:
    """Return an activity's status; of a cancelled one, whether its specimen had been drawn or its whole plan ended.

    Settling alone cancels, and writes why: that reason is what tells the two apart.
    """
    if activity.status != ActivityStatus.CANCELLED:
        return activity.status
    if activity.record_id:
        return rules.CANCELLED_DRAW
    return ActivityStatus.CANCELLED if activity.reason == UNWANTED_REASON else rules.ENDED


def can_be_recorded(activity: PlannedActivity) -> bool:
    """Say whether it can be recorded as done: it is open, or was closed because nothing was wanted of us then.

    What was done elsewhere meanwhile is often heard of late.
    """
    closed_by_life = standing(activity) == rules.ENDED and activity.reason != WITHDRAWN_REASON
    return activity.is_open or closed_by_life


def wanted(
    plan: Plan, life: Life, proposals: Iterable[Proposal], *, today: date, protocol: rules.Protocol | None = None
) -> list[rules.PlannedTimepoint]:
    """Return the timepoints the plan should have on `today`: the protocol's, the additions, less what was declined.

    `protocol`: another version, to see what it would change; None: the plan's own.
    """
    definition = protocol or plan.protocol.definition
    points = rules.stored_timeline(definition, plan.anchor, plan.options, today=today)
    additions = []
    for proposal in proposals:
        proposal.plan = plan
        additions += proposal.points()
    if additions:
        points = rules.with_additions(points, additions)
    return rules.without_declined(points, life.declined) if life.declined else points


def differences(
    stored: Stored, patient: UUID, *, today: date, protocols: Mapping[UUID, rules.Protocol] | None = None
) -> dict[UUID, Difference]:
    """Return what would change in each plan of a patient, by plan, for plan rows and treatments as `stored` holds them.

    The plan of a treatment that no longer stands is ended; what an earlier plan has open on or after the next infusion
    is superseded. `protocols`: by plan, another version to be followed.
    """
    plans = {plan.treatment_id: plan for plan in stored.plans.get(patient, ())}
    given = [treatment for treatment in stored.treatments.get(patient, ()) if treatment.anchors_plan]
    life = stored.lives[patient]
    found = {}
    for treatment, following in zip_longest(given, given[1:]):
        if plan := plans.pop(treatment.pk, None):
            proposals = stored.proposals.get(plan.pk, ())
            points = wanted(plan, life, proposals, today=today, protocol=(protocols or {}).get(plan.pk))
            replaced_on = following.started_on if following else None
            ended = life.ended_on is not None
            found[plan.pk] = rules.replan(
                stored.existing(plan),
                [] if ended else points,
                today,
                replaced_on=replaced_on,
                ended=ended,
                because=life.ended_words,
                away=life.away,
            )
    for plan in plans.values():
        found[plan.pk] = rules.replan(stored.existing(plan), [], today, in_error=True, because=WITHDRAWN_REASON)
    return found
