"""The group of the clinical events somebody has to see to: transfers, pauses and reversals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Clinic
from patients.models import ClinicalEvent
from schedules.pages.worklist.paging import Day, Filters, Group, counted, page
from schedules.plans.life import standing_words

LIFE_GROUP = "life"
LIFE_TITLE = "Transfers, pauses and reversals to see to"


@dataclass(frozen=True, slots=True)
class LifeRow:
    """One clinical event somebody has to see to, and why."""

    event: ClinicalEvent
    why: str


def unsettled(clinic: Clinic, day: Day, filters: Filters) -> QuerySet[ClinicalEvent]:
    """Return the clinical events somebody has to see to, the oldest first; none when visits are filtered for.

    A transfer nobody accepted yet, a pause whose review has passed, a death somebody says is not so.
    """
    standing = ClinicalEvent.objects.filter(clinic=clinic, withdrawn=False, ended_on__isnull=True)
    if filters.phase or filters.activity:
        return standing.none()
    found = standing.filter(
        Q(kind=ClinicalEvent.Kind.TRANSFER, accepted_on__isnull=True)
        | Q(kind=ClinicalEvent.Kind.PAUSE, details__review_on__lt=day.today.isoformat())
        | Q(kind=ClinicalEvent.Kind.DEATH, reversal_asked_by__isnull=False),
        patient__status="active",
    )
    if filters.clinician:
        found = found.filter(patient__responsible_clinician=filters.clinician)
    return found.select_related("patient", "reversal_asked_by").order_by("started_on", "id")


def unsettled_after(clinic: Clinic, day: Day, filters: Filters, started_on: date, pk: UUID) -> QuerySet[ClinicalEvent]:
    """Return those that follow this one: the next page of `unsettled`."""
    later = Q(started_on__gt=started_on) | Q(started_on=started_on, pk__gt=pk)
    return unsettled(clinic, day, filters).filter(later)


def life_group(clinic: Clinic, day: Day, filters: Filters) -> Group:
    """Return the first page of the clinical events somebody has to see to."""
    found = unsettled(clinic, day, filters)
    return life_page(found, day, count=counted(found))


def next_life(clinic: Clinic, day: Day, filters: Filters, *, after: str) -> Group:
    """Return the page that follows the key `after`, without its count.

    Raises   ValueError: not a key.
    """
    started, pk = after.split("_")
    return life_page(unsettled_after(clinic, day, filters, date.fromisoformat(started), UUID(pk)), day)


def life_page(events: QuerySet[ClinicalEvent], day: Day, *, count: str = "") -> Group:
    found, more = page(events)
    after = f"{found[-1].started_on}_{found[-1].pk}" if more else ""
    rows = [LifeRow(event, why_unsettled(event, day.today)) for event in found]
    return Group(LIFE_GROUP, LIFE_TITLE, count, rows, after)


def why_unsettled(event: ClinicalEvent, today: date) -> str:
    """Say in one phrase what has to be seen to."""
    if event.reversal_asked_by:
        return f"{event.reversal_asked_by} says this is not so; another person confirms"
    return standing_words([event], today=today)[0]
