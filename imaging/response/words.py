"""How a sentence writes diameters, changes and lists."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_DOWN, Decimal

HUNDREDTH = Decimal("0.01")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(on: date) -> str:
    """Return a date as "2 Mar 2024", whatever the language of the machine."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def plain(value: Decimal) -> str:
    """Return a number with at least one decimal and no zeros after it: 48 is "48.0", 12.50 is "12.5"."""
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0') or '0'}"


def millimetres(value: Decimal) -> str:
    """Return a diameter as "48.0 mm"."""
    return f"{plain(value)} mm"


def signed(value: Decimal) -> str:
    """Return a change with its sign, "+8.0"; no change is "0.0"."""
    return f"+{plain(value)}" if value > 0 else plain(value) if value else "0.0"


def percent(value: Decimal) -> str:
    """Return a change in per cent, "+20.0 %", cut to two decimals.

    Cut, not rounded: what has not reached 20 % is never printed as 20 %.
    """
    return f"{signed(value.quantize(HUNDREDTH, rounding=ROUND_DOWN))} %"


def listed(names: Iterable[str]) -> str:
    """Return names in order of the alphabet, as "Liver 1, Node 2"."""
    return ", ".join(sorted(names))
