"""The simulated clinic at one instant, and what is still to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from accounts.models import Clinic, Staff
from events.delivery.wall_clock import instant
from events.models import Message
from interop.simulation.log import Log
from labs.models import Laboratory
from schedules.calendars import working_calendar
from schedules.models import PlannedVisit
from schedules.protocol import WorkingCalendar

What = Callable[[], None]


@dataclass
class Agenda:
    """What is to happen, in order of time; of one instant, in the order in which it was planned.

    A `fact` comes from outside; the rest is the product's own work.
    """

    coming: list[tuple[datetime, int, What, bool]] = field(default_factory=list)
    _number: count[int] = field(default_factory=count)

    def add(self, when: datetime, what: What, *, fact: bool) -> None:
        """Plan something at an instant."""
        heappush(self.coming, (when, next(self._number), what, fact))

    def take(self) -> tuple[datetime, What, bool]:
        """Return what comes next."""
        when, _, what, fact = heappop(self.coming)
        return when, what, fact


@dataclass
class World:
    """The clinic with its people, the laboratory, the log, and the time it is."""

    clinic: Clinic
    clinicians: list[Staff]
    coordinator: Staff
    laboratory: Laboratory
    chance: Random
    log: Log
    now: datetime
    ends: datetime
    agenda: Agenda = field(default_factory=Agenda)
    names: dict[UUID, str | int] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)
    raised: set[tuple[UUID, datetime]] = field(default_factory=set)  # alerts, and when
    refused: set[tuple[str, str]] = field(default_factory=set)  # address and channel
    away: dict[str, datetime] = field(default_factory=dict)  # until when a channel takes nothing
    calendar: WorkingCalendar = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = working_calendar(self.clinic)

    @property
    def today(self) -> date:
        return self.clinic.local_date(self.now)

    def at(self, when: datetime, what: What) -> None:
        """Let something happen at an instant, to the full minute, but never in the past nor after the end."""
        when = max(self.now, when.astimezone(UTC).replace(second=0, microsecond=0))
        if when < self.ends:
            self.agenda.add(when, what, fact=True)

    def on(self, day: date, at: time, what: What) -> None:
        """Let something happen by the clinic's wall clock."""
        self.at(instant(day, at, self.clinic.zone), what)

    def working_day(self, day: date) -> date:
        """Return `day` or the first working day after it."""
        while not self.calendar.is_working(day):
            day += timedelta(days=1)
        return day

    def name(self, prefix: str, pk: UUID) -> str | int:
        """Return the name of a row in the log: the next of its kind when it is new."""
        if pk not in self.names:
            self.numbers[prefix] += 1
            self.names[pk] = f"{prefix}{self.numbers[prefix]}"
        return self.names[pk]

    def accession(self) -> str:
        """Return the number of the next specimen."""
        self.numbers["S"] += 1
        return f"S{self.numbers['S']:06}"

    def tell(self, what: str, **fields: object) -> None:
        """Write down what happens now."""
        self.log.write(what, self.now, **fields)

    def visit(self, visit: PlannedVisit) -> list[object]:
        """Return how the log calls a visit."""
        return [self.names[visit.plan.treatment_id], visit.timepoint, visit.kind]

    def items(self, message: Message) -> list[Any]:
        """Return what a reminder tells of, in the words of the log: pairs of a visit and a moment."""
        items = message.details.get("items", ())
        visits = PlannedVisit.objects.select_related("plan").in_bulk([item["visit"] for item in items])
        told = [[self.visit(visits[UUID(item["visit"])]), [item["moment"], item["days"]]] for item in items]
        return sorted(told, key=str)


def office_hour(chance: Random, first: int = 8, last: int = 16) -> time:
    """Return a time of the working day."""
    return time(chance.randint(first, last), chance.randint(0, 59))
