"""The words of a clinic's reminders: its own where it has some, else the shipped ones, filled."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import override

from accounts.models import Clinic
from events.delivery.kinds import Content
from schedules.models import ReminderText
from schedules.reminders.alphabet import LONGEST_SMS, as_sms, places
from schedules.reminders.rules import Moment
from schedules.reminders.texts import EMAIL, PREPARE, SMS, Name, Text, fill, kind_for, shipped, shipped_texts

SHOWN_IN_SMS = 2
ORDER = list(Moment)


@dataclass(frozen=True)
class Words:
    """The texts of one clinic; `own` are those it has written or confirmed itself."""

    clinic: Clinic
    own: Mapping[Name, Text]

    @classmethod
    def of(cls, clinic: Clinic) -> "Words":
        """Read the clinic's texts, in one query."""
        rows = ReminderText.objects.filter(clinic=clinic)
        return cls(clinic, {name_of(row): Text(row.subject, row.body) for row in rows})

    def text(self, name: Name) -> Text:
        """Return a text as it goes out."""
        return self.own.get(name) or shipped_texts()[name]

    def calls_itself(self, language: str) -> str:
        """Return how messages call the clinic."""
        return self.clinic.name_in_messages or str(shipped()[language]["your_clinic"])

    def number(self, language: str) -> str:
        """Return where messages say the clinic is called."""
        return self.clinic.phone or str(shipped()[language]["your_number"])

    def preparation(self, activities: Collection[str], language: str) -> list[str]:
        """Return how to prepare for activities, as far as the clinic has confirmed a text."""
        names = (Name(f"{PREPARE}{activity}", EMAIL, language) for activity in sorted(activities))
        return [self.own[name].body for name in names if name in self.own]

    def letter(
        self, items: Sequence[Mapping[str, Any]], activities: Collection[str], *, channel: str, language: str, link: str
    ) -> Content:
        """Return the message about `items`, which are shaped as `schedules.reminders.wanted.Slot.item`."""
        text = self.text(Name(kind_for(item["moment"] for item in items), channel, language))
        when = when_in_sms(items, language) if channel == SMS else "\n".join(when_in_email(items, language))
        values = {
            "clinic": self.calls_itself(language),
            "when": when,
            "link": link,
            "phone": self.number(language),
        }
        prepare = self.preparation(activities, language)
        if channel == SMS:
            return Content("", sms_of(fill(text.body, values), shipped()[language]["prepare_hint"] if prepare else ""))
        words = shipped()[language]
        parts = [fill(text.body, values).strip()]
        if prepare:
            parts += [words["prepare_head"], *prepare]
        parts.append(words["not_to_reply"])
        subject = " ".join(fill(text.subject, values).split())
        return Content(subject, "\n\n".join(parts), as_html(parts, link, language))


def name_of(row: ReminderText) -> Name:
    """Return which text a stored row is."""
    return Name(row.name, row.channel, row.language)


def sms_of(text: str, hint: str) -> str:
    """Return an SMS that begins with a capital, with the hint at its end where there is room for it."""
    text = text[:1].upper() + text[1:]
    longer = f"{text} {hint}" if hint else text
    return as_sms(longer if places(longer) <= LONGEST_SMS else text)


def when_in_sms(items: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return when, shortly: the first two days, and how many more there are."""
    lines = lines_of(items, language, "")
    more = len(lines) - SHOWN_IN_SMS
    shown = ", ".join(lines[:SHOWN_IN_SMS])
    return f"{shown} {shipped()[language]['more'].format(count=more)}" if more > 0 else shown


def when_in_email(items: Iterable[Mapping[str, Any]], language: str) -> list[str]:
    """Return when, a line for each day or window."""
    return lines_of(items, language, "_email")


def lines_of(items: Iterable[Mapping[str, Any]], language: str, form: str) -> list[str]:
    """Return each appointment, window or end of a window once: what is booked first, then by day."""
    in_order = sorted(items, key=lambda item: (ORDER.index(item["moment"]), item["booked"] or item["window"]))
    with override(language):
        return list(dict.fromkeys(line_of(item, shipped()[language], form) for item in in_order))


def line_of(item: Mapping[str, Any], words: Mapping[str, Any], form: str) -> str:
    """Return when one item is."""
    how = words[f"date{form or '_sms'}"]
    if item["moment"] == Moment.BEFORE_BOOKED:
        on, at, _ = item["booked"]
        written = date_format(date.fromisoformat(on), how)
        clock = f"{time.fromisoformat(at):%H:%M}" if at else ""
        return str(words[f"at{form}"]).format(date=written, time=clock) if clock else written
    first, last = (date.fromisoformat(day) for day in item["window"])
    key = "since" if item["moment"] == Moment.OVERDUE else "window" if first != last else "one_day"
    pattern = words["one_day"] if key == "one_day" else words[f"{key}{form}"]
    return str(pattern).format(first=date_format(first, how), last=date_format(last, how))


def as_html(parts: Iterable[str], link: str, language: str) -> str:
    """Return the paragraphs of an e-mail as simple HTML, with the link to press."""
    pieces = (piece for part in parts for piece in part.split("\n\n"))
    body = format_html_join("\n", "<p>{}</p>", ((with_link(piece, link),) for piece in pieces))
    return format_html('<!doctype html><html lang="{}"><body>\n{}\n</body></html>', language, body)


def with_link(piece: str, link: str) -> SafeString:
    """Return a paragraph with its lines, and the link as one."""
    anchor = format_html('<a href="{}">{}</a>', link, link)
    return SafeString("<br>".join(str(escape(line)).replace(str(escape(link)), anchor) for line in piece.split("\n")))
