"""Pictures of results: a Vega-Lite specification of a trend, a small curve for a row. Pure; colours are the page's."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from iotrex_followup.templatetags.words import nice_date
from labs.pages.axes import WHOLE, Axes, Size, Spec, axes_of, moment, x_axis, y_axis
from labs.pages.trends import Point, Trend
from labs.readings import Reading

CURVE_WIDTH, CURVE_HEIGHT, CURVE_EDGE = 88, 22, 3
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
OPEN = {"<": "triangle-down", "<=": "triangle-down", ">": "triangle-up", ">=": "triangle-up"}


class Sparkline(NamedTuple):
    """A curve within its box: the line's points, and where the last value stands."""

    points: str
    x: str
    y: str


def sparkline(readings: Sequence[Reading]) -> Sparkline | None:
    """Return the curve of the numbers among `readings`, which are in order of time; None for fewer than two.

    Values of two unit systems make one curve only where all have an SI value.
    """
    if len({reading.system for reading in readings}) == 1:
        values = [(reading.at.timestamp(), reading.graded_value) for reading in readings]
    else:
        values = [(reading.at.timestamp(), reading.si_value) for reading in readings]
    numbers = [(at, float(value)) for at, value in values if value is not None]
    if len(numbers) < 2:
        return None
    begins, ends = numbers[0][0], numbers[-1][0]
    lowest, highest = min(value for _, value in numbers), max(value for _, value in numbers)
    across, up = CURVE_WIDTH - 2 * CURVE_EDGE, CURVE_HEIGHT - 2 * CURVE_EDGE
    places = [
        (
            f"{CURVE_EDGE + across * (at - begins) / ((ends - begins) or 1):.1f}",
            f"{CURVE_EDGE + up * (highest - value) / ((highest - lowest) or 1):.1f}",
        )
        for at, value in numbers
    ]
    return Sparkline(" ".join(",".join(place) for place in places), *places[-1])


def trend_picture(trend: Trend, size: Size = WHOLE, *, first: date | None = None, last: date | None = None) -> Spec:
    """Return the specification of `trend`; `first` and `last` set the ends of the time axis, to compare pictures."""
    axes = axes_of(trend, first, last)
    layers = [
        *_bands(trend, axes, size),
        *_range(trend, axes, size),
        *_lowest_weeks(trend, axes, size),
        *_infusions(trend, axes, size),
        *_baselines(trend, axes, size),
        *_lines(trend, axes, size),
        *_points(trend, axes, size),
        *_letters(trend, axes, size),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": size.width,
        "height": size.height,
        "layer": layers,
        "resolve": {"axis": {"x": "shared", "y": "shared"}},
    }


def _within(axes: Axes, begins: Decimal | None, ends: Decimal | None) -> tuple[float, float] | None:
    """Return the part of a band that is on the axis; None when none is."""
    low = axes.lowest if begins is None else max(axes.lowest, float(begins))
    high = axes.highest if ends is None else min(axes.highest, float(ends))
    return (low, high) if low < high else None


