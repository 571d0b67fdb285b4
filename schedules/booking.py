"""Which day suits a visit, and what else of the patient fits on it: one trip where one will do (PROTOCOL.md 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schedules.models import PlannedVisit
from schedules.protocol import WorkingCalendar, suggested_day


@dataclass(frozen=True, slots=True)
class DayOffer:
    """One day for a visit. `closed`: why the clinic does not work then; `companions`: what else could be done."""

    on: date
    closed: str | None
    outside: bool
    companions: Sequence[PlannedVisit]

    @property
    def needs_reason(self) -> bool:
        return self.outside or self.closed is not None


def suggestion(visit: PlannedVisit, calendar: WorkingCalendar, *, today: date) -> date:
    """Return the day to suggest: the working day nearest to the target that is in the window and not past.

    Without one it is the next working day from today or the target on, whichever is later.
    """
    if visit.closes >= today:
        day = suggested_day(max(visit.opens, today), max(visit.target, today), visit.closes, calendar.is_working)
        if day:
            return day
    first = max(visit.target, today)
    ahead = (first + timedelta(days=n) for n in range(366))
    return next((day for day in ahead if calendar.is_working(day)), first)


def offer(visit: PlannedVisit, on: date, calendar: WorkingCalendar, *, today: date) -> DayOffer:
    """Return what `on` would mean for `visit`."""
    return DayOffer(on, calendar.reason(on), not visit.opens <= on <= visit.closes, companions(visit, on, today=today))


def companions(visit: PlannedVisit, on: date, *, today: date) -> list[PlannedVisit]:
    """Return the patient's other visits that wait for a date and whose window holds `on`."""
    others = PlannedVisit.objects.waiting(on=today).filter(patient=visit.patient_id, opens__lte=on, closes__gte=on)
    return list(others.exclude(pk=visit.pk).prefetch_related("activities").order_by("target", "kind"))
