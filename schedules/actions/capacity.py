"""How many of an activity the clinic can do on a day."""

from collections import Counter
from datetime import date

from accounts.models import Clinic, Staff
from events.actions import record_event
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from schedules.actions.places import MOST_PLACES, hold_places
from schedules.models import OPEN_ACTIVITY, Appointment, Capacity, Place
from schedules.names import ACTIVITY_NAMES


@action
def set_capacity(*, clinic: Clinic, activity: str, places: int, by: Staff, today: date) -> Capacity:
    """Say how many of `activity` the clinic can do on a day; 0 means none on any day.

    What is booked from today on takes its places, in the order of its day and time, if need be beyond the capacity:
    `overbooked` lists those days for a decision. Nothing is moved.

    Raises   InputRefused: an activity nobody plans, or a number of places out of range.
    Records  capacity.set
    """
    if activity not in ACTIVITY_NAMES:
        raise InputRefused(f"No protocol plans “{activity}”.", field="activity")
    if not 0 <= places <= MOST_PLACES:
        raise InputRefused(f"Enter a number from 0 to {MOST_PLACES}.", field="places")
    found = Capacity.objects.select_for_update().filter(clinic=clinic, activity=activity).first()
    before = found.places if found else None
    capacity, _ = Capacity.objects.update_or_create(clinic=clinic, activity=activity, defaults={"places": places})
    for appointment in coming_with(clinic, activity, today=today):
        hold_places(appointment, over=True)
    record_event("capacity.set", clinic=clinic, by=by, activity=activity, places=places, places_before=before)
    return capacity


@action
def remove_capacity(*, capacity: Capacity, by: Staff) -> None:
    """Count an activity no longer: any number can be booked on a day. The places taken are given back.

    Records  capacity.removed
    """
    record_event("capacity.removed", clinic=capacity.clinic, by=by, activity=capacity.activity, places=capacity.places)
    Place.objects.filter(clinic=capacity.clinic, activity=capacity.activity).delete()
    capacity.delete()


def coming_with(clinic: Clinic, activity: str, *, today: date) -> list[Appointment]:
    """Return the appointments from today on that need a place of `activity` and have none yet."""
    booked = Appointment.objects.select_for_update(of=("self",)).filter(
        clinic=clinic,
        state=Appointment.State.BOOKED,
        on__gte=today,
        pk__in=Appointment.objects.filter(
            visits__activities__activity=activity, visits__activities__status__in=OPEN_ACTIVITY, clinic=clinic
        ).values("pk"),
    )
    return list(booked.exclude(places__activity=activity).order_by("on", "at", "id"))


def overbooked(clinic: Clinic, *, today: date) -> list[tuple[date, str, int, int]]:
    """Return the days from today on with more places taken than there are: day, activity, taken, places."""
    places = dict(Capacity.objects.filter(clinic=clinic).values_list("activity", "places"))
    taken = Counter(
        Place.objects.filter(clinic=clinic, day__gte=today, activity__in=places).values_list("day", "activity")
    )
    return sorted((day, name, count, places[name]) for (day, name), count in taken.items() if count > places[name])
