"""What a clinic has to do: groups by urgency, each ranked by what a miss would cost and paged by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet, prefetch_related_objects

from accounts.models import Clinic, Staff
from schedules import protocol as rules
from schedules.models import OPEN_ACTIVITY, Plan, PlannedActivity, PlannedVisit, Protocol
from schedules.planning import facts_of
from schedules.querysets import PlannedVisitQuerySet, PlanQuerySet

PAGE = 25
COUNTED_TO = 999
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
# No window reaches further than this from a day it holds or opens after.
LONGEST_WINDOW = timedelta(days=62)
SHORTEST_WINDOW = 7
RELATED = ("patient", "plan", "appointment")

Row = TypeVar("Row", bound=Model)


class Filters(NamedTuple):
    """What the worklist is narrowed to; None and the empty text mean everything."""

    clinician: Staff | None = None
    phase: str = ""
    activity: str = ""


class Day(NamedTuple):
    """The day a worklist is for: the clinic's date, and the runs of days around it on which nobody works."""

    today: date
    closed: tuple[tuple[date, date], ...] = ()


class GroupKind(NamedTuple):
    """One group of visits: its key in addresses, its title, and the visits that belong to it."""

    key: str
    title: str
    select: Callable[[PlannedVisitQuerySet, Day], PlannedVisitQuerySet]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of the worklist: where it stands, what is still to do, and why it ranks here."""

    visit: PlannedVisit
    status: rules.Status
    activities: list[str]
    drawn: list[str]
    why: str


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One plan whose blood counts are overdue by the clock."""

    plan: Plan
    clock: rules.CountClock


@dataclass(frozen=True, slots=True)
class Group:
    """A page of one group. `count` is exact to 999, then "999+"; `after` is the key of the next page, if any."""

    key: str
    title: str
    count: str
    rows: list[Any]
    after: str


def due_now(visits: PlannedVisitQuerySet, day: Day) -> PlannedVisitQuerySet:
    return visits.due(on=day.today).exclude(pk__in=visits.within(day.closed).values("pk"))


def opening_between(first: timedelta, last: timedelta) -> Callable[[PlannedVisitQuerySet, Day], PlannedVisitQuerySet]:
    """Return the selection of visits that open more than `first` and at most `last` after today."""

    def select(visits: PlannedVisitQuerySet, day: Day) -> PlannedVisitQuerySet:
        opening = visits.opening(on=day.today, after=day.today + first, until=day.today + last)
        return opening.exclude(pk__in=visits.within(day.closed).values("pk"))

    return select


def to_decide(visits: PlannedVisitQuerySet, day: Day) -> PlannedVisitQuerySet:
    """Return what a person has to decide: bookings that fit no longer, and windows in which nobody works.

    They are looked for once, since they are few: beyond the first 1000 found they are neither counted nor shown.
    """
    coming = visits.waiting(on=day.today).filter(opens__lte=day.today + MONTH, closes__gte=day.today)
    chosen = [
        visits.booked_outside_window(on=day.today),
        visits.booked_though_closed(on=day.today),
        coming.within(day.closed),
    ]
    first, *others = (found.order_by().values_list("pk", flat=True) for found in chosen)
    found = list(first.union(*others).order_by("id")[: COUNTED_TO + 1])
    return PlannedVisit.objects.filter(pk__in=found)


VISIT_GROUPS = (
    GroupKind("overdue", "Overdue", lambda visits, day: visits.overdue(on=day.today)),
    GroupKind("awaiting", "Awaiting result", lambda visits, day: visits.awaiting_result(drawn_before=day.today)),
    GroupKind("decision", "Needs a decision", to_decide),
    GroupKind("booked", "Booked for today", lambda visits, day: visits.booked(on=day.today, until=day.today)),
    GroupKind("due", "Due now", due_now),
    GroupKind("week", "Opens this week", opening_between(timedelta(0), WEEK)),
    GroupKind("month", "Next 30 days", opening_between(WEEK, MONTH)),
)
CLOCK_GROUP = "counts"
CLOCK_TITLE = "Blood counts overdue by the clock"
CLOCK_PHASES = ("", "weeks", "months")


