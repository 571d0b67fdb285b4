"""The picture of a patient's scores by one scheme: a Vega-Lite specification. Pure; colours are the page's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from imaging.pages.days_axis import (
    DASHES,
    SCHEMA,
    Days,
    Spec,
    days_of,
    infusion_layers,
    layered,
    number_of,
    x_axis,
)
from imaging.pages.words_apart import Word, set_apart
from imaging.response.scores import Scheme
from schedules.protocol.trace import words

LEAST_TOP = 6  # a course of low totals does not look like a steep one


class Size(NamedTuple):
    """The pixels within the axes of a picture."""

    width: int
    height: int


SIZE = Size(940, 260)


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


def score_picture(scheme: Scheme, points: Sequence[Point], infusions: Iterable[date]) -> Spec:
    """Return the specification of `points`, which are in order of time and all by `scheme`."""
    infusions = list(infusions)
    days = days_of([*(point.on for point in points), *infusions])
    layers = [*infusion_layers(infusions, days), *score_layers(scheme, points, days, SIZE)]
    return {"$schema": SCHEMA, **layered(layers, width=SIZE.width, height=SIZE.height)}


def score_layers(scheme: Scheme, points: Sequence[Point], days: Days, size: Size, **axis: Any) -> list[Spec]:
    """Return what is drawn of `points` along `days`; `axis` is added to the axis of the totals."""
    y = _y(points, axis)
    return [*_lines(points, days, y), *_marks(scheme, points, days, y), *_totals(points, days, y, size)]


def _y(points: Sequence[Point], more: Spec) -> Spec:
    axis = {"title": None, "grid": True, "tickCount": 6, "tickMinStep": 1, "format": "d", **more}
    top = max(LEAST_TOP, max(point.total for point in points) + 1)
    scale = {"domain": [0, top], "nice": False}
    return {"field": "total", "type": "quantitative", "scale": scale, "axis": axis}


def _by_technique(points: Iterable[Point]) -> Mapping[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for point in points:
        if point.is_joined:
            found.setdefault(point.technique, []).append(point)
    return found


def _lines(points: Sequence[Point], days: Days, y: Spec) -> list[Spec]:
    """Return a line through the scans of each technique; scans after therapy show more and are joined to none."""
    joined = _by_technique(points)
    layers: list[Spec] = []
    for place, (technique, same) in enumerate(joined.items()):
        values = [{"on": number_of(each.on), "total": each.total} for each in same]
        mark = {"type": "line", "style": "line", "strokeDash": DASHES[place % len(DASHES)], "strokeWidth": 1.5}
        if len(same) > 1:
            layers.append({"data": {"values": values}, "mark": mark, "encoding": {"x": x_axis(days), "y": y}})
        if len(joined) > 1:
            is_late = same[-1].on - days.first > (days.last - days.first) / 2  # else the words would run off the left
            aside = {"text": technique, "align": "right" if is_late else "left", "dy": 18}
            layers.append(_text(values[-1:], days, y, aside))
    return layers


def _marks(scheme: Scheme, points: Sequence[Point], days: Days, y: Spec) -> list[Spec]:
    """Return the marks: filled, or an open diamond for a scan after therapy."""
    says = {"field": "says"}
    return [
        {
            "data": {"values": [_placed(scheme, each) for each in same]},
            "mark": {"type": "point", "style": "value", "size": 80, "strokeWidth": 2, "opacity": 1, **look},
            "encoding": {"x": x_axis(days), "y": y, "tooltip": says, "description": says},
        }
        for look, same in (
            ({"shape": "circle", "filled": True}, [each for each in points if each.is_joined]),
            ({"shape": "diamond", "filled": False}, [each for each in points if not each.is_joined]),
        )
        if same
    ]


def _placed(scheme: Scheme, point: Point) -> Spec:
    says = f"{scheme.kind} score {point.total}, {words(point.on)}, {point.technique}"
    return {"on": number_of(point.on), "total": point.total, "says": says}


def _totals(points: Sequence[Point], days: Days, y: Spec, size: Size) -> list[Spec]:
    top = y["scale"]["domain"][1]
    words = [
        Word(days.pixel(each.on, size.width), size.height * (1 - each.total / top), str(each.total)) for each in points
    ]
    return [
        _text([{"on": number_of(each.on), "total": each.total}], days, y, {"dy": dy}, text={"field": "total"})
        for each, dy in zip(points, set_apart(words, size.height), strict=True)
    ]


def _text(values: list[Spec], days: Days, y: Spec, look: Spec, **encoding: Any) -> Spec:
    mark = {"type": "text", "style": "band-word", "fontSize": 11, **look}
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": x_axis(days), "y": y, **encoding}}
