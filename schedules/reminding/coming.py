"""Which reminders of a patient are coming: what waits to leave, and what will be written as things stand."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from events.models import Message
from patients.models import Contact, Patient
from schedules.models import PlannedVisit
from schedules.names import timepoint_name
from schedules.reminding.facts import plan
from schedules.reminding.kind import KIND

AHEAD = timedelta(days=35)


class Coming(NamedTuple):
    """One reminder that is coming: the day (the patient's), to whom and how, of which visits; or why it is not sent."""

    day: date
    to: Contact | None
    channel: str
    visits: list[str]
    why_not: str = ""


def coming_reminders(patient: Patient, now: datetime) -> list[Coming]:
    """Return the reminders of the next five weeks as things stand now, in order of their days."""
    planned = plan(patient.clinic, now=now, patient=patient, horizon=AHEAD)
    waiting = Message.objects.going_out().filter(patient=patient, kind=KIND, state=Message.State.DUE)
    added = {letter.message: letter.items for letter in planned.letters if letter.message}
    found: list[tuple[date | None, UUID | None, str, list[dict[str, Any]], str]] = [
        (each.local_day, each.contact_id, each.channel, [*each.details["items"], *added.get(each.pk, [])], "")
        for each in waiting
    ]
    found += [(each.day, each.contact, each.channel, each.items, "") for each in planned.letters if not each.message]
    found += [(each.day, None, "", [each.item], str(each.why)) for each in planned.left_out]
    names = names_of(item for *_, items, _ in found for item in items)
    people = {contact.pk: contact for contact in patient.contacts.all()}
    coming = [
        Coming(
            day or date.max,
            people.get(contact) if contact else None,
            Message.Channel(channel).label if channel else "",
            list(dict.fromkeys(names[item["visit"]] for item in items if item["visit"] in names)),
            why,
        )
        for day, contact, channel, items, why in found
    ]
    return sorted(coming, key=lambda each: each.day)


def names_of(items: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return how the visits of items are called."""
    visits = PlannedVisit.objects.filter(pk__in={item["visit"] for item in items})
    return {str(visit.pk): timepoint_name(visit.timepoint, visit.kind) for visit in visits}
