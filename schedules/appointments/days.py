"""Which days suit a visit, and what else of the patient fits on them: one trip where one will do (PROTOCOL.md 8, 9).

A day suits when it lies inside the window, the clinic works, the patient is not away, and there is a free place for
each activity the clinic counts. Targets and windows never move; only the suggestion does.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count

from accounts.models import Clinic
from patients.models import Patient
from schedules.calendars import working_calendar
from schedules.models import OPEN_ACTIVITY, Absence, Appointment, Capacity, Place, PlannedActivity, PlannedVisit
from schedules.names import timepoint_name
from schedules.protocol import WorkingCalendar
from schedules.protocol.trace import words

LOCAL_LABORATORY = "Local laboratory"  # the place of an appointment that takes nothing of the clinic
SUGGESTED = 5
YEAR = 366


@dataclass(frozen=True)
class Diary:
    """What decides which days suit: when the clinic works, when the patient is away, which places are free.

    `absences`: first day, last day (both inclusive) and what for. `not_attended`: days on which nobody came.
    `places`: how many a day has, by activity; an activity that is not in it is not counted. `taken`: how many of them
    are, by activity and day.
    """

    calendar: WorkingCalendar
    absences: Sequence[tuple[date, date, str]] = ()
    not_attended: Collection[date] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[tuple[str, date], int] = field(default_factory=Counter)

    def away(self, day: date) -> str | None:
        """Return what the patient is away for on `day`, empty when nobody says; None when they are not."""
        return next((reason for first, last, reason in self.absences if first <= day <= last), None)

    def left(self, activity: str, day: date) -> int | None:
        """Return how many places are free for an activity on `day`; None when nobody counts them."""
        if activity not in self.places:
            return None
        return max(0, self.places[activity] - self.taken.get((activity, day), 0))

    def reason(self, day: date) -> str | None:
        """Return why `day` is not suggested, whatever is to be done; None when it is."""
        if closed := self.calendar.reason(day):
            return closed
        if self.away(day) is not None:
            return "the patient is away"
        return "nobody came on this day" if day in self.not_attended else None

    def suits(self, day: date, activities: Iterable[str]) -> bool:
        """Say whether the clinic works, the patient can come and a place is free for each of `activities`."""
        return self.reason(day) is None and all(self.left(activity, day) != 0 for activity in activities)


@dataclass(frozen=True, slots=True)
class FreeDay:
    """One day that suits. `left`: the free places of each activity that is counted, by its key."""

    on: date
    left: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DayOffer:
    """One day for a visit: what speaks against it, its free places, and what else of the patient could be done."""

    on: date
    concerns: Sequence[str]
    left: Mapping[str, int]
    companions: Sequence[PlannedVisit]

    @property
    def needs_reason(self) -> bool:
        return bool(self.concerns)

    @property
    def full(self) -> list[str]:
        """The activities without a free place."""
        return [activity for activity, places in self.left.items() if not places]


def diary_of(patient: Patient, visits: Sequence[PlannedVisit], *, today: date) -> Diary:
    """Return what decides which days suit these visits, from today on; the places their own appointments have are free.

    Nothing is counted for what is booked at the laboratory near home.
    Five queries, whatever their number.
    """
    coming = [coming_appointment(visit, today=today) for visit in visits]
    near_home = bool(coming) and all(booked and booked.place == LOCAL_LABORATORY for booked in coming)
    own = {visit.appointment_id for visit in visits if visit.appointment_id}
    names = {name for activities in activities_of(visits).values() for name in activities if not near_home}
    absences = Absence.objects.filter(patient=patient, withdrawn=False, last_day__gte=today)
    missed = Appointment.objects.filter(patient=patient, state=Appointment.State.DID_NOT_ATTEND, on__gte=today)
    return Diary(
        working_calendar(patient.clinic),
        list(absences.values_list("first_day", "last_day", "reason")),
        set(missed.values_list("on", flat=True)),
        *places_of(patient.clinic, names, first=today, but_for=own),
    )


def places_of(
    clinic: Clinic,
    activities: Iterable[str] | None = None,
    *,
    first: date,
    last: date | None = None,
    but_for: Iterable[UUID] = (),
) -> tuple[dict[str, int], Counter[tuple[str, date]]]:
    """Return the places a day has by activity, and how many are taken by activity and day from `first` to `last`.

    `activities`: None for all that the clinic counts. `last`: None for without end. `but_for`: appointments left out.
    """
    capacities = Capacity.objects.filter(clinic=clinic)
    if activities is not None:
        capacities = capacities.filter(activity__in=activities)
    places = dict(capacities.values_list("activity", "places"))
    if not places:
        return places, Counter()
    taken = Place.objects.filter(clinic=clinic, activity__in=places, day__gte=first).exclude(appointment__in=but_for)
    if last is not None:
        taken = taken.filter(day__lte=last)
    rows = taken.order_by().values_list("activity", "day").annotate(taken=Count("pk"))
    return places, Counter({(activity, day): count for activity, day, count in rows})


def activities_of(visits: Iterable[PlannedVisit]) -> dict[UUID, set[str]]:
    """Return the open activities by visit."""
    found: dict[UUID, set[str]] = {visit.pk: set() for visit in visits}
    rows = PlannedActivity.objects.filter(visit__in=found, status__in=OPEN_ACTIVITY)
    for visit, activity in rows.order_by().values_list("visit", "activity"):
        found[visit].add(activity)
    return found


def free_days(visits: Sequence[PlannedVisit], diary: Diary, *, today: date, at_most: int = SUGGESTED) -> list[FreeDay]:
    """Return the days that suit all of `visits`, the nearest to the first one's target first, the earlier of two."""
    opens = max(today, *(visit.opens for visit in visits))
    closes = min(visit.closes for visit in visits)
    target = max(visits[0].target, today)
    counted = set().union(*activities_of(visits).values()) & diary.places.keys()
    window = (opens + timedelta(days=n) for n in range((closes - opens).days + 1))
    nearest_first = sorted(window, key=lambda day: (abs(day - target), day))
    suiting = [day for day in nearest_first if diary.suits(day, counted)][:at_most]
    return [FreeDay(day, places_left(diary, day, counted)) for day in suiting]


