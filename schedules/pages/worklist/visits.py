"""The groups of visits, by urgency, each ranked by what a miss would cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, prefetch_related_objects

from accounts.models import Clinic
from patients.models import Care, ContactEntry
from schedules import protocol as rules
from schedules.appointments.decisions import MONTH, judged_by, to_decide
from schedules.models import OPEN_ACTIVITY, PlannedActivity, PlannedVisit, Protocol
from schedules.pages.worklist.paging import Day, Filters, Group, counted, page
from schedules.plans.carrying import CAN_BE_CARRIED
from schedules.plans.planning import facts_of
from schedules.querysets import PlannedVisitQuerySet

WEEK = timedelta(days=7)
RELATED = ("plan", "activities")


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
    to_decide: list[str]
    cost: str
    last_contact: ContactEntry | None = None

    @property
    def why(self) -> str:
        """Why it stands here: what has to be decided about it, else what a miss would cost."""
        return "; ".join(self.to_decide) or self.cost

    @property
    def carriable(self) -> bool:
        """Whether it is overdue of an earlier plan and may be offered to the current one."""
        return (
            self.status == rules.Status.OVERDUE
            and not self.visit.plan.is_current
            and not CAN_BE_CARRIED.isdisjoint(self.activities)
        )


def due_now(visits: PlannedVisitQuerySet, day: Day) -> PlannedVisitQuerySet:
    return visits.due(on=day.today).exclude(pk__in=day.to_decide)


def opening_between(first: timedelta, last: timedelta) -> Callable[[PlannedVisitQuerySet, Day], PlannedVisitQuerySet]:
    """Return the selection of visits that open more than `first` and at most `last` after today."""

    def select(visits: PlannedVisitQuerySet, day: Day) -> PlannedVisitQuerySet:
        opening = visits.opening(on=day.today, after=day.today + first, until=day.today + last)
        return opening.exclude(pk__in=day.to_decide)

    return select


def held(visits: PlannedVisitQuerySet, day: Day) -> PlannedVisitQuerySet:
    """Return what waits for a clinician to let it go on; a pause and a loss hold everything until they end."""
    waiting = visits.shown_as(rules.Status.ON_HOLD, on=day.today).filter(opens__lte=day.today + MONTH)
    return waiting.exclude(on_hold__in=(Care.PAUSED.label, Care.LOST.label))


VISIT_GROUPS = (
    GroupKind("overdue", "Overdue", lambda visits, day: visits.overdue(on=day.today)),
    GroupKind("awaiting", "Awaiting result", lambda visits, day: visits.awaiting_result(drawn_before=day.today)),
    GroupKind("decision", "Needs a decision", lambda visits, day: visits.filter(pk__in=day.to_decide)),
    GroupKind("hold", "On hold, waits for a decision", held),
    GroupKind("booked", "Booked for today", lambda visits, day: visits.booked(on=day.today, until=day.today)),
    GroupKind("due", "Due now", due_now),
    GroupKind("week", "Opens this week", opening_between(timedelta(0), WEEK)),
    GroupKind("month", "Next 30 days", opening_between(WEEK, MONTH)),
)


def visit_groups(clinic: Clinic, day: Day, filters: Filters) -> list[Group]:
    """Return the first page of every group of visits."""
    visits = PlannedVisit.objects.filter(clinic=clinic)
    selected = [(kind, narrowed(kind.select(visits, day), filters)) for kind in VISIT_GROUPS]
    pages = [(kind, counted(found), page(found.ranked())) for kind, found in selected]
    rows = visit_rows([visit for _, _, (found, _) in pages for visit in found], day)
    by_visit = {row.visit.pk: row for row in rows}
    return [
        Group(kind.key, kind.title, count, [by_visit[visit.pk] for visit in found], rank_key(found, more))
        for kind, count, (found, more) in pages
    ]


def next_visits(clinic: Clinic, day: Day, filters: Filters, *, group: str, after: str) -> Group:
    """Return the page of `group` that follows the key `after`, without its count.

    Raises   ValueError: no such group, or not a key.
    """
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


def rank_key(visits: list[PlannedVisit], more: bool) -> str:
    """Return the key from which the next page starts; empty when nothing follows."""
    return f"{visits[-1].cost}_{visits[-1].closes}_{visits[-1].pk}" if more else ""


def visit_rows(visits: Iterable[PlannedVisit], day: Day) -> list[VisitRow]:
    """Return the rows of `visits`; what they show is loaded in the same few queries for any number."""
    found = list(visits)
    prefetch_related_objects(found, *dict.fromkeys((*RELATED, *judged_by())))
    definitions, contacted = definitions_of(found), last_contacts(found)
    return [
        visit_row(visit, definitions[visit.plan.protocol_id], day, contacted.get(visit.patient_id)) for visit in found
    ]


def last_contacts(visits: Iterable[PlannedVisit]) -> Mapping[UUID, ContactEntry]:
    """Return the latest contact by patient, in one query."""
    latest = ContactEntry.objects.latest_of_each().filter(patient__in={visit.patient_id for visit in visits})
    return {entry.patient_id: entry for entry in latest}


def definitions_of(visits: Iterable[PlannedVisit]) -> Mapping[UUID, rules.Protocol]:
    """Return the protocols the visits were planned by; each text is read once, not once a row."""
    stored = Protocol.objects.in_bulk({visit.plan.protocol_id for visit in visits})
    return {pk: protocol.definition for pk, protocol in stored.items()}


def visit_row(
    visit: PlannedVisit, definition: rules.Protocol, day: Day, last_contact: ContactEntry | None = None
) -> VisitRow:
    """Return the row of one visit, whose activities are loaded."""
    activities = list(visit.activities.all())
    still_open = [a.activity for a in activities if a.is_open]
    return VisitRow(
        visit=visit,
        status=rules.shown_status(facts_of(visit), day.today),
        activities=still_open or [a.activity for a in activities],
        drawn=[a.activity for a in activities if a.status == "drawn"],
        to_decide=to_decide(visit, day.calendar, today=day.today),
        cost=cost_of_a_miss(visit, definition),
        last_contact=last_contact,
    )


def cost_of_a_miss(visit: PlannedVisit, definition: rules.Protocol) -> str:
    """Say in one phrase why the visit ranks where it does."""
    phase = next((phase for phase in definition.phases if phase.key == visit.phase), None)
    if phase is None:
        return "Added beyond the protocol"
    nadir = definition.nadir
    if phase.unit == "weeks" and phase.counts_blood and visit.cost >= nadir.cost:
        return f"Lowest counts: weeks {nadir.first_week}–{nadir.last_week}"
    if phase.first_cost is not None and visit.cost >= phase.first_cost:
        return "First response assessment"
    return phase.name[:1].upper() + phase.name[1:]
