"""Read a result's value as it stands on a report: a number, a bounded number, or a text."""

import re
from decimal import Decimal
from typing import Literal, NamedTuple

from labs.grading.unit_text import SIGNS
from labs.grading.units import written_out

Comparator = Literal["", "<", "<=", ">", ">="]

MOST_DIGITS = 20
LONGEST = 60
PLAIN = re.compile(r"\d{1,10}(?:\.\d{1,10})?", re.ASCII)
WRITTEN = re.compile(
    r"(?P<comparator><=|>=|=<|=>|[<>=≤≥])?\s*"
    r"(?P<number>[\d.,' ]*\d\.?|\d*\.?\d+[eE][+-]?\d{1,3})"
    r"\s*(?:\(?(?:HH?|LL?|AA?|C|N|High|Low|\*{1,2}|!)\)?)?",
    re.ASCII,
)
COMPARATORS: dict[str, Comparator] = {"<": "<", ">": ">", "≤": "<=", "<=": "<=", "=<": "<=", "≥": ">=", ">=": ">="}
COMPARATORS |= {"=>": ">=", "=": "", "": ""}
GROUPED = re.compile(r"[1-9]\d{0,2}([ ',.])\d{3}(?:\1\d{3})*", re.ASCII)
SEPARATORS = re.compile("[ ',.]")
REASONS = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE), reason)
    for pattern, reason in (
        (r"-\s*[\d.,]+(?:e[+-]?\d+)?", "negative, which is not possible"),
        (r"[\d.,]+\s*(?:-|to|\.\.)\s*[\d.,]+", "a range, not one number"),
        (r"[<>=≤≥]*\s*\d+\s*:\s*\d+", "a titre, not one number"),
        (r"[<>=≤≥]*\s*[\d.,]+(?:e[+-]?\d+)?\s*\D+.*", "more than a number and a flag"),
    )
)


class Value(NamedTuple):
    """A value: `number` with its `comparator`, or no number and the `reason` why; `text` is what was reported."""

    number: Decimal | None
    comparator: Comparator
    text: str
    reason: str = ""


def read_value(text: str, decimal: Literal[".", ","] | None = None) -> Value | None:
    """Return the value `text` reports; None when it is blank. Zeros at the end stay as reported.

    `decimal` is the sender's decimal sign. Without it the point is one, and a single comma is read only where it
    cannot be the other thing: 1,234.5 and 1,234,567 are numbers, 1,5 and 1,500 stay texts.
    """
    reported = text.strip()
    if not reported:
        return None
    if decimal != "," and PLAIN.fullmatch(reported):
        return Value(Decimal(reported), "", reported)
    plain = " ".join(reported.translate(SIGNS).split())
    found = WRITTEN.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None:
        return Value(None, "", reported, _why_no_number(plain))
    number = _number(found["number"], decimal)
    if isinstance(number, str):
        return Value(None, "", reported, number)
    comparator = COMPARATORS[found["comparator"] or ""]
    if comparator == "<" and not number:
        return Value(None, "", reported, "impossible: nothing is below 0")
    return Value(number, comparator, reported)


def _number(text: str, decimal: Literal[".", ","] | None) -> Decimal | str:
    """Return the number in `text`, or the reason why there is none."""
    number: Decimal | None
    if "e" in text.casefold():
        number = Decimal(text)
    elif decimal:
        number = _reading(text, decimal)
    elif text.count(",") == 1 and "." not in text:
        return "ambiguous: the comma could stand for decimals or for thousands"
    else:
        number = _reading(text, ".")
        number = _reading(text, ",") if number is None else number
    if number is None:
        return "not one number by its points, commas or spaces"
    _, digits, exponent = number.as_tuple()
    if max(len(digits) + max(int(exponent), 0), -int(exponent)) > MOST_DIGITS:
        return f"of more than {MOST_DIGITS} digits"
    return written_out(number)


def _reading(text: str, sign: str) -> Decimal | None:
    """Return the number in `text` with `sign` before its decimals and any other sign between thousands."""
    whole, _, decimals = text.partition(sign)
    if SEPARATORS.search(decimals) or (SEPARATORS.search(whole) and not GROUPED.fullmatch(whole)):
        return None
    return Decimal(f"{SEPARATORS.sub('', whole)}.{decimals}")


def _why_no_number(text: str) -> str:
    return next((reason for pattern, reason in REASONS if pattern.fullmatch(text)), "a text, not a number")
