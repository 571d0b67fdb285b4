"""What becomes of the planned visits of a simulated patient: booked or not, kept, missed, forgotten."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Min

from interop.simulation.laboratory import draw
from interop.simulation.world import office_hour
from iotrex_followup.errors import DomainError
from patients.models import FOLLOWED_HERE
from schedules.actions import (
    book_visits,
    cancel_appointment,
    mark_missed,
    mark_not_attended,
    move_appointment,
    record_visit,
)
from schedules.models import Appointment, PlannedVisit
from schedules.protocol import suggested_day

if TYPE_CHECKING:
    from interop.simulation.lives import Life

LOOK_EVERY = 3  # days
AHEAD = timedelta(days=12)
LONGEST = timedelta(days=14)  # between two looks: plans change
RESULTS = ("cbc", "chemistry", "thyroid")  # their results come by themselves
NOBODY_RECORDS = 0.15  # of visits where blood is all there is: drawn by the family doctor
DAY = timedelta(days=1)


def watch(life: Life) -> None:
    """Look at what comes up for the patient, now and whenever more does, as a coordinator does with the worklist."""
    today = life.world.today
    following = look(life) or today + LONGEST
    days = min(max((following - AHEAD - today).days, LOOK_EVERY), LONGEST.days)
    life.world.on(life.on_working_day(days), office_hour(life.chance, 8, 9), lambda: watch(life))


def look(life: Life) -> date | None:
    """Decide once what becomes of each visit that opens soon; return when the next one opens."""
    life.patient.refresh_from_db()
    if life.patient.care not in FOLLOWED_HERE:
        return None
    today = life.world.today
    own = PlannedVisit.objects.filter(patient=life.patient, status="planned", on_hold="", before_enrolment=False)
    for visit in own.filter(opens__lte=today + AHEAD).select_related("plan").order_by("target", "kind"):
        if visit.pk not in life.decided:
            life.decided.add(visit.pk)
            decide(life, visit)
    following: date | None = own.filter(opens__gt=today + AHEAD).aggregate(first=Min("opens"))["first"]
    return following


def decide(life: Life, visit: PlannedVisit) -> None:
    """Let a visit be booked, kept without a booking, or forgotten."""
    what = life.chance.random()
    if what < 0.55:
        book(life, visit)
    elif what < 0.85:
        come_unbooked(life, visit)
    else:
        life.later((visit.closes - life.world.today).days + life.chance.randint(5, 60), lambda: give_up(life, visit.pk))


def come_unbooked(life: Life, visit: PlannedVisit) -> None:
    """Let the patient come within the window, now and then after it."""
    first, last = max(visit.opens, life.world.today), visit.closes
    late = life.chance.random() < 0.1 or last < first
    day = (
        max(first, last) + life.chance.randint(1, 9) * DAY
        if late
        else first + life.chance.randint(0, (last - first).days) * DAY
    )
    life.world.on(life.world.working_day(day), office_hour(life.chance), lambda: attend(life, visit.pk))


def book(life: Life, visit: PlannedVisit) -> None:
    """Book the visit within its window, at a time or for the day, and let that day come."""
    world, chance = life.world, life.chance
    first = max(visit.opens, world.today)
    day = suggested_day(first, max(visit.target, first), max(visit.closes, first), world.calendar.is_working)
    at = time(chance.randint(8, 16), chance.choice((0, 30))) if chance.random() < 0.7 else None
    try:
        booked = book_visits(visits=[visit], on=day or first, at=at, by=world.coordinator, today=world.today)
    except DomainError:
        come_unbooked(life, visit)
        return
    world.tell(
        "booked",
        patient=life.name,
        appointment=world.name("A", booked.pk),
        visits=[world.visit(visit)],
        on=booked.on,
        time=booked.at,
    )
    fate = chance.random()
    if fate < 0.12 and booked.on > world.today + DAY:
        life.later(chance.randint(0, (booked.on - world.today).days - 1), lambda: move(life, booked.pk, visit.pk))
    elif fate < 0.2 and booked.on > world.today + DAY:
        life.later(chance.randint(0, (booked.on - world.today).days - 1), lambda: cancel(life, booked.pk, visit.pk))
    else:
        keep_or_not(life, booked, visit.pk)


def keep_or_not(life: Life, booked: Appointment, visit: UUID) -> None:
    """Let the booked day come: the patient does too, or does not."""
    if life.chance.random() < 0.85:
        at = booked.at or office_hour(life.chance)
        life.world.on(booked.on, at, lambda: attend(life, visit))
    else:
        life.world.on(booked.on, time(17, life.chance.randint(0, 59)), lambda: stay_away(life, booked.pk, visit))


def move(life: Life, pk: UUID, visit: UUID) -> None:
    """Move the appointment by a day or two."""
    world = life.world
    booked = Appointment.objects.get(pk=pk)
    day = world.working_day(booked.on + life.chance.randint(1, 2) * DAY)
    try:
        moved = move_appointment(
            appointment=booked,
            on=day,
            at=booked.at,
            reason="Asked for another day.",
            by=world.coordinator,
            today=world.today,
        )
    except DomainError:
        keep_or_not(life, booked, visit)
        return
    world.tell("moved", appointment=world.names[pk], on=moved.on, time=moved.at)
    keep_or_not(life, moved, visit)


def cancel(life: Life, pk: UUID, visit: UUID) -> None:
    """Cancel the appointment; the patient comes unbooked, or is forgotten."""
    world = life.world
    try:
        cancel_appointment(
            appointment=Appointment.objects.get(pk=pk), reason="Ill.", cancelled_by="patient", by=world.coordinator
        )
    except DomainError:
        return
    world.tell("cancelled", appointment=world.names[pk])
    if life.chance.random() < 0.7:
        come_unbooked(life, PlannedVisit.objects.select_related("plan").get(pk=visit))


def stay_away(life: Life, pk: UUID, visit: UUID) -> None:
    """Record in the evening that nobody came; the visit is perhaps made up for."""
    world = life.world
    try:
        mark_not_attended(appointment=Appointment.objects.get(pk=pk), by=world.coordinator, today=world.today)
    except DomainError:
        return
    world.tell("not_attended", appointment=world.names[pk])
    if life.chance.random() < 0.6:
        life.later(life.chance.randint(1, 8), lambda: attend(life, visit))
    else:
        life.later(life.chance.randint(20, 60), lambda: give_up(life, visit))


def attend(life: Life, pk: UUID) -> None:
    """Record the visit today, unless something came between; what is drawn has its results later."""
    world = life.world
    visit = PlannedVisit.objects.select_related("plan", "appointment").get(pk=pk)
    names = sorted(each.activity for each in visit.activities.all() if each.status == "planned")
    if visit.status != "planned" or visit.on_hold or not names:
        return
    if all(name in RESULTS for name in names) and life.chance.random() < NOBODY_RECORDS:  # only the results tell of it
        draw(life, names)
        return
    outcomes = {name: "drawn" if name in RESULTS else "done" for name in names}
    early_or_late = not visit.opens <= world.today <= visit.closes
    try:
        record_visit(
            visit=visit,
            occurred_on=world.today,
            outcomes=outcomes,
            timing_reason="patient_request" if early_or_late else "",
            by=world.coordinator,
            today=world.today,
        )
    except DomainError:
        return
    world.tell("done", patient=life.name, visit=world.visit(visit), on=world.today, outcomes=outcomes, elsewhere=False)
    if drawn := [name for name in names if name in RESULTS]:
        draw(life, drawn)


def give_up(life: Life, pk: UUID) -> None:
    """Decide that a visit was missed for good, or leave it overdue."""
    world = life.world
    visit = PlannedVisit.objects.select_related("plan").get(pk=pk)
    if visit.status != "planned" or visit.closes >= world.today or life.chance.random() < 0.4:
        return
    try:
        mark_missed(visit=visit, reason="Not reached.", next_step="Ask again.", by=world.coordinator, today=world.today)
    except DomainError:
        return
    world.tell("missed", patient=life.name, visit=world.visit(visit))
