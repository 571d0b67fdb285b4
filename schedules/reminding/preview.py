"""How a text reads, filled with days as they usually are."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse

from accounts.models import Clinic
from events.delivery.kinds import Content
from schedules.reminders.alphabet import LONGEST_SMS, places
from schedules.reminders.rules import Moment
from schedules.reminders.texts import SEVERAL, SMS, TYPICAL_WHEN, TYPICAL_WINDOW, Mistake, Name, Text, mistakes_in
from schedules.reminding.medicines import medicine_names
from schedules.reminding.wording import Words

TYPICAL_TOKEN = "x" * 34


class Preview(NamedTuple):
    """A text filled, what is wrong with it, and how much of an SMS it takes."""

    content: Content | None
    mistakes: list[Mistake]
    places: int
    most: int


def typical_link() -> str:
    """Return a link as long as those of messages are."""
    return f"{settings.BASE_URL}{reverse('schedules:reply', args=[TYPICAL_TOKEN])}"


def typical_values(clinic: Clinic, name: Name) -> dict[str, str]:
    """Return values for the placeholders, as long as they usually are."""
    when = TYPICAL_WINDOW if name.name == Moment.BEFORE_WINDOW else TYPICAL_WHEN
    words = Words(clinic, {})
    return {
        "clinic": words.calls_itself(name.language),
        "when": when[name.language],
        "link": typical_link(),
        "phone": words.number(name.language),
    }


def mistakes_of(clinic: Clinic, name: Name, text: Text) -> list[Mistake]:
    """Return what is wrong with a text as this clinic would send it."""
    values = typical_values(clinic, name)
    return mistakes_in(name, text, values=values, own_name=clinic.name_in_messages, medicines=medicine_names(clinic))


def preview(clinic: Clinic, name: Name, text: Text, *, today: date) -> Preview:
    """Return how a text would read; what cannot be filled is told as a mistake only."""
    values = typical_values(clinic, name)
    mistakes = mistakes_of(clinic, name, text)
    words = Words.of(clinic)
    words = Words(clinic, {**words.own, name: text})
    kind = name.name if not name.prepares else Moment.BEFORE_BOOKED.value
    activities = {name.prepares} if name.prepares else set()
    try:
        content = words.letter(
            examples(kind, today), activities, channel=name.channel, language=name.language, link=values["link"]
        )
    except (KeyError, ValueError, IndexError):
        return Preview(None, mistakes, 0, LONGEST_SMS)
    return Preview(content, mistakes, places(content.text) if name.channel == SMS else 0, LONGEST_SMS)


def examples(kind: str, today: date) -> list[dict[str, Any]]:
    """Return items of a message about a visit in a week."""
    opens = today + timedelta(days=7)
    days = [opens.isoformat(), (opens + timedelta(days=6)).isoformat()]
    shown: dict[str, dict[str, Any]] = {
        Moment.BEFORE_BOOKED: {"booked": [opens.isoformat(), "09:30", 0], "window": None},
        Moment.BEFORE_WINDOW: {"booked": None, "window": days},
        Moment.OVERDUE: {"booked": None, "window": days},
    }
    kinds = [Moment.BEFORE_BOOKED, Moment.BEFORE_WINDOW] if kind == SEVERAL else [Moment(kind)]
    return [{"moment": moment.value, **shown[moment]} for moment in kinds]
