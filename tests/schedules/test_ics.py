from datetime import date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Clinic, Staff
from events.models import Event
from schedules.actions import book_visits, cancel_appointment, mark_missed, move_appointment, record_visit
from schedules.appointments.ics import calendar_file
from schedules.models import Plan
from tests.factories import ClinicFactory, enrolled, visit_of

ANCHOR = date(2024, 1, 31)
TODAY = date(2024, 3, 5)


@pytest.fixture
def clinic(db: None) -> Clinic:
    return ClinicFactory(time_zone="America/Los_Angeles", country="US", phone="+1 555 0100")


@pytest.fixture
def plan(clinic: Clinic, clinician: Staff) -> Plan:
    return enrolled(by=clinician, clinic=clinic, started_on=ANCHOR, today=ANCHOR)


def entries(plan: Plan, today: date = TODAY) -> dict[str, icalendar.Event]:
    """Return the entries of the patient's calendar file by their identity."""
    events = icalendar.Calendar.from_ical(calendar_file(plan.patient, today=today)).events
    return {str(event["uid"]): event for event in events}


def entry(plan: Plan, timepoint: str) -> icalendar.Event:
    return entries(plan)[f"{visit_of(plan, timepoint).pk}@iotrex-followup"]


def test_visit_to_come_is_a_whole_day_on_its_target(plan: Plan) -> None:
    found = entry(plan, "W8")
    assert found["dtstart"].params["VALUE"] == "DATE"
    assert (found["dtstart"].dt, str(found["summary"]), str(found["class"]), str(found["transp"])) == (
        date(2024, 3, 27),
        "Clinic visit (week 8)",
        "PRIVATE",
        "TRANSPARENT",
    )
    assert str(found["description"]) == "Not booked yet. Planned for 24–30 Mar 2024. Telephone +1 555 0100."


def test_booked_visit_is_at_its_time_on_the_clinics_clock(plan: Plan, clinician: Staff) -> None:
    book_visits(
        visits=[visit_of(plan, "W6")], on=date(2024, 3, 13), at=time(9, 5), place="Room 2", by=clinician, today=TODAY
    )
    found = entry(plan, "W6")
    assert found["dtstart"].params["TZID"] == "America/Los_Angeles"
    assert (found["dtstart"].dt, str(found["location"]), str(found["transp"])) == (
        datetime(2024, 3, 13, 9, 5, tzinfo=ZoneInfo("America/Los_Angeles")),
        "Room 2",
        "OPAQUE",
    )
    zones = icalendar.Calendar.from_ical(calendar_file(plan.patient, today=TODAY)).timezones
    assert [zone.tz_name for zone in zones] == ["America/Los_Angeles"]


def test_visit_booked_for_a_day_without_a_time_is_that_whole_day(plan: Plan, clinician: Staff) -> None:
    book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 12), by=clinician, today=TODAY)
    assert entry(plan, "W6")["dtstart"].dt == date(2024, 3, 12)


def test_overdue_visit_asks_to_call(plan: Plan) -> None:
    assert (
        str(entry(plan, "W3")["description"])
        == "Not booked, and planned for 18–24 Feb 2024. Please call the clinic. Telephone +1 555 0100."
    )


def test_what_is_done_or_decided_is_left_out(plan: Plan, clinician: Staff) -> None:
    before = len(entries(plan))
    record_visit(
        visit=visit_of(plan, "W4"), occurred_on=date(2024, 2, 28), outcomes={"cbc": "done"}, by=clinician, today=TODAY
    )
    mark_missed(visit=visit_of(plan, "W3"), reason="Snow", next_step="Week 5", by=clinician, today=TODAY)
    assert before - len(entries(plan)) == 2


def test_same_facts_give_the_same_bytes_whatever_the_hour(plan: Plan) -> None:
    with time_machine.travel("2024-03-05 08:00:00+00:00"):
        morning = calendar_file(plan.patient, today=TODAY)
    with time_machine.travel("2024-03-05 20:00:00+00:00"):
        assert calendar_file(plan.patient, today=TODAY) == morning


def test_revision_grows_with_every_change_so_that_an_older_file_is_replaced(plan: Plan, clinician: Staff) -> None:
    def revision() -> int:
        return int(entry(plan, "W6")["sequence"])

    revisions = [revision()]
    booked = book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 13), by=clinician, today=TODAY)
    revisions.append(revision())
    move_appointment(appointment=booked, on=date(2024, 3, 12), by=clinician, today=TODAY)
    revisions.append(revision())
    cancel_appointment(appointment=booked, reason="Travel", by=clinician)
    revisions.append(revision())
    book_visits(visits=[visit_of(plan, "W6")], on=date(2024, 3, 14), by=clinician, today=TODAY)
    revisions.append(revision())
    assert [after - before for before, after in pairwise(revisions)] == [1, 1, 1, 1]
    last = Event.objects.filter(patient=plan.patient).latest("at")
    assert entry(plan, "W6")["dtstamp"].dt == last.at.replace(microsecond=0)


def test_lines_end_with_crlf_and_have_at_most_75_octets(plan: Plan) -> None:
    lines = calendar_file(plan.patient, today=TODAY).split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert not any(b"\n" in line for line in lines)


def test_file_names_neither_patient_nor_illness(plan: Plan) -> None:
    text = calendar_file(plan.patient, today=TODAY).decode().lower()
    assert [word for word in ("prueba", "e00001", "pheochrom", "mibg", "iobenguane", "tumour") if word in text] == []


def test_page_hands_over_a_calendar_file(client: Client, plan: Plan, clinician: Staff) -> None:
    client.force_login(clinician)
    with time_machine.travel("2024-03-05 20:00:00+00:00", tick=False):
        answer = client.get(reverse("schedules:patient_ics", args=[plan.patient_id]))
    assert (answer["Content-Type"], answer["Content-Disposition"], answer["Cache-Control"]) == (
        "text/calendar; charset=utf-8",
        'attachment; filename="visits.ics"',
        "no-store, private",
    )
    assert answer.content == calendar_file(plan.patient, today=TODAY)