def _bands(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    layers = []
    for band in trend.bands:
        part = _within(axes, band.begins, band.ends)
        if part is None:
            continue
        data = {"values": [{"from": part[0], "to": part[1], "middle": _middle(axes, part)}]}
        y = y_axis(axes, size, "from")
        layers.append(
            {
                "data": data,
                "mark": {"type": "rect", "style": f"band-{band.grade}"},
                "encoding": {"y": y, "y2": {"field": "to"}},
            }
        )
        if _is_roomy(axes, part, size):
            layers.append(_band_word(axes, size, data, f"{band.grade}" if size.small else f"grade {band.grade}"))
    return layers


def _band_word(axes: Axes, size: Size, data: Spec, words: str) -> Spec:
    mark = {"type": "text", "text": words, "style": "band-word", "align": "right", "dx": -4, "fontSize": 11}
    return {"data": data, "mark": mark, "encoding": {"x": {"value": size.width}, "y": y_axis(axes, size, "middle")}}


def _middle(axes: Axes, part: tuple[float, float]) -> float:
    return float((part[0] * part[1]) ** 0.5) if axes.log else (part[0] + part[1]) / 2


def _is_roomy(axes: Axes, part: tuple[float, float], size: Size) -> bool:
    """Say whether a line of words fits into a band."""
    return axes.log or (part[1] - part[0]) / (axes.highest - axes.lowest) * size.height >= 12


def _range(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    if trend.limits.low is None and trend.limits.high is None:
        return []
    part = _within(axes, trend.limits.low, trend.limits.high)
    if part is None:
        return []
    data = {"values": [{"from": part[0], "to": part[1]}]}
    y = y_axis(axes, size, "from")
    return [{"data": data, "mark": {"type": "rect", "style": "range"}, "encoding": {"y": y, "y2": {"field": "to"}}}]


def _lowest_weeks(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    seen = [span for span in trend.lowest if span.begins <= axes.last and span.ends >= axes.first]
    if not seen:
        return []
    ends = [(max(span.begins, axes.first), min(span.ends, axes.last)) for span in seen]
    data = {
        "values": [
            {"from": moment(begins), "to": moment(until), "middle": (moment(begins) + moment(until)) / 2}
            for begins, until in ends
        ]
    }
    shade = {
        "data": data,
        "mark": {"type": "rect", "style": "lowest"},
        "encoding": {"x": x_axis(axes, size, "from"), "x2": {"field": "to"}},
    }
    weeks = f"lowest counts, weeks {trend.lowest_weeks}"
    words = {"type": "text", "text": weeks, "style": "band-word", "fontSize": 11, "baseline": "top", "dy": 4}
    named = {"data": data, "mark": words, "encoding": {"x": x_axis(axes, size, "middle"), "y": {"value": 0}}}
    return [shade] if size.small else [shade, named]


def _infusions(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    seen = [each for each in trend.infusions if axes.first <= each.started_on <= axes.last]
    if not seen:
        return []
    data = {
        "values": [
            {
                "at": moment(each.started_on),
                "word": f"infusion {each.number}",
                "says": f"Infusion {each.number}, {nice_date(each.started_on)}",
            }
            for each in seen
        ]
    }
    x, says = x_axis(axes, size), {"field": "says"}
    rule = {
        "data": data,
        "mark": {"type": "rule", "style": "infusion", "strokeWidth": 2},
        "encoding": {"x": x, "tooltip": says, "description": says},
    }
    mark = {"type": "text", "style": "infusion-word", "fontSize": 11, "baseline": "bottom", "dy": -4}
    word = {"data": data, "mark": mark, "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "word"}}}
    return [rule] if size.small else [rule, word]


def _baselines(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    values = [
        {
            "value": float(each.value),
            "from": moment(max(each.begins, axes.first)),
            "to": moment(min(each.ends or axes.last, axes.last)),
            "says": f"Baseline {each.value:f} {trend.unit}",
        }
        for each in trend.baselines
        if each.begins <= axes.last and (each.ends is None or each.ends >= axes.first)
    ]
    if not values:
        return []
    says = {"field": "says"}
    x, y = x_axis(axes, size, "from"), y_axis(axes, size)
    rule = {
        "data": {"values": values},
        "mark": {"type": "rule", "style": "baseline", "strokeDash": [5, 4], "strokeWidth": 1.5},
        "encoding": {"x": x, "x2": {"field": "to"}, "y": y, "tooltip": says, "description": says},
    }
    mark = {"type": "text", "text": "baseline", "style": "band-word", "fontSize": 11, "align": "left"}
    word = {
        "data": {"values": values},
        "mark": {**mark, "baseline": "bottom", "dx": 4, "dy": -3},
        "encoding": {"x": x, "y": y},
    }
    return [rule] if size.small else [rule, word]


def _lines(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    """Return a line through the numbers of each series, those with a comparator left out; several are named."""
    layers = []
    for place, series in enumerate(trend.series):
        joined = [point for point in trend.points if point.series == series and not point.shown.reading.comparator]
        data = {"values": [{"at": moment(point.at), "value": float(point.value)} for point in joined]}
        mark = {"type": "line", "style": "line", "strokeDash": DASHES[place % len(DASHES)], "strokeWidth": 1.5}
        if len(joined) > 1:
            layers.append({"data": data, "mark": mark, "encoding": {"x": x_axis(axes, size), "y": y_axis(axes, size)}})
        if len(trend.series) > 1 and joined and not size.small:
            layers.append(_series_word(axes, size, data["values"][-1], series or "assay not stated"))
    return layers


def _series_word(axes: Axes, size: Size, last: Spec, words: str) -> Spec:
    mark = {"type": "text", "text": words, "style": "band-word", "fontSize": 11, "align": "right", "dy": -12}
    return {"data": {"values": [last]}, "mark": mark, "encoding": {"x": x_axis(axes, size), "y": y_axis(axes, size)}}


def _points(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    """Return the marks, a layer for each shape: measured, limit (open), affected (diamond), preliminary (hollow)."""
    shapes: dict[tuple[str, bool], list[Point]] = {}
    for point in trend.points:
        shapes.setdefault(_shape(point), []).append(point)
    says = {"field": "says"}
    area = 30 if size.small else 70
    return [
        {
            "data": {"values": [_placed(trend, point) for point in same]},
            "mark": {
                "type": "point",
                "style": "value",
                "shape": shape,
                "filled": filled,
                "size": area * 1.6 if shape == "diamond" else area,
                "strokeWidth": 2,
                "opacity": 1,
            },
            "encoding": {"x": x_axis(axes, size), "y": y_axis(axes, size), "tooltip": says, "description": says},
        }
        for (shape, filled), same in shapes.items()
    ]


def _shape(point: Point) -> tuple[str, bool]:
    reading = point.shown.reading
    if reading.comparator:
        return OPEN[reading.comparator], False
    shape = "diamond" if point.shown.affected else "circle"
    return shape, reading.status != "preliminary"


def _placed(trend: Trend, point: Point) -> Spec:
    return {
        "at": moment(point.at),
        "value": float(point.value),
        "letters": point.shown.letters,
        "says": f"{trend.analyte.short} {point.shown.words}, {nice_date(point.at.date())}",
    }


def _letters(trend: Trend, axes: Axes, size: Size) -> list[Spec]:
    affected = [_placed(trend, point) for point in trend.points if point.shown.letters]
    if not affected:
        return []
    mark = {"type": "text", "style": "band-word", "fontSize": 11, "dy": -11}
    encoding = {"x": x_axis(axes, size), "y": y_axis(axes, size), "text": {"field": "letters"}}
    return [{"data": {"values": affected}, "mark": mark, "encoding": encoding}]
