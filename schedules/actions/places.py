"""Taking and giving back the places of a day. The last place is won by one insert, never by counting first."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from events.models import Event
from iotrex_followup.errors import TransitionRefused
from iotrex_followup.ids import uuid7
from patients.models import Care
from schedules.appointments.days import LOCAL_LABORATORY
from schedules.models import OPEN_ACTIVITY, Appointment, Capacity, Place, PlannedActivity
from schedules.names import activity_name
from schedules.protocol.trace import words

MOST_PLACES = 32767  # what the column holds

# The lowest free number of the day, by a clinic that counts this activity. Whoever inserts the same number at the same
# time waits for the first, is then told that nothing was inserted, and tries the next one. The count matters only after
# the capacity was lowered: then numbers above it are taken too.
TAKE = """
INSERT INTO schedules_place (id, clinic_id, activity, day, number, appointment_id)
SELECT %(id)s, capacity.clinic_id, capacity.activity, %(day)s, free.number, %(appointment)s
FROM schedules_capacity AS capacity
CROSS JOIN LATERAL generate_series(1, CASE WHEN %(over)s THEN %(most)s ELSE capacity.places END) AS free (number)
WHERE capacity.clinic_id = %(clinic)s AND capacity.activity = %(activity)s
  AND NOT EXISTS (
    SELECT FROM schedules_place AS taken
    WHERE taken.clinic_id = capacity.clinic_id AND taken.activity = capacity.activity
      AND taken.day = %(day)s AND taken.number = free.number
  )
  AND (%(over)s OR capacity.places > (
    SELECT count(*) FROM schedules_place AS taken
    WHERE taken.clinic_id = capacity.clinic_id AND taken.activity = capacity.activity AND taken.day = %(day)s
  ))
ORDER BY free.number
LIMIT 1
ON CONFLICT (clinic_id, activity, day, number) DO NOTHING
"""


def hold_places(appointment: Appointment, *, over: bool = False) -> list[str]:
    """Let an appointment have the places its open activities need on its day, and no other; return what has none left.

    A place it has on that day already stays, even when the capacity was lowered since. `over`: take one beyond the
    capacity rather than none. Call it in a transaction that is rolled back when something is returned. What leads to
    the laboratory near home takes nothing of the clinic.
    """
    here = appointment.place != LOCAL_LABORATORY
    needed = counted_activities(appointment.clinic_id, open_activities([appointment.pk])) if here else set()
    appointment.places.exclude(day=appointment.on, activity__in=needed).delete()
    held = set(appointment.places.values_list("activity", flat=True))
    # In one order everywhere, so that two bookings never wait for each other.
    return [name for name in sorted(needed - held) if not take_place(appointment, name, over=over)]


def take_place(appointment: Appointment, activity: str, *, over: bool = False) -> bool:
    """Take the first free place of an activity the clinic counts; false when the day is full."""
    values: dict[str, date | UUID | str | bool | int] = {
        "day": appointment.on,
        "appointment": appointment.pk,
        "clinic": appointment.clinic_id,
        "activity": activity,
        "over": over,
        "most": MOST_PLACES,
    }
    while True:
        with connection.cursor() as cursor:
            cursor.execute(TAKE, values | {"id": uuid7()})
            if cursor.rowcount:
                return True
        if not over and not has_free_place(appointment.clinic_id, activity, appointment.on):
            return False


def has_free_place(clinic_pk: UUID, activity: str, day: date) -> bool:
    """Say whether a place is free now: after an insert that did nothing, whether another number is worth a try."""
    capacity = Capacity.objects.filter(clinic=clinic_pk, activity=activity).first()
    taken = Place.objects.filter(clinic=clinic_pk, activity=activity, day=day).count()
    return capacity is not None and taken < capacity.places


def give_back_places(appointment: Appointment) -> None:
    """Free what an appointment had taken; the row history keeps who had it."""
    appointment.places.all().delete()


def open_activities(appointment_pks: Iterable[UUID]) -> set[str]:
    """Return what is still to be done at the visits of these appointments."""
    rows = PlannedActivity.objects.filter(visit__appointment__in=appointment_pks, status__in=OPEN_ACTIVITY)
    return set(rows.order_by().values_list("activity", flat=True))


def counted_activities(clinic_pk: UUID, activities: Iterable[str]) -> set[str]:
    """Return those of `activities` of which the clinic can do only so many a day."""
    return set(Capacity.objects.filter(clinic=clinic_pk, activity__in=activities).values_list("activity", flat=True))


def follow_with_places(event: Event, now: datetime) -> None:
    """Take or give back the places of an appointment whose change was undone.

    Raises   TransitionRefused: it would stand again, but its places were taken by others, or the patient died.
    """
    appointment = Appointment.objects.select_related("clinic", "patient").get(pk=event.facts["appointment"])
    if appointment.state != Appointment.State.BOOKED:
        give_back_places(appointment)
        return
    # Nobody loses a place on a day that has passed.
    past = appointment.on < appointment.clinic.local_date(now)
    if appointment.patient.care == Care.DECEASED and not past:
        raise TransitionRefused("The patient died: no appointment is booked any more.")
    if full := hold_places(appointment, over=past):
        names = ", ".join(activity_name(name) for name in full)
        raise TransitionRefused(
            f"No place is left for {names} on {words(appointment.on)}: it was given to somebody else. Book another day."
        )
