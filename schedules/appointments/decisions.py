"""What a person has to decide about a visit's day: bookings that fit no longer, windows without a day.

See PROTOCOL.md 9 and 10. `visits_to_decide` finds the visits of a clinic about which `to_decide` says something, but
for what is on hold, which is listed by itself.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from accounts.models import Clinic
from schedules.appointments.days import coming_appointment
from schedules.models import Absence, Appointment, PlannedVisit
from schedules.protocol import WorkingCalendar, closed_spans
from schedules.protocol.trace import words
from schedules.querysets import PlannedVisitQuerySet


class Cause(NamedTuple):
    """What else is to be decided about an open visit that is booked ahead or whose window has not closed.

    `reads`: what `said` reads of a visit, to be loaded. `found`: the few visits of a clinic of which it says something,
    whether they are booked ahead or not.
    """

    reads: tuple[str, ...]
    said: Callable[[PlannedVisit], list[str]]
    found: Callable[[Clinic], list[UUID]]


# Apps above this one add theirs in AppConfig.ready.
CAUSES: list[Cause] = []
MONTH = timedelta(days=30)
# No window reaches further than this from a day it holds or opens after.
LONGEST_WINDOW = timedelta(days=62)
SHORTEST_WINDOW = 3
BOOKED_AHEAD = timedelta(days=731)
MOST_FOUND = 1000


def judged_by() -> tuple[str, ...]:
    """Return what `to_decide` reads of a visit, to be loaded."""
    further = (name for cause in CAUSES for name in cause.reads)
    return tuple(dict.fromkeys(("patient__absences", "appointment__visits", *further)))


def to_decide(visit: PlannedVisit, calendar: WorkingCalendar, *, today: date) -> list[str]:
    """Return in words what has to be decided about a visit; `judged_by` should be loaded.

    `calendar`: of its clinic. A reason given for an unusual day does not make it usual: it is named all the same.
    """
    planned = visit.status == PlannedVisit.Status.PLANNED
    if planned and (visit.before_enrolment or visit.drawn_on):
        return []
    if planned and visit.on_hold:
        return [f"Waits for a decision: {visit.on_hold.lower()}"]
    absences = [each for each in visit.patient.absences.all() if not each.withdrawn]
    booked = coming_appointment(visit, today=today)
    further = planned and (booked is not None or visit.closes >= today)
    also = [sentence for cause in CAUSES for sentence in cause.said(visit)] if further else []
    if booked:
        return [*about_booking(visit, booked, calendar, absences), *also]
    window = about_window(visit, calendar, absences, today=today) if planned and visit.closes >= today else []
    return [*window, *also]


def about_booking(
    visit: PlannedVisit, booked: Appointment, calendar: WorkingCalendar, absences: Sequence[Absence]
) -> list[str]:
    """Return in words what stands against the day on which a visit is booked."""
    if visit.status != PlannedVisit.Status.PLANNED:
        serves = any(each.status == PlannedVisit.Status.PLANNED for each in booked.visits.all())
        return [] if serves else [f"Booked, but {visit.get_status_display().lower()}"]
    found = [] if visit.opens <= booked.on <= visit.closes else ["Booked outside its window"]
    if closed := calendar.reason(booked.on):
        found.append(f"Booked, but the clinic does not work on that day ({closed})")
    if away := absence_on(booked.on, absences):
        found.append(f"Booked, but the patient is away until {in_words(away)}")
    return found


def about_window(
    visit: PlannedVisit, calendar: WorkingCalendar, absences: Sequence[Absence], *, today: date
) -> list[str]:
    """Return in words that a window has no day: the clinic works on none, or the patient is away on all left of it."""
    window = (visit.opens + timedelta(days=n) for n in range((visit.closes - visit.opens).days + 1))
    working = [day for day in window if calendar.is_working(day)]
    if not working:
        return ["No working day in its window"]
    left = [day for day in working if day >= today]
    away = [found for day in left if (found := absence_on(day, absences))]
    if not left or len(away) < len(left):
        return []
    which = "No day in its window" if left == working else "No day left in its window"
    return [f"{which}: the patient is away until {in_words(away[-1])}"]


def absence_on(day: date, absences: Iterable[Absence]) -> Absence | None:
    """Return the absence that holds `day`, of several the one that ends last."""
    holding = [each for each in absences if each.first_day <= day <= each.last_day]
    return max(holding, key=lambda each: each.last_day, default=None)


def in_words(absence: Absence) -> str:
    """Return until when an absence lasts and what it is for: "Fri 15 Mar 2024 (school trip)"."""
    return words(absence.last_day) + (f" ({absence.reason})" if absence.reason else "")


def visits_to_decide(clinic: Clinic, calendar: WorkingCalendar, *, today: date) -> list[UUID]:
    """Return the visits somebody has to decide about: what is booked ahead, and windows that open within 30 days.

    They are few: beyond the first 1000 found they are left to the groups they stand in otherwise.
    """
    visits = PlannedVisit.objects.filter(clinic=clinic)
    coming = visits.waiting(on=today).filter(opens__lte=today + MONTH, closes__gte=today)
    closed = closed_spans(
        today - LONGEST_WINDOW, today + MONTH + LONGEST_WINDOW, calendar.is_working, at_least=SHORTEST_WINDOW
    )
    days_off = [day for n in range(BOOKED_AHEAD.days) if not calendar.is_working(day := today + timedelta(days=n))]
    # From the few who are away to their visits, not the other way round.
    away = Absence.objects.filter(clinic=clinic, withdrawn=False, last_day__gte=today)
    patients = list(away.filter(first_day__lte=today + MONTH + LONGEST_WINDOW).values_list("patient", flat=True))
    partly_away = coming.filter(patient__in=patients).partly_away(on=today).prefetch_related(*judged_by())
    without_day = [visit.pk for visit in partly_away if to_decide(visit, calendar, today=today)]
    chosen = [
        visits.booked_unfit(on=today, days_off=days_off),
        visits.booked_though_closed(on=today),
        coming.within(closed),
        visits.filter(pk__in=without_day),
        *further_causes(clinic, visits, today=today),
    ]
    first, *others = (found.order_by().values_list("pk", flat=True) for found in chosen)
    return list(first.union(*others).order_by("id")[:MOST_FOUND])


def further_causes(clinic: Clinic, visits: PlannedVisitQuerySet, *, today: date) -> list[PlannedVisitQuerySet]:
    """Return the visits about which an app above has something to be decided; no query of visits where it has not."""
    found = [pk for cause in CAUSES for pk in cause.found(clinic)]
    if not found:
        return []
    few, not_closed = visits.filter(pk__in=found), Q(closes__gte=today)
    booked = few.booked(on=today).filter(not_closed | Q(appointment__state=Appointment.State.BOOKED))
    return [booked, few.waiting(on=today).filter(not_closed)]
