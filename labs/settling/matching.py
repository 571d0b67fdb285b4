"""Which planned activities the results fulfil: told anew from all specimens, but for what a person decided."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from accounts.models import Clinic, Staff
from events.models import Event
from iotrex_followup.copying import among, update_rows
from iotrex_followup.history import concern
from labs.models import SpecimenMatch
from labs.rules.loader import Rules
from labs.rules.matching import Completion, Planned, completions, proposals
from labs.settling.charts import Chart
from labs.settling.rows import SETTLED
from schedules.actions.recording import as_open
from schedules.models import OPEN_ACTIVITY, ActivityStatus, PlannedActivity, PlannedVisit
from schedules.plans.standing import PERFORMED, follow_activities
from schedules.protocol import fulfilled_besides, fulfilled_by

State = SpecimenMatch.State
Place = tuple[UUID, date]  # an activity, and the day of a specimen


@dataclass
class Plans:
    """The planned activities of one patient that results could fulfil, and what is matched to them."""

    activities: list[PlannedActivity] = field(default_factory=list)
    stored: dict[Place, SpecimenMatch] = field(default_factory=dict)
    wanted: dict[Place, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # state and what is missing
    # What a person recorded as done, and of which day.
    recorded: set[tuple[str, date | None]] = field(default_factory=set)


def match_charts(
    charts: Sequence[Chart],
    recovered: Mapping[UUID, Sequence[date | None]],
    rules: Rules,
    clinic: Clinic,
    by: Staff | None,
) -> None:
    """Bring the matches of the patients and the activities they fulfil up to date."""
    plans = load_plans(charts, rules)
    changed: list[PlannedActivity] = []
    for chart in charts:
        if own := plans.pop(chart.patient.pk, None):
            with chart.attempts.of(rules.matching, (), chart.rows):
                want(own, chart, recovered[chart.patient.pk], rules)
                changed += apply(own)
                plans[chart.patient.pk] = own
    store(plans.values(), changed, clinic, by)


def load_plans(charts: Sequence[Chart], rules: Rules) -> dict[UUID, Plans]:
    """Return what is planned up to the last specimen and matched, by patient; nothing for a patient without a plan."""
    plans: dict[UUID, Plans] = defaultdict(Plans)
    if not rules.matching.on:
        return plans
    patients = [chart.patient for chart in charts]
    by_match = {
        (each.activity_id, each.specimen_on): each
        for each in SpecimenMatch.objects.filter(patient__in=patients).order_by()
    }
    last = max((chart.rows[-1].day for chart in charts if chart.rows), default=None)
    if last is None and not by_match:
        return plans  # nothing was reported, nothing is matched
    last = last or date.min
    until, panels = last + timedelta(rules.matching.early_days), list(rules.matching.panels)
    # By the ids themselves, not by joins: quick whatever the planner knows of the tables.
    visits = PlannedVisit.objects.filter(patient__in=patients).order_by().values_list("pk", "patient_id", "opens")
    patient_of = {pk: patient for pk, patient, _ in visits}
    near = among(pk for pk, _, opens in visits if opens <= until)
    fulfilled = among(activity for (activity, _), match in by_match.items() if match.state == State.FULFILLED)
    of_patients = PlannedActivity.objects.filter(visit__in=among(patient_of), activity__in=panels)
    concerned = of_patients.filter(Q(visit__in=near, status__in=OPEN_ACTIVITY) | Q(pk__in=fulfilled))
    for activity in concerned.select_related("visit"):
        plans[activity.visit.patient_id].activities.append(activity)
    for place, match in by_match.items():
        plans[match.patient_id].stored[place] = match
    # What a visit's record fulfilled needs no specimen more: its results are not proposed for another timepoint.
    recorded = of_patients.filter(status__in=PERFORMED).exclude(record=None).order_by()
    for visit, name, day in recorded.values_list("visit", "activity", "done_on"):
        if patient_of[visit] in plans:
            plans[patient_of[visit]].recorded.add((name, day or date.min))
    return plans


def want(plans: Plans, chart: Chart, recovered: Sequence[date | None], rules: Rules) -> None:
    """Work out which activities each day's results fulfil, in order of the days."""
    taken: set[UUID] = {place[0] for place, match in plans.stored.items() if match.confirmed}
    for day, found in days_of(chart, rules):
        for completion in found:
            free = [
                each
                for each in plans.activities
                if each.activity == completion.activity
                and each.pk not in taken
                and not released(plans, each, day)
                and (not was_drawn(each) or each.done_on == day)
            ]
            fitting = fulfilled(free, completion.activity, day, has_recovered(chart, recovered, day))
            state = State.FULFILLED.value if completion.complete else State.PARTLY.value
            for key in fitting:
                plans.wanted[(key, day)] = (state, completion.missing + completion.awaits)
            if completion.complete:
                taken |= set(fitting)
            if completion.complete and not fitting and (completion.activity, day) not in plans.recorded:
                # What was drawn before an infusion is no early count of the follow-up after it.
                later = [i.day for i in chart.infusions if i.day >= day]
                after = [each for each in free if not any(infused < each.visit.opens for infused in later)]
                propose(plans, completion, day, after, rules)
    settle_proposals(plans, taken)


