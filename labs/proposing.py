"""Turning what the rules want and offer into additions to the plan, in the transaction that stores results."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from accounts.models import Clinic
from iotrex_followup.copying import among
from labs.rules.cytopenia import WORKUP as WANTS_WORKUP
from labs.rules.earlier import crossing
from labs.rules.loader import Rules
from labs.rules.provisional import Followed, planned_counts
from labs.rules.recovery import MARROW, low_again
from labs.rules.thyroid import REPEAT
from labs.rules.values import Course, Finding, Infusion
from labs.settling.charts import Chart
from labs.settling.findings import Beyond
from patients.models import FOLLOWED_HERE, Care, Patient, SupportiveCare
from schedules.actions import lapse, propose, retell
from schedules.actions.proposals import DECIDED, UNDECIDED, is_news, lock_plan
from schedules.calendars import working_calendar
from schedules.models import ActivityStatus, Appointment, Plan, PlannedActivity, PlannedVisit, Proposal
from schedules.plans.additions import CHEMISTRY, EARLIER, PROVISIONAL, THYROID, WORKUP, Addition, timepoint

BY_RULE = (*PROVISIONAL, CHEMISTRY, WORKUP, THYROID, EARLIER)
CAUSE_GONE, NOT_FOLLOWED, PLAN_REPLACED = (
    "Its cause is gone.",
    "The patient is not followed up here any more.",
    "A later treatment has a plan of its own.",
)
# A plan draws counts once a year at least: the next draw opens within.
NEAR = timedelta(days=400)


@dataclass
class Known:
    """One patient's current plan as additions see it: its open draws by day, and every proposal by rule."""

    plan: Plan
    draws: list[tuple[date, str, frozenset[str]]] = field(default_factory=list)  # day, timepoint, open activities
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def last_count_on(self) -> date | None:
        """The last CBC specimen since the infusion, recorded at a visit or reported."""
        known = self.plan.recorded_count_on, self.plan.result_count_on  # type: ignore[attr-defined]  # annotated
        return max(filter(None, known), default=None)

    def in_state(self, *states: str) -> list[Proposal]:
        return [each for each in self.proposals if each.state in states]


def propose_additions(
    charts: Sequence[Chart],
    plans: Iterable[Plan],
    courses: Mapping[UUID, Course],
    recovered: Mapping[UUID, Sequence[date | None]],
    beyond: Mapping[UUID, Sequence[Beyond]],
    rules: Rules,
    clinic: Clinic,
    today: date,
) -> None:
    """Make, offer, extend and end the additions of the patients as the rules see them on `today`.

    `plans` are those of the patients, loaded `with_recorded_count`.
    Nothing a person decided is touched: the same cause is not proposed again. Running it twice changes nothing.
    """
    known = known_plans(charts, plans, today)
    for chart in charts:
        own = known.get(chart.patient.pk)
        if own is None:
            continue
        if chart.patient.care not in FOLLOWED_HERE or chart.patient.status != Patient.Status.ACTIVE:
            withdraw_offers(own, today=today)
        elif chart.patient.care == Care.FOLLOWED:  # while paused or lost, everything waits for a decision
            with chart.attempts.of(rules.provisional, MARROW, chart.rows):
                course, found = courses[chart.patient.pk], beyond[chart.patient.pk]
                wanted = list(additions(own, chart, course, recovered[chart.patient.pk], found, rules, clinic))
                bring_about(own, wanted, today=today)


def known_plans(charts: Sequence[Chart], plans: Iterable[Plan], today: date) -> dict[UUID, Known]:
    """Return the current one of each patient's `plans` with its open draws and proposals, in a few queries for many."""
    patients = [chart.patient for chart in charts]
    people = {patient.pk: patient for patient in patients}
    known: dict[UUID, Known] = {}
    for plan in plans:
        if plan.is_current:
            plan.patient = people[plan.patient_id]
            known[plan.patient_id] = Known(plan)
    if not known:
        return known
    read_draws({each.plan.pk: each for each in known.values()}, today)
    for proposal in Proposal.objects.filter(patient__in=patients, rule__in=BY_RULE).order_by("opened_on", "id"):
        own = known.get(proposal.patient_id)
        if own is None:
            continue
        if proposal.plan_id == own.plan.pk:
            proposal.plan = own.plan
            own.proposals.append(proposal)
        elif proposal.state == Proposal.State.OFFERED:
            own.proposals.append(proposal)  # of a plan that was replaced: it falls away
    return known


