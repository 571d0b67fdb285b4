"""Pictures of how patients responded: a bar for the best change of each, and a line over the months. Pure.

Patients are numbers, those of the table beside the picture; colour says nothing.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from imaging.pages.days_axis import SCHEMA, Spec, layered
from imaging.response.recist.numbers import PROGRESSION_PERCENT, RESPONSE_PERCENT
from imaging.response.words import percent

WIDTH, HEIGHT = 880, 300
LEAST_STEP, WIDEST_BAR = 22, 46
LEAST_TOP, LEAST_FOOT, ROOM = Decimal(40), Decimal(-60), Decimal(12)


class Bar(NamedTuple):
    """A patient's best change in per cent and best overall response."""

    number: int
    change: Decimal
    response: str


class Track(NamedTuple):
    """A patient's changes in per cent by months since the treatment, and what is said at the last of them."""

    number: int
    points: Sequence[tuple[Decimal, Decimal]]
    last: str


def waterfall(bars: Sequence[Bar]) -> Spec:
    """Return the specification of `bars`, which are in the order of the table."""
    width = max(WIDTH, LEAST_STEP * len(bars))
    thick = min(WIDEST_BAR, int(width / len(bars) * 0.7))
    y = _y("change", [each.change for each in bars])
    x = {
        "field": "number",
        "type": "ordinal",
        "axis": {"title": "Number in the table", "labelAngle": 0, "ticks": False, "orient": "bottom"},
    }
    values = [_bar(each) for each in bars]
    says = {"field": "says"}
    layers = [
        {
            "data": {"values": values},
            "mark": {"type": "bar", "style": "bar", "size": thick},
            "encoding": {"x": x, "y": y, "tooltip": says, "description": says},
        },
        *_rules(y),
        _words([each for each in values if each["change"] >= 0], x, y, -9),
        _words([each for each in values if each["change"] < 0], x, y, 10),
    ]
    return {"$schema": SCHEMA, **layered(layers, width=width, height=HEIGHT)}


def spider(tracks: Sequence[Track]) -> Spec:
    """Return the specification of `tracks`, each from its baseline on."""
    months = [when for each in tracks for when, _ in each.points]
    y = _y("change", [change for each in tracks for _, change in each.points])
    ends = [float(min(*months, Decimal(0))) - 0.5, float(max(months)) * 1.03 + 1]
    x = {
        "field": "months",
        "type": "quantitative",
        "scale": {"domain": ends, "nice": False, "zero": False},
        "axis": {"title": "Months since the treatment", "grid": False, "tickMinStep": 1, "format": "d"},
    }
    layers = [
        {
            "data": {"values": [{"months": 0}]},
            "mark": {"type": "rule", "style": "infusion", "strokeWidth": 2},
            "encoding": {"x": x},
        },
        *_rules(y),
        *_tracks(tracks, x, y),
    ]
    return {"$schema": SCHEMA, **layered(layers, width=WIDTH, height=HEIGHT)}


def _y(field: str, changes: Iterable[Decimal]) -> Spec:
    changes = list(changes)
    domain = [float(min(*changes, LEAST_FOOT) - ROOM), float(max(*changes, LEAST_TOP) + ROOM)]
    axis = {"title": None, "grid": True, "tickCount": 7, "labelExpr": "datum.label + ' %'"}
    return {"field": field, "type": "quantitative", "scale": {"domain": domain, "nice": False}, "axis": axis}


def _bar(bar: Bar) -> Spec:
    says = f"{bar.number}: best change {percent(bar.change)}, best response {bar.response}"
    return {"number": bar.number, "change": float(bar.change), "word": bar.response, "says": says}


def _words(values: Sequence[Spec], x: Spec, y: Spec, dy: int) -> Spec:
    """Return the best responses at the ends of the bars."""
    mark = {"type": "text", "style": "verdict", "fontSize": 11, "dy": dy}
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": x, "y": y, "text": {"field": "word"}}}


def _rules(y: Spec) -> list[Spec]:
    """Return the rules at which a response and a progression are read, named at the right."""
    limits = [
        (0, ""),
        (-int(RESPONSE_PERCENT), f"-{RESPONSE_PERCENT} %"),
        (int(PROGRESSION_PERCENT), f"+{PROGRESSION_PERCENT} %"),
    ]
    values = [{y["field"]: at, "word": word} for at, word in limits]
    rule = {"type": "rule", "style": "limit", "strokeDash": [5, 4], "strokeWidth": 1.25}
    word = {"type": "text", "style": "band-word", "fontSize": 11, "align": "left", "dx": 6}
    return [
        {"data": {"values": values[1:]}, "mark": rule, "encoding": {"y": y}},
        {"data": {"values": values[:1]}, "mark": {"type": "rule", "style": "line"}, "encoding": {"y": y}},
        {
            "data": {"values": values[1:]},
            "mark": word,
            "encoding": {"x": {"value": "width"}, "y": y, "text": {"field": "word"}},
        },
    ]


def _tracks(tracks: Sequence[Track], x: Spec, y: Spec) -> list[Spec]:
    values = [
        {
            "number": each.number,
            "months": float(when),
            "change": float(change),
            "says": f"{each.number}: {percent(change)} at {when} months",
        }
        for each in tracks
        for when, change in each.points
    ]
    ends = [
        {"months": float(each.points[-1][0]), "change": float(each.points[-1][1]), "word": f"{each.number} {each.last}"}
        for each in tracks
    ]
    says = {"field": "says"}
    line = {"type": "line", "style": "line", "strokeWidth": 1.25, "opacity": 0.8}
    dot = {"type": "point", "style": "value", "filled": True, "size": 36, "opacity": 1}
    word = {"type": "text", "style": "verdict", "fontSize": 11, "align": "left", "dx": 7}
    placed = {"x": x, "y": y}
    return [
        {"data": {"values": values}, "mark": line, "encoding": {**placed, "detail": {"field": "number"}}},
        {"data": {"values": values}, "mark": dot, "encoding": {**placed, "tooltip": says, "description": says}},
        {"data": {"values": ends}, "mark": word, "encoding": {**placed, "text": {"field": "word"}}},
    ]
