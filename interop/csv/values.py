"""From the text of one cell to a value. Pure: no database, no clock."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from patients.names import fold

T = TypeVar("T")

ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SPREADSHEET_DAY = re.compile(r"[0-9]{5}")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")
EARLIEST = date(1900, 1, 1)

YES_OR_NO = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "si"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0"), False),
}


class Unreadable(ValueError):
    """A text that is not a value of its column: what is wrong with it, and what to write instead."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what} {remedy}")


def clean(cell: str) -> str:
    """Return `cell` without surrounding space and with accents composed, as it is stored.

    Raises   Unreadable: it holds control characters.
    """
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    text = unicodedata.normalize("NFC", cell).strip()
    if any(unicodedata.category(character) in {"Cc", "Cs"} or character == "\ufffd" for character in text):
        raise Unreadable("It holds a line break or another character that cannot be shown.", "Type the value anew.")
    return text


def text_up_to(length: int) -> Callable[[str], str]:
    """Return what reads a text of at most `length` characters."""

    def read(text: str) -> str:
        if len(text) > length:
            raise Unreadable(f"It has {len(text)} characters.", f"Shorten it to at most {length}.")
        return text

    return read


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """Read an ISO date; nothing else, since 03/04/24 has several meanings."""
    if not ISO_DATE.fullmatch(text):
        what = f"“{shown(text)}” is not a date as year-month-day."
        if SPREADSHEET_DAY.fullmatch(text):
            what = f"“{text}” is a spreadsheet's own number for a day."
        raise Unreadable(what, "Write it like 2024-04-03.")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"There is no day {text}.", "Correct the date.") from None
    if found < EARLIEST:
        raise Unreadable(f"{text} is before {EARLIEST}.", "Correct the year.")
    return found


def decimal_number(unit: str, *, digits: int, places: int) -> Callable[[str], Decimal]:
    """Return what reads a positive number in `unit` of at most so many digits and decimal places."""

    def read(text: str) -> Decimal:
        if DECIMAL_COMMA.fullmatch(text):
            point = text.replace(",", ".")
            raise Unreadable(f"“{shown(text)}” has a comma.", f"Write decimals with a point, such as {shown(point)}.")
        if not DECIMAL.fullmatch(text):
            raise Unreadable(f"“{shown(text)}” is not a number.", f"Write only the number, in {unit}, such as 7400.")
        number = Decimal(text)
        if number == 0:
            raise Unreadable("It is 0.", "Leave it blank when it is not known.")
        if number >= 10 ** (digits - places):
            raise Unreadable(f"{shown(text)} {unit} is too large.", "Correct the number or its unit.")
        if number != round(number, places):
            raise Unreadable(
                f"{shown(text)} has too many decimals.", f"Round it to {places} decimal{'s' if places > 1 else ''}."
            )
        return round(number, places)

    return read


def choice_of(meanings: Mapping[str, T], *, accepted: str) -> Callable[[str], T]:
    """Return what reads one of a few words, whatever their case and accents; `accepted` names them for people."""

    def read(text: str) -> T:
        meaning = meanings.get(text.casefold())
        if meaning is None:
            meaning = meanings.get(fold(text))
        if meaning is None:
            raise Unreadable(f"“{shown(text)}” is not known.", f"Write {accepted}.")
        return meaning

    return read


def months(*allowed: int) -> Callable[[str], int]:
    """Return what reads one of the `allowed` intervals in months."""
    first, last = allowed[0], allowed[-1]
    accepted = f"{first} or {last}" if len(allowed) == 2 else f"a whole number from {first} to {last}"
    return choice_of({str(number): number for number in allowed}, accepted=accepted)


def e_mail(text: str) -> str:
    """Read an e-mail address."""
    try:
        validate_email(text)
    except ValidationError:
        raise Unreadable(f"“{shown(text)}” is not an e-mail address.", "Correct it or leave it blank.") from None
    return text_up_to(254)(text)


def time_zone(text: str) -> str:
    """Read the name of an IANA time zone."""
    if text not in zone_names():
        raise Unreadable(f"“{shown(text)}” is not an IANA time zone.", "Write a name such as Europe/Madrid.")
    return text


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def shown(text: str) -> str:
    """Return `text` short enough to repeat in a sentence."""
    return text if len(text) <= 40 else f"{text[:39]}…"