def day_of(calendar: rules.WorkingCalendar, today: date) -> Day:
    """Return what the groups need to know of `today` and the clinic's calendar around it."""
    first, last = today - LONGEST_WINDOW, today + MONTH + LONGEST_WINDOW
    return Day(today, tuple(rules.closed_spans(first, last, calendar.is_working, at_least=SHORTEST_WINDOW)))


def groups(clinic: Clinic, day: Day, filters: Filters) -> list[Group]:
    """Return the first page of every group, the blood counts overdue by the clock first."""
    visits = PlannedVisit.objects.filter(clinic=clinic)
    selected = [(kind, narrowed(kind.select(visits, day), filters)) for kind in VISIT_GROUPS]
    pages = [(kind, counted(found), page(found.ranked())) for kind, found in selected]
    rows = visit_rows([visit for _, _, (found, _) in pages for visit in found], day)
    by_visit = {row.visit.pk: row for row in rows}
    return [
        clock_group(clinic, day, filters),
        *(
            Group(kind.key, kind.title, count, [by_visit[visit.pk] for visit in found], rank_key(found, more))
            for kind, count, (found, more) in pages
        ),
    ]


def next_page(clinic: Clinic, day: Day, filters: Filters, *, group: str, after: str) -> Group:
    """Return the page of `group` that follows the key `after`, without its count.

    Raises   ValueError: no such group, or not a key.
    """
    if group == CLOCK_GROUP:
        since, pk = after.split("_")
        return clock_page(overdue_counts(clinic, day, filters).counted_after(date.fromisoformat(since), UUID(pk)), day)
    kind = next((kind for kind in VISIT_GROUPS if kind.key == group), None)
    if kind is None:
        raise ValueError(f"no group {group!r}")
    cost, closes, pk = after.split("_")
    visits = narrowed(kind.select(PlannedVisit.objects.filter(clinic=clinic), day), filters)
    found, more = page(visits.ranked_after(int(cost), date.fromisoformat(closes), UUID(pk)))
    return Group(kind.key, kind.title, "", visit_rows(found, day), rank_key(found, more))


def next_opening(clinic: Clinic, day: Day, filters: Filters) -> PlannedVisit | None:
    """Return the visit that opens next after today, whatever its rank."""
    coming = PlannedVisit.objects.filter(clinic=clinic).waiting(on=day.today).filter(opens__gt=day.today)
    return narrowed(coming, filters).select_related("patient").order_by("opens", "-cost", "id").first()


def narrowed(visits: PlannedVisitQuerySet, filters: Filters) -> PlannedVisitQuerySet:
    """Return those of `visits` that were asked for."""
    if filters.clinician:
        visits = visits.filter(patient__responsible_clinician=filters.clinician)
    if filters.phase:
        visits = visits.filter(phase=filters.phase)
    if filters.activity:
        asked = PlannedActivity.objects.filter(activity=filters.activity, status__in=OPEN_ACTIVITY)
        visits = visits.filter(Exists(asked.filter(visit=OuterRef("pk"))))
    return visits


def counted(rows: QuerySet[Row]) -> str:
    """Return how many rows there are, exact to 999: the database stops counting there."""
    count = rows.order_by()[: COUNTED_TO + 1].count()
    return f"{COUNTED_TO}+" if count > COUNTED_TO else str(count)


def page(rows: QuerySet[Row]) -> tuple[list[Row], bool]:
    """Return the first rows, and whether more follow."""
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def rank_key(visits: list[PlannedVisit], more: bool) -> str:
    """Return the key from which the next page starts; empty when nothing follows."""
    return f"{visits[-1].cost}_{visits[-1].closes}_{visits[-1].pk}" if more else ""


