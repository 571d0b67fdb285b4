"""The picture of a patient's scores by one scheme: a Vega-Lite specification. Pure; colours are the page's.

Days on the axis are days since 1970, so that no browser's time zone moves them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any, NamedTuple

from imaging.response.scores import Scheme
from iotrex_followup.templatetags.words import nice_date
from schedules.protocol.trace import words

Spec = dict[str, Any]
EPOCH, DAY_MS = date(1970, 1, 1), 24 * 60 * 60 * 1000
WIDTH, HEIGHT, TICKS = 940, 260, 8
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
LEAST_TOP = 6  # a course of low totals does not look like a steep one


@dataclass(frozen=True, slots=True)
class Point:
    """A total that counts: its day, its technique (only alike ones are joined), and whether it was after therapy."""

    on: date
    total: int
    technique: str
    after_therapy: bool = False

    @property
    def is_joined(self) -> bool:
        return not self.after_therapy


class Ends(NamedTuple):
    """The ends of both axes."""

    first: date
    last: date
    top: int


def score_picture(scheme: Scheme, points: Sequence[Point], infusions: Iterable[date]) -> Spec:
    """Return the specification of `points`, which are in order of time and all by `scheme`."""
    ends = ends_of(points, infusions)
    layers = [
        *_infusions(infusions, ends),
        *_lines(points, ends),
        *_marks(scheme, points, ends),
        *_totals(points, ends),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": HEIGHT,
        "layer": layers,
        "resolve": {"axis": {"x": "shared", "y": "shared"}},
    }


def ends_of(points: Sequence[Point], infusions: Iterable[date]) -> Ends:
    """Return the ends of the axes, with some room around what is drawn."""
    days = [*(point.on for point in points), *infusions]
    margin = timedelta(max(7, (max(days) - min(days)).days // 30))
    top = max(LEAST_TOP, max(point.total for point in points) + 1)
    return Ends(min(days) - margin, max(days) + margin, top)


def _number(day: date) -> int:
    return (day - EPOCH).days


def _x(ends: Ends) -> Spec:
    ticks, label = _ticks(ends)
    axis = {"title": None, "grid": False, "values": ticks, "labelExpr": f"utcFormat(datum.value * {DAY_MS}, '{label}')"}
    scale = {"domain": [_number(ends.first), _number(ends.last)], "nice": False, "zero": False}
    return {"field": "on", "type": "quantitative", "scale": scale, "axis": axis}


def _y(ends: Ends) -> Spec:
    axis = {"title": None, "grid": True, "tickCount": 6, "tickMinStep": 1, "format": "d"}
    scale = {"domain": [0, ends.top], "nice": False}
    return {"field": "total", "type": "quantitative", "scale": scale, "axis": axis}


def _ticks(ends: Ends) -> tuple[list[int], str]:
    """Return the firsts of months or years to label, and how."""
    months = 12 * (ends.last.year - ends.first.year) + ends.last.month - ends.first.month
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if months / step <= TICKS), 120)
    begins = ends.first.year * 12 + (0 if step >= 12 else ceil((ends.first.month - 1) / step) * step)
    firsts = [date(month // 12, month % 12 + 1, 1) for month in range(begins, ends.last.year * 12 + 12, step)]
    return [_number(day) for day in firsts if ends.first <= day <= ends.last], "%Y" if step >= 12 else "%b %Y"


def _infusions(infusions: Iterable[date], ends: Ends) -> list[Spec]:
    values = [{"on": _number(day), "word": "treatment", "says": f"Treatment, {nice_date(day)}"} for day in infusions]
    if not values:
        return []
    says = {"field": "says"}
    rule = {"type": "rule", "style": "infusion", "strokeWidth": 2}
    word = {"type": "text", "style": "infusion-word", "fontSize": 11, "baseline": "bottom", "dy": -4}
    named = {"x": _x(ends), "y": {"value": 0}, "text": {"field": "word"}}
    return [
        {"data": {"values": values}, "mark": rule, "encoding": {"x": _x(ends), "tooltip": says, "description": says}},
        {"data": {"values": values}, "mark": word, "encoding": named},
    ]


def _by_technique(points: Iterable[Point]) -> Mapping[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for point in points:
        if point.is_joined:
            found.setdefault(point.technique, []).append(point)
    return found


def _lines(points: Sequence[Point], ends: Ends) -> list[Spec]:
    """Return a line through the scans of each technique; scans after therapy show more and are joined to none."""
    joined = _by_technique(points)
    layers: list[Spec] = []
    for place, (technique, same) in enumerate(joined.items()):
        values = [{"on": _number(each.on), "total": each.total} for each in same]
        mark = {"type": "line", "style": "line", "strokeDash": DASHES[place % len(DASHES)], "strokeWidth": 1.5}
        if len(same) > 1:
            layers.append({"data": {"values": values}, "mark": mark, "encoding": {"x": _x(ends), "y": _y(ends)}})
        if len(joined) > 1:
            layers.append(_text(values[-1:], ends, {"text": technique, "align": "right", "dy": 18}))
    return layers


def _marks(scheme: Scheme, points: Sequence[Point], ends: Ends) -> list[Spec]:
    """Return the marks: filled, or an open diamond for a scan after therapy."""
    says = {"field": "says"}
    return [
        {
            "data": {"values": [_placed(scheme, each) for each in same]},
            "mark": {"type": "point", "style": "value", "size": 80, "strokeWidth": 2, "opacity": 1, **look},
            "encoding": {"x": _x(ends), "y": _y(ends), "tooltip": says, "description": says},
        }
        for look, same in (
            ({"shape": "circle", "filled": True}, [each for each in points if each.is_joined]),
            ({"shape": "diamond", "filled": False}, [each for each in points if not each.is_joined]),
        )
        if same
    ]


def _placed(scheme: Scheme, point: Point) -> Spec:
    says = f"{scheme.kind} score {point.total}, {words(point.on)}, {point.technique}"
    return {"on": _number(point.on), "total": point.total, "says": says}


def _totals(points: Sequence[Point], ends: Ends) -> list[Spec]:
    values = [{"on": _number(each.on), "total": each.total} for each in points]
    return [_text(values, ends, {"dy": -12}, text={"field": "total"})]


def _text(values: list[Spec], ends: Ends, look: Spec, **encoding: Any) -> Spec:
    mark = {"type": "text", "style": "band-word", "fontSize": 11, **look}
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": _x(ends), "y": _y(ends), **encoding}}