def has_recovered(chart: Chart, recovered: Sequence[date | None], day: date) -> bool:
    """Say whether the counts have recovered by `day` from the last infusion before it; `recovered` when from each."""
    last = [on for infusion, on in zip(chart.infusions, recovered, strict=True) if infusion.day <= day][-1:]
    return bool(last) and last[0] is not None and last[0] <= day


def days_of(chart: Chart, rules: Rules) -> list[tuple[date, list[Completion]]]:
    """Return what each day's results complete; limits told from another analyte are no report."""
    reported: dict[date, dict[str, bool]] = defaultdict(dict)
    for row in chart.rows:
        if not (row.is_derived and row.comparator):
            final = row.status in SETTLED
            reported[row.day][row.analyte] = reported[row.day].get(row.analyte, True) and final
    return [(day, completions(rules.matching, analytes)) for day, analytes in sorted(reported.items())]


def released(plans: Plans, activity: PlannedActivity, day: date) -> bool:
    """Say whether a person took this specimen from this activity."""
    match = plans.stored.get((activity.pk, day))
    return match is not None and match.state == State.RELEASED


def was_drawn(activity: PlannedActivity) -> bool:
    """Say whether a person drew for an activity, whether the result is awaited or was matched before."""
    return activity.status == ActivityStatus.DRAWN or activity.record_id is not None


def fulfilled(free: Sequence[PlannedActivity], activity: str, day: date, recovered: bool) -> list[UUID]:
    """Return which of the `free` activities a specimen of `day` fulfils: drawn then, or with a window that holds it."""
    drawn = [as_open(each) for each in free if was_drawn(each)]
    own = [each.key for each in drawn]
    others = [as_open(each) for each in free if not was_drawn(each)]
    if not drawn:
        return fulfilled_by(day, activity, others, recovered=recovered)
    # What is known by now, such as that the counts have recovered with this very specimen, was not when it was drawn.
    besides = [fulfilled_besides(each, day, others, recovered=recovered) for each in drawn]
    return [*own, *(key for key in besides[0] if all(key in each for each in besides))]


def propose(plans: Plans, completion: Completion, day: date, free: Sequence[PlannedActivity], rules: Rules) -> None:
    """Propose the specimen for the window it just missed, or comes too early for."""
    planned = [Planned(each.pk, each.activity, each.visit.opens, each.visit.closes) for each in free]
    for proposal in proposals(rules.matching, completion.activity, day, planned):
        plans.wanted.setdefault((proposal.key, day), (State.PROPOSED.value, ()))