def read_draws(by_plan: Mapping[UUID, Known], today: date) -> None:
    """Note for each plan the days within NEAR on which blood counts are still to be drawn."""
    soon = PlannedVisit.objects.filter(plan__in=by_plan, opens__lte=today + NEAR, closes__gte=today).order_by()
    columns = ("plan", "timepoint", "target", "appointment__state", "appointment__on")
    visits = {pk: values for pk, *values in soon.values_list("pk", *columns)}
    still_open = PlannedActivity.objects.filter(visit__in=among(visits), status=ActivityStatus.PLANNED).order_by()
    asked: dict[UUID, set[str]] = defaultdict(set)
    for visit, activity in still_open.values_list("visit", "activity") if visits else ():
        asked[visit].add(activity)
    for visit, activities in asked.items():
        plan, timepoint, target, state, booked_on = visits[visit]
        if "cbc" in activities:
            day = booked_on if state == Appointment.State.BOOKED else target
            by_plan[plan].draws.append((day, timepoint, frozenset(activities)))


def withdraw_offers(own: Known, *, today: date) -> None:
    """Let what is offered fall away: the patient is not followed here any more."""
    for proposal in own.in_state(Proposal.State.OFFERED):
        lapse(proposal=proposal, reason=NOT_FOLLOWED, by=None, today=today)


class Step(NamedTuple):
    """What is to be done: a proposal falls away, one is told anew as `addition` has it, or an addition is proposed."""

    proposal: Proposal | None
    addition: Addition | None


def bring_about(own: Known, wanted: Sequence[Addition], *, today: date) -> None:
    """Change the stored additions into those `wanted`; most often nothing is to be done, and nothing is locked then."""
    if not steps(own, wanted):
        return
    lock_plan(own.plan)
    replaced = [each for each in own.proposals if each.plan_id != own.plan.pk]
    own.proposals = [*Proposal.objects.filter(plan=own.plan, rule__in=BY_RULE).order_by("opened_on", "id"), *replaced]
    for proposal, addition in steps(own, wanted):
        if proposal is None and addition is not None:
            propose(plan=own.plan, addition=addition, by=None, today=today)
        elif proposal is not None and addition is not None:
            retell(proposal=proposal, addition=addition, by=None, today=today)
        elif proposal is not None:
            gone = CAUSE_GONE if proposal.plan_id == own.plan.pk else PLAN_REPLACED
            lapse(proposal=proposal, reason=gone, by=None, today=today)


def steps(own: Known, wanted: Sequence[Addition]) -> list[Step]:
    """Return what changes the stored additions into those `wanted`; what a person decided stands."""
    decided = {(each.rule, each.about) for each in own.in_state(*DECIDED)}
    asked = {each.rule: each for each in wanted if (each.rule, each.about) not in decided}
    found = []
    for proposal in own.in_state(*UNDECIDED):
        addition = asked.get(proposal.rule) if proposal.plan_id == own.plan.pk else None
        if addition is None or (proposal.state == Proposal.State.OFFERED and proposal.about != addition.about):
            found.append(Step(proposal, None))
            continue
        del asked[proposal.rule]
        if is_news(proposal, addition):
            found.append(Step(proposal, addition))
    return found + [Step(None, addition) for addition in asked.values() if addition.adds]


def additions(
    own: Known,
    chart: Chart,
    course: Course,
    recovered: Sequence[date | None],
    beyond: Sequence[Beyond],
    rules: Rules,
    clinic: Clinic,
) -> Iterator[Addition]:
    """Yield what the rules that are switched on want of a patient's current plan, and what they offer."""
    number = next((n for n, infusion in enumerate(course.infusions) if infusion.day == own.plan.anchor), None)
    if number is None or own.plan.anchor > course.today:
        return
    infusion, recovered_on = course.infusions[number], recovered[number]
    if rules.provisional.on:
        yield from provisional(own, chart, course, infusion, recovered_on, rules)
    if rules.offers.on:
        yield from early_chemistry(own, rules)
        yield from workup(beyond, course, rules)
        yield from repeat_thyroid(beyond, course.today)
    if rules.earlier.on:
        yield from earlier_draw(own, course, infusion, rules, clinic)


def provisional(
    own: Known, chart: Chart, course: Course, infusion: Infusion, recovered_on: date | None, rules: Rules
) -> Iterator[Addition]:
    """Yield the counts beyond the plan that are in force at once; days that were planned before stay as they were."""
    followed = followed_so_far(own, chart, course, infusion, recovered_on, rules)
    stored = {each.rule: each.adds for each in own.in_state(Proposal.State.PROVISIONAL)}
    for want in planned_counts(rules.provisional, rules.monitoring, course, infusion, followed):
        had = {each["target"]: each for each in stored.get(want.key, ())}
        adds = [
            had.get(day.isoformat()) or timepoint(day, ["cbc"], before=want.window, after=want.window)
            for day in want.days
        ]
        yield of_finding(want.finding, want.key, want.about, adds, provisional=True)