def visit_rows(visits: Iterable[PlannedVisit], day: Day) -> list[VisitRow]:
    """Return the rows of `visits`; what they show is loaded in the same few queries for any number."""
    found = list(visits)
    prefetch_related_objects(found, *RELATED, "activities")
    definitions = definitions_of(found)
    return [visit_row(visit, definitions[visit.plan.protocol_id], day) for visit in found]


def definitions_of(visits: Iterable[PlannedVisit]) -> Mapping[UUID, rules.Protocol]:
    """Return the protocols the visits were planned by; each text is read once, not once a row."""
    stored = Protocol.objects.in_bulk({visit.plan.protocol_id for visit in visits})
    return {pk: protocol.definition for pk, protocol in stored.items()}


def visit_row(visit: PlannedVisit, definition: rules.Protocol, day: Day) -> VisitRow:
    """Return the row of one visit, whose activities are loaded."""
    activities = list(visit.activities.all())
    still_open = [a.activity for a in activities if a.is_open]
    return VisitRow(
        visit=visit,
        status=rules.shown_status(facts_of(visit), day.today),
        activities=still_open or [a.activity for a in activities],
        drawn=[a.activity for a in activities if a.status == "drawn"],
        why=to_decide_about(visit, day) or cost_of_a_miss(visit, definition),
    )


def to_decide_about(visit: PlannedVisit, day: Day) -> str:
    """Say in one phrase what has to be decided about a visit; empty when nothing has."""
    if visit.appointment and visit.appointment.on >= day.today:
        if visit.status != PlannedVisit.Status.PLANNED:
            return f"Booked, but {visit.get_status_display().lower()}"
        return "" if visit.opens <= visit.appointment.on <= visit.closes else "Booked outside its window"
    closed = any(first <= visit.opens and visit.closes <= last for first, last in day.closed)
    return "No working day in its window" if closed and visit.status == PlannedVisit.Status.PLANNED else ""


def cost_of_a_miss(visit: PlannedVisit, definition: rules.Protocol) -> str:
    """Say in one phrase why the visit ranks where it does."""
    phase = next(phase for phase in definition.phases if phase.key == visit.phase)
    nadir = definition.nadir
    if phase.unit == "weeks" and visit.cost >= nadir.cost:
        return f"Lowest counts: weeks {nadir.first_week}–{nadir.last_week}"
    if phase.first_cost is not None and visit.cost >= phase.first_cost:
        return "First response assessment"
    return phase.name[:1].upper() + phase.name[1:]


def overdue_counts(clinic: Clinic, day: Day, filters: Filters) -> PlanQuerySet:
    """Return the plans whose blood counts are overdue; none when the filters leave no blood counts."""
    plans = Plan.objects.filter(clinic=clinic).counts_overdue(on=day.today).select_related("patient")
    if filters.phase not in CLOCK_PHASES or filters.activity not in ("", "cbc"):
        return plans.none()
    return plans.filter(patient__responsible_clinician=filters.clinician) if filters.clinician else plans


def clock_group(clinic: Clinic, day: Day, filters: Filters) -> Group:
    """Return the first page of the blood counts overdue by the clock, the longest wait first."""
    plans = overdue_counts(clinic, day, filters)
    return clock_page(plans.longest_wait_first(), day, count=counted(plans))


def clock_page(plans: PlanQuerySet, day: Day, *, count: str = "") -> Group:
    found, more = page(plans)
    after = f"{found[-1].counted_from}_{found[-1].pk}" if more else ""  # type: ignore[attr-defined]  # annotated
    return Group(CLOCK_GROUP, CLOCK_TITLE, count, [ClockRow(plan, clock_of(plan, day.today)) for plan in found], after)


def clock_of(plan: Plan, today: date) -> rules.CountClock:
    """Return the clock over the counts of a plan that was selected as overdue."""
    clock = rules.count_clock(
        plan.anchor,
        followed_from=plan.followed_from,
        last_specimen_on=plan.last_count_on,  # type: ignore[attr-defined]  # annotated by counts_overdue
        today=today,
        recovered_on=plan.counts_recovered_on,
    )
    if clock is None:
        raise ValueError(f"{plan} has no running clock on {today}")
    return clock
