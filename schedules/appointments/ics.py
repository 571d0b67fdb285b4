"""The calendar file of a patient: what is still to come, for the calendar on a phone.

The same facts on the same day give the same bytes: identity, revision and time stamp of an entry come from stored
rows, not from the moment of the download. What is done, missed, cancelled or superseded is left out.
"""

from collections.abc import Iterable
from datetime import date, datetime

import icalendar

from accounts.models import Clinic
from events.models import Event
from iotrex_followup.templatetags.words import window
from patients.models import Patient
from schedules.models import Appointment, PlannedVisit
from schedules.names import timepoint_name

PRODUCT = "iotrex-followup"


def calendar_file(patient: Patient, *, today: date) -> bytes:
    """Return the open visits of `patient` as iCalendar (RFC 5545): booked times, else the target as a whole day.

    The revision is the number of events of the patient: unlike the moves of one appointment it never goes back, so
    that a calendar which has an older file takes the newer one.
    """
    visits = PlannedVisit.objects.open().not_drawn().filter(patient=patient).select_related("appointment")
    happened = Event.objects.filter(patient=patient)
    last = happened.first()
    revision, stamp = happened.count(), last.at if last else patient.created_at
    calendar = empty_calendar()
    for visit in visits.order_by("target", "kind", "id"):
        calendar.add_component(entry(visit, patient.clinic, today=today, revision=revision, stamp=stamp))
    add_time_zone(calendar)
    content: bytes = calendar.to_ical()
    return content


def empty_calendar() -> icalendar.Calendar:
    """Return a calendar without entries; its name says nothing of the illness."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{PRODUCT}//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Clinic visits")
    return calendar


def entry(visit: PlannedVisit, clinic: Clinic, *, today: date, revision: int, stamp: datetime) -> icalendar.Event:
    """Return the entry of `visit`; a past appointment without a record counts as none."""
    booked = visit.appointment if visit.appointment and visit.appointment.on >= today else None
    event = icalendar.Event()
    event.add("uid", f"{visit.pk}@{PRODUCT}")
    event.add("dtstamp", stamp)
    event.add("sequence", revision)
    event.add("summary", f"Clinic visit ({timepoint_name(visit.timepoint).lower()})")
    event.add("description", description(visit, clinic, booked, today=today))
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE" if booked else "TRANSPARENT")
    event.add("dtstart", starts(visit, clinic, booked))
    if booked and booked.place:
        event.add("location", booked.place)
    return event


def starts(visit: PlannedVisit, clinic: Clinic, booked: Appointment | None) -> date | datetime:
    """Return the booked instant on the clinic's clock; the day alone when no time is booked."""
    if booked and booked.at:
        return datetime.combine(booked.on, booked.at, tzinfo=clinic.zone)
    return booked.on if booked else visit.target


def description(visit: PlannedVisit, clinic: Clinic, booked: Appointment | None, *, today: date) -> str:
    """Return how the visit stands with its window, and whom to call."""
    span = window(visit.opens, visit.closes)
    if booked:
        said = f"Booked; planned for {span}."
    elif visit.closes < today:
        said = f"Not booked, and planned for {span}. Please call the clinic."
    else:
        said = f"Not booked yet. Planned for {span}."
    return said + (f" Telephone {clinic.phone}." if clinic.phone else "")


def add_time_zone(calendar: icalendar.Calendar) -> None:
    """Add the rules of the clinic's time zone for the years of the booked times, when there are any."""
    years = list(years_of(calendar.events))
    if years:
        calendar.add_missing_timezones(date(min(years), 1, 1), date(max(years) + 2, 1, 1))


def years_of(events: Iterable[icalendar.Event]) -> Iterable[int]:
    """Yield the years in which a time of day is booked."""
    for event in events:
        start = event.start
        if isinstance(start, datetime):
            yield start.year
