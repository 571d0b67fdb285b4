"""The axis of days of a picture, and the treatments on it. Pure.

Days are days since 1970, so that no browser's time zone moves them.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from math import ceil
from typing import Any, NamedTuple

from iotrex_followup.templatetags.words import nice_date

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
EPOCH, DAY_MS = date(1970, 1, 1), 24 * 60 * 60 * 1000
TICKS = 8
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])


class Days(NamedTuple):
    """The first and the last day of an axis."""

    first: date
    last: date

    def pixel(self, day: date, width: float) -> float:
        """Return where a day stands on an axis of so many pixels."""
        return width * (day - self.first) / (self.last - self.first)


def days_of(days: Iterable[date]) -> Days:
    """Return the axis that holds `days`, with some room around them."""
    days = list(days)
    margin = timedelta(max(7, (max(days) - min(days)).days // 30))
    return Days(min(days) - margin, max(days) + margin)


def number_of(day: date) -> int:
    """Return the place of a day on the axis."""
    return (day - EPOCH).days


def x_axis(days: Days) -> Spec:
    """Return the encoding of the field `on` along the days."""
    ticks, label = _ticks(days)
    axis = {"title": None, "grid": False, "values": ticks, "labelExpr": f"utcFormat(datum.value * {DAY_MS}, '{label}')"}
    scale = {"domain": [number_of(days.first), number_of(days.last)], "nice": False, "zero": False}
    return {"field": "on", "type": "quantitative", "scale": scale, "axis": axis}


def _ticks(days: Days) -> tuple[list[int], str]:
    """Return the days to label and how: Mondays of a few weeks, else the firsts of months or years."""
    first, last = days
    if (last - first).days < 7 * TICKS:
        monday = first + timedelta(-first.weekday() % 7)
        return list(range(number_of(monday), number_of(last) + 1, 7)), "%-d %b %Y"
    months = 12 * (last.year - first.year) + last.month - first.month
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if months / step <= TICKS), 120)
    begins = first.year * 12 + (0 if step >= 12 else ceil((first.month - 1) / step) * step)
    firsts = [date(month // 12, month % 12 + 1, 1) for month in range(begins, last.year * 12 + 12, step)]
    return [number_of(day) for day in firsts if first <= day <= last], "%Y" if step >= 12 else "%b %Y"


def infusion_layers(infusions: Iterable[date], days: Days, *, named: bool = True) -> list[Spec]:
    """Return a line for each treatment; `named` with the word above it."""
    values = [{"on": number_of(day), "word": "treatment", "says": f"Treatment, {nice_date(day)}"} for day in infusions]
    if not values:
        return []
    says = {"field": "says"}
    rule = {"type": "rule", "style": "infusion", "strokeWidth": 2}
    word = {"type": "text", "style": "infusion-word", "fontSize": 11, "baseline": "bottom", "dy": -4}
    placed = {"x": x_axis(days), "y": {"value": 0}, "text": {"field": "word"}}
    layers = [
        {
            "data": {"values": values},
            "mark": rule,
            "encoding": {"x": x_axis(days), "tooltip": says, "description": says},
        }
    ]
    return [*layers, {"data": {"values": values}, "mark": word, "encoding": placed}] if named else layers


def layered(layers: list[Spec], *, width: int, height: int) -> Spec:
    """Return `layers` as one picture with one axis each way."""
    shared = {"axis": {"x": "shared", "y": "shared"}}
    return {"width": width, "height": height, "layer": layers, "resolve": shared}
