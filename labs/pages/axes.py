"""The axes of a picture of results: which days, which values, and what is written along them. Pure.

Days on the axis are the clinic's: days since 1970 by its wall clock, so that no browser's time zone moves them.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any, NamedTuple

from labs.pages.trends import Trend

Spec = dict[str, Any]
EPOCH, DAY_MS = datetime(1970, 1, 1), 24 * 60 * 60 * 1000  # noqa: DTZ001 (a wall clock)
AXIS_WIDTH = 36  # the same for all, so that pictures beside each other line up


class Size(NamedTuple):
    """A picture's size in pixels; a small one has no words inside."""

    width: int
    height: int
    small: bool = False


WHOLE, SMALL = Size(940, 340), Size(390, 140, small=True)


class Axes(NamedTuple):
    """The ends of both axes."""

    first: date
    last: date
    lowest: float
    highest: float
    log: bool


def time_ends(found: Iterable[Trend]) -> tuple[date, date]:
    """Return the first and the last day on which something of `found` is drawn."""
    days = [point.at.date() for trend in found for point in trend.points]
    days += [each.started_on for trend in found for each in trend.infusions]
    return min(days), max(days)


def axes_of(trend: Trend, first: date | None, last: date | None) -> Axes:
    """Return the axes of `trend` from `first` to `last` (None: its own days), with some room around what is drawn."""
    own = time_ends([trend])
    begins, ends = first or own[0], last or own[1]
    margin = timedelta(max(2, (ends - begins).days // 40))
    known = [point.value for point in trend.points] + [each.value for each in trend.baselines]
    known += [limit for limit in (trend.limits.low, trend.limits.high) if limit is not None]
    lowest, highest = float(min(known)), float(max(known))
    if trend.is_log:
        lowest = min(float(value) for value in known if value > 0)
        return Axes(begins - margin, ends + margin, lowest / 1.5, highest * 1.5, log=True)
    room = (highest - lowest) * 0.08 or highest * 0.1 or 1.0
    floor = 0.0 if lowest < highest / 2 else lowest - room
    return Axes(begins - margin, ends + margin, floor, highest + room, log=False)


def x_axis(axes: Axes, size: Size, field: str = "at") -> Spec:
    """Return the encoding of `field` along the days."""
    ticks, label = ticks_of(axes, size)
    axis = {"title": None, "grid": False, "values": ticks, "labelExpr": f"utcFormat(datum.value * {DAY_MS}, '{label}')"}
    scale = {"domain": [moment(axes.first), moment(axes.last)], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def ticks_of(axes: Axes, size: Size) -> tuple[list[float], str]:
    """Return the days to label and how: Mondays of a few months, else the first of months or years."""
    most = 4 if size.small else 9
    days = (axes.last - axes.first).days
    if days <= 7 * 18:
        step = 7 * ceil(days / 7 / most)
        first = axes.first + timedelta(-axes.first.weekday() % 7)
        return [moment(first + timedelta(ahead)) for ahead in range(0, (axes.last - first).days + 1, step)], "%-d %b"
    months = 12 * (axes.last.year - axes.first.year) + axes.last.month - axes.first.month
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if months / step <= most), 120)
    begins = axes.first.year * 12 + (0 if step >= 12 else (axes.first.month - 1) // step * step)
    firsts = [date(month // 12, month % 12 + 1, 1) for month in range(begins, axes.last.year * 12 + 12, step)]
    shown = [moment(day) for day in firsts if axes.first <= day <= axes.last]
    return shown, "%Y" if step >= 12 else "%b %Y" if not size.small else "%b %y"


def y_axis(axes: Axes, size: Size, field: str = "value") -> Spec:
    """Return the encoding of `field` up the values."""
    scale: Spec = {"domain": [axes.lowest, axes.highest], "nice": False}
    scale |= {"type": "log"} if axes.log else {"zero": False}
    axis = {"title": None, "grid": False, "tickCount": 4 if size.small else 6, "minExtent": AXIS_WIDTH}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def moment(at: date | datetime) -> float:
    """Return a day, or a wall clock, as days since 1970 with the time of day as their part."""
    clock = at.replace(tzinfo=None) if isinstance(at, datetime) else datetime.combine(at, time.min)
    return round((clock - EPOCH) / timedelta(1), 3)
