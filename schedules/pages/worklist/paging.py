"""What all groups of the worklist share: the day, the filters, and pages by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.models import Clinic, Staff
from schedules.appointments.decisions import visits_to_decide
from schedules.calendars import working_calendar
from schedules.protocol import WorkingCalendar

PAGE = 25
COUNTED_TO = 999

Row = TypeVar("Row", bound=Model)


class Filters(NamedTuple):
    """What the worklist is narrowed to; None and the empty text mean everything."""

    clinician: Staff | None = None
    phase: str = ""
    activity: str = ""


class Day(NamedTuple):
    """The day a worklist is for: the clinic's date and calendar, and the visits somebody has to decide about."""

    today: date
    calendar: WorkingCalendar
    to_decide: list[UUID]


@dataclass(frozen=True, slots=True)
class Group:
    """A page of one group. `count` is exact to 999, then "999+"; `after` is the key of the next page, if any."""

    key: str
    title: str
    count: str
    rows: list[Any]
    after: str


def day_of(clinic: Clinic, today: date) -> Day:
    """Return what the groups need to know of `today`, read once for all of them."""
    calendar = working_calendar(clinic)
    return Day(today, calendar, visits_to_decide(clinic, calendar, today=today))


def counted(rows: QuerySet[Row]) -> str:
    """Return how many rows there are, exact to 999: the database stops counting there."""
    count = rows.order_by()[: COUNTED_TO + 1].count()
    return f"{COUNTED_TO}+" if count > COUNTED_TO else str(count)


def page(rows: QuerySet[Row]) -> tuple[list[Row], bool]:
    """Return the first rows, and whether more follow."""
    found = list(rows[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE
