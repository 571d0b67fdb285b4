"""The clinic's coming year: which days it does not work, and what is booked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from accounts.models import Clinic
from schedules.calendars import working_calendar
from schedules.models import Appointment

MONTHS = 12


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day worth a line. `closed`: why the clinic does not work; `booked`: how many appointments it holds."""

    on: date
    closed: str | None
    booked: int


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    days: list[CalendarDay]


def coming_year(clinic: Clinic, today: date) -> list[Month]:
    """Return the next twelve months from today, each with its holidays, closures and booked days.

    A day that is no working weekday anyway is left out, unless something is booked on it.
    """
    last = today + relativedelta(months=MONTHS)
    booked = booked_days(clinic, today, last)
    calendar = working_calendar(clinic)
    days = (today + timedelta(days=n) for n in range((last - today).days))
    shown = (CalendarDay(day, calendar.reason(day), booked[day]) for day in days)
    return by_month(day for day in shown if day.booked or (day.closed and day.on.weekday() in calendar.weekdays))


def booked_days(clinic: Clinic, first: date, last: date) -> Counter[date]:
    """Return how many appointments each day holds, from `first` to `last`, both inclusive."""
    booked = Appointment.objects.filter(clinic=clinic, state=Appointment.State.BOOKED, on__range=(first, last))
    return Counter(booked.values_list("on", flat=True))


def by_month(days: Iterable[CalendarDay]) -> list[Month]:
    months: dict[date, Month] = {}
    for day in days:
        first = day.on.replace(day=1)
        months.setdefault(first, Month(first, [])).days.append(day)
    return list(months.values())