def places_left(diary: Diary, day: date, activities: Iterable[str]) -> dict[str, int]:
    """Return the free places on `day` of those of `activities` that are counted."""
    return {name: left for name in sorted(activities) if (left := diary.left(name, day)) is not None}


def suggestion(visits: Sequence[PlannedVisit], diary: Diary, *, today: date) -> date:
    """Return the day to suggest: the one nearest to the first one's target that suits all, in the window and not past.

    Without one it is the next day that suits from today or the target on, whichever is later.
    """
    if found := free_days(visits, diary, today=today, at_most=1):
        return found[0].on
    first = max(visits[0].target, today)
    counted = set().union(*activities_of(visits).values()) & diary.places.keys()
    ahead = (first + timedelta(days=n) for n in range(YEAR))
    return next((day for day in ahead if diary.suits(day, counted)), first)


def offer(visits: Sequence[PlannedVisit], on: date, diary: Diary, *, today: date) -> DayOffer:
    """Return what `on` would mean for `visits`, which are done together."""
    left = places_left(diary, on, set().union(*activities_of(visits).values()))
    return DayOffer(on, concerns_about(visits, on, diary), left, companions(visits[0], on, today=today))


def booked_together(visit: PlannedVisit, *, today: date) -> list[PlannedVisit]:
    """Return the visit and those that share its appointment, when that is still to come."""
    booked = coming_appointment(visit, today=today)
    if booked is None:
        return [visit]
    return [visit, *booked.visits.exclude(pk=visit.pk).select_related("appointment").order_by("target", "kind")]


def concerns_about(visits: Sequence[PlannedVisit], on: date, diary: Diary) -> list[str]:
    """Return in words what speaks against a day: the windows, the clinic's calendar, the patient's absence, a hold."""
    concerns = [
        f"{name_of(visit)}: {words(on)} is outside the window {words(visit.opens)} to {words(visit.closes)}."
        for visit in visits
        if not visit.opens <= on <= visit.closes
    ]
    concerns += [f"{name_of(visit)} waits for a decision: {visit.on_hold}." for visit in visits if visit.on_hold]
    if closed := diary.calendar.reason(on):
        concerns.append(f"The clinic does not work on {words(on)} ({closed}).")
    away = diary.away(on)
    if away is not None:
        concerns.append(f"The patient is away on {words(on)}" + (f" ({away})." if away else "."))
    return concerns


def name_of(visit: PlannedVisit) -> str:
    return timepoint_name(visit.timepoint, visit.kind)


def companions(visit: PlannedVisit, on: date, *, today: date) -> list[PlannedVisit]:
    """Return the patient's other visits that wait for a date and whose window holds `on`."""
    others = PlannedVisit.objects.waiting(on=today).filter(patient=visit.patient_id, opens__lte=on, closes__gte=on)
    return list(others.exclude(pk=visit.pk).prefetch_related("activities").order_by("target", "kind"))


def coming_appointment(visit: PlannedVisit, *, today: date) -> Appointment | None:
    """Return the appointment of a visit that is still to come; a past one without a record counts as none."""
    booked = visit.appointment
    return booked if booked and booked.state == Appointment.State.BOOKED and booked.on >= today else None


def next_step(appointment: Appointment, *, today: date) -> str:
    """Return what to do next for the visits of an appointment to which nobody came, as a sentence or two."""
    waiting = list(appointment.visits.filter(status=PlannedVisit.Status.PLANNED))
    if not waiting:
        return ""
    ask = "Ask the family what stood in the way." if appointment.of_a_child else "Ask what stood in the way."
    diary = replace(diary_of(appointment.patient, waiting, today=today), not_attended={appointment.on})
    if days := free_days(waiting, diary, today=today, at_most=1):
        return f"{ask} {words(days[0].on)} suits for a new date."
    return f"{ask} No day inside the window suits: book another one with a reason, or mark what is missed."