def settle_proposals(plans: Plans, taken: set[UUID]) -> None:
    """Keep of the proposals and half matches only those for what is still open, and one proposal per activity."""
    nearest: dict[UUID, Place] = {}
    visits = {each.pk: each.visit for each in plans.activities}
    for place, (state, _) in list(plans.wanted.items()):
        if state == State.FULFILLED:
            continue
        if place[0] in taken:
            del plans.wanted[place]
        elif state == State.PROPOSED:
            other = nearest.get(place[0])
            target = visits[place[0]].target
            if other is None or abs(place[1] - target) < abs(other[1] - target):
                nearest[place[0]] = place
    for place, (state, _) in list(plans.wanted.items()):
        if state == State.PROPOSED and nearest.get(place[0]) != place:
            del plans.wanted[place]


def apply(plans: Plans) -> list[PlannedActivity]:
    """Set what is wanted on the activities, and return those that changed."""
    days = {activity: day for (activity, day), (state, _) in plans.wanted.items() if state == State.FULFILLED}
    confirmed = {place[0] for place, match in plans.stored.items() if match.confirmed}
    matched = {place[0] for place, match in plans.stored.items() if match.state == State.FULFILLED}
    changed = []
    for each in plans.activities:
        if each.pk in confirmed:
            continue
        if each.pk in days:
            elsewhere = each.status == ActivityStatus.DONE_ELSEWHERE
            status = ActivityStatus.DONE_ELSEWHERE if elsewhere else ActivityStatus.DONE
            if (each.status, each.done_on) != (status, days[each.pk]):
                each.status, each.done_on = status, days[each.pk]
                changed.append(each)
        elif each.pk in matched and each.status in PERFORMED:
            # What fulfilled it was cancelled, corrected or matched elsewhere: it is open again, or awaits its result.
            each.status = ActivityStatus.DRAWN if each.record_id else ActivityStatus.PLANNED
            each.done_on = each.done_on if each.record_id else None
            changed.append(each)
    return changed


def store(plans: Iterable[Plans], changed: Sequence[PlannedActivity], clinic: Clinic, by: Staff | None) -> None:
    """Save matches, activities and the visits they belong to, and write down what was fulfilled."""
    fresh, other, gone = [], [], []
    for own in plans:
        patients = {each.pk: each.visit.patient_id for each in own.activities}
        for place, (state, missing) in own.wanted.items():
            match = own.stored.get(place)
            if match is None:
                fresh.append(
                    SpecimenMatch(
                        clinic=clinic,
                        patient_id=patients[place[0]],
                        activity_id=place[0],
                        specimen_on=place[1],
                        state=state,
                        missing=list(missing),
                    )
                )
            elif not match.confirmed and (match.state, tuple(match.missing)) != (state, missing):
                match.state, match.missing = state, list(missing)
                other.append(match)
        gone += [
            match.pk
            for place, match in own.stored.items()
            if place not in own.wanted and not match.confirmed and match.state != State.RELEASED
        ]
    if gone:
        SpecimenMatch.objects.filter(pk__in=gone).delete()
    SpecimenMatch.objects.bulk_update(other, ["state", "missing"], batch_size=1000)
    SpecimenMatch.objects.bulk_create(fresh, batch_size=2000)
    if changed:
        update_rows(changed, ["status", "done_on"])
        follow_activities(list({each.visit_id: each.visit for each in changed}.values()))
        write_events(changed, clinic, by)


def write_events(changed: Sequence[PlannedActivity], clinic: Clinic, by: Staff | None) -> None:
    """Write down for each patient what the results fulfilled, and what is open again."""
    told: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for each in changed:
        concern(each.visit.patient_id)  # what was to be told of the visit follows
        kind = "results.matched" if each.status in PERFORMED else "results.unmatched"
        told[(each.visit.patient_id, kind)].append(f"{each.visit.timepoint} {each.activity}")
    Event.objects.bulk_create(
        [
            Event(clinic=clinic, patient_id=patient, kind=kind, facts={"timepoints": links}, by=by)
            for (patient, kind), links in told.items()
        ]
    )