def followed_so_far(
    own: Known, chart: Chart, course: Course, infusion: Infusion, recovered_on: date | None, rules: Rules
) -> Followed:
    """Return what decides about the counts beyond a plan besides the results."""
    product, by_rule = SupportiveCare.Product, own.plan.recovery_by_rule  # a clinician's word on recovery stands
    given = [(each.kind, each.day) for each in chart.supports if each.day >= infusion.day]
    return Followed(
        recovered_on=recovered_on,
        low_again=low_again(rules.recovery, course, infusion, recovered_on) if by_rule else None,
        stem_cells_on=max((day for what, day in given if what == product.STEM_CELLS), default=None),
        transfusions=[day for what, day in given if what == product.PLATELETS],
        followed_from=own.plan.followed_from,
        recorded_on=own.last_count_on,
        in_force={
            each.rule: [date.fromisoformat(add["target"]) for add in each.adds]
            for each in own.in_state(Proposal.State.PROVISIONAL)
        },
        decided={each.about for each in own.in_state(*DECIDED)},
    )


def early_chemistry(own: Known, rules: Rules) -> Iterator[Addition]:
    """Yield the chemistry that can join the draws of two early weeks, while one of them is still open without it."""
    rule = rules.offers
    weeks = {f"W{week}": week for week in (rule.chemistry_first_week, rule.chemistry_second_week)}
    lacking = sorted(weeks[name] for _, name, asked in own.draws if name in weeks and "chemistry" not in asked)
    if lacking:
        days = [own.plan.anchor + timedelta(weeks=week) for week in lacking]
        window = rule.chemistry_window_days
        adds = [timepoint(day, ["chemistry"], before=window, after=window) for day in days]
        of_weeks = f"week{'s' if len(lacking) > 1 else ''} {' and '.join(map(str, lacking))}"
        yield Addition(
            CHEMISTRY, "first draws", f"Chemistry can be drawn with the counts of {of_weeks}.", adds, rule.version
        )


def workup(beyond: Sequence[Beyond], course: Course, rules: Rules) -> Iterator[Addition]:
    """Yield one work-up for all low counts that ask for it; its cause is where the oldest of them began."""
    asking = [each.finding for each in beyond if each.finding.wants == WANTS_WORKUP]
    if not asking:
        return
    days = {sample.id: sample.day for values in course.samples.values() for sample in values}
    known = [days[pk] for found in asking for pk in found.samples if pk in days]
    since, last = min(known, default=course.today), max(known, default=course.today)
    window = rules.offers.workup_window_days
    target = last + timedelta(days=rules.offers.workup_after_days)
    adds = [timepoint(target, ["cytopenia_workup"], before=window, after=window)]
    sentence = " ".join(dict.fromkeys(found.sentence for found in asking))
    first = asking[0]._replace(sentence=sentence)
    yield of_finding(first, WORKUP, f"low since {since}", adds)


def repeat_thyroid(beyond: Sequence[Beyond], today: date) -> Iterator[Addition]:
    """Yield TSH with free T4 again, in the middle of the weeks it is asked for, while they last."""
    for found in (each.finding for each in beyond if each.finding.wants == REPEAT):
        first, last = found.wanted_from, found.wanted_until
        if first is None or last is None or last < today:
            continue
        half = (last - first).days // 2
        adds = [timepoint(first + timedelta(days=half), ["thyroid"], before=half, after=(last - first).days - half)]
        yield of_finding(found, THYROID, f"raised, again from {first}", adds)


def earlier_draw(own: Known, course: Course, infusion: Infusion, rules: Rules, clinic: Clinic) -> Iterator[Addition]:
    """Yield a draw on the working day before the counts would cross a limit, unless one is planned or waits."""
    after = max((count.day for values in MARROW for count in course.after(infusion, values)), default=infusion.day)
    drawn_on = own.last_count_on
    if drawn_on and drawn_on > after:
        return  # what was drawn since tells more than the slope
    coming = [day for day, _, _ in own.draws if day > after and day >= course.today]
    found = crossing(rules.earlier, course, infusion, next_draw_on=min(coming, default=None))
    if found is None:
        return
    calendar = working_calendar(clinic)
    day = found.on - timedelta(days=1)
    while day > course.today and not calendar.is_working(day):
        day -= timedelta(days=1)
    day = max(day, course.today)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    if day <= after or (coming and day >= min(coming)):
        return
    window = rules.earlier.window_days
    adds = [timepoint(day, ["cbc"], before=window, after=window)]
    yield of_finding(found.finding, EARLIER, found.about, adds)


def of_finding(
    finding: Finding, rule: str, about: str, adds: list[dict[str, object]], *, provisional: bool = False
) -> Addition:
    """Return the addition a finding asks for, with what decided it."""
    facts = {"results": [str(pk) for pk in finding.samples], "numbers": {key: str(n) for key, n in finding.numbers}}
    return Addition(rule, about, finding.sentence, adds, finding.version, provisional, facts)
