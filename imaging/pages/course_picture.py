"""The picture of a course: the sum of target lesions over time, and below it one scheme's totals. Pure.

Verdicts stand at the marks as words. Both parts have the same days; a scheme other than the clinic's has a picture of
its own, since scores of two schemes do not stand for each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from imaging.pages.days_axis import SCHEMA, Days, Spec, days_of, infusion_layers, layered, number_of, x_axis
from imaging.pages.score_picture import Point, Size, score_layers
from imaging.pages.words_apart import LINE, Align, Word, set_apart
from imaging.response.recist.numbers import PROGRESSION_MM, PROGRESSION_PERCENT, RESPONSE_PERCENT
from imaging.response.recist.targets import HUNDRED
from imaging.response.scores import Scheme
from imaging.response.words import plain

WIDTH, SUMS_HEIGHT, SCORES_HEIGHT, VERDICTS_HEIGHT = 800, 220, 150, 44
INWARDS: tuple[tuple[Align, int], ...] = (("left", -4), ("center", 0), ("right", 14))
EDGE = 44  # what the axis at the left takes, so that the parts line up


@dataclass(frozen=True, slots=True)
class SumPoint:
    """A time point or the baseline: `mm` is the sum of all target lesions, None where it is not known.

    `word` is the verdict that stands at the mark; `says` is all of it in a sentence.
    """

    on: date
    mm: Decimal | None
    word: str
    says: str
    signed: bool = True


@dataclass(frozen=True, slots=True)
class Scored:
    """The totals that count by one scheme, in order of time."""

    scheme: Scheme
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a picture of a course shows; the first of `sums` is the baseline."""

    sums: Sequence[SumPoint]
    scored: Scored | None = None
    infusions: Sequence[date] = field(default_factory=tuple)

    @property
    def days(self) -> Days:
        scored = [each.on for each in self.scored.points] if self.scored else []
        return days_of([*(each.on for each in self.sums), *scored, *self.infusions])

    @property
    def known(self) -> list[SumPoint]:
        return [each for each in self.sums if each.mm is not None]

    @property
    def unknown(self) -> list[SumPoint]:
        return [each for each in self.sums if each.mm is None]


def course_picture(drawn: Drawn, *, width: int = WIDTH) -> Spec:
    """Return the specification of a course; `width` is that of the axis in pixels."""
    days = drawn.days
    parts = [_sums(drawn, days, width) if drawn.known else _verdicts_alone(drawn, days, width)]
    if drawn.scored and drawn.scored.points:
        parts.append(_scores(drawn.scored, drawn.infusions, days, width))
    return {"$schema": SCHEMA, "vconcat": parts, "spacing": 34}


def _sums(drawn: Drawn, days: Days, width: int) -> Spec:
    top = _top(drawn.known)
    y = _mm_axis(top)
    layers = [
        *infusion_layers(drawn.infusions, days),
        *_limits(drawn.known, days, top),
        _line(drawn.known, days, y),
        *_marks(drawn.known, days, y),
        *_unknown(drawn.unknown, days, SUMS_HEIGHT - LINE),
        *_words(drawn, days, width, SUMS_HEIGHT, y),
        _title("Sum of target lesions (mm), with the response by RECIST 1.1"),
    ]
    return layered(layers, width=width, height=SUMS_HEIGHT)


def _verdicts_alone(drawn: Drawn, days: Days, width: int) -> Spec:
    layers = [
        *infusion_layers(drawn.infusions, days),
        *_unknown(drawn.unknown, days, VERDICTS_HEIGHT - LINE),
        *_words(drawn, days, width, VERDICTS_HEIGHT),
        _title("Response by RECIST 1.1; no sum of target lesions is known"),
    ]
    return layered(layers, width=width, height=VERDICTS_HEIGHT)


def _scores(scored: Scored, infusions: Iterable[date], days: Days, width: int) -> Spec:
    scheme, size = scored.scheme, Size(width, SCORES_HEIGHT)
    layers = [
        *infusion_layers(infusions, days, named=False),
        *score_layers(scheme, scored.points, days, size, minExtent=EDGE, maxExtent=EDGE),
        _title(f"{scheme.kind} score of MIBG scans (0 to {scheme.most})"),
    ]
    return layered(layers, width=width, height=SCORES_HEIGHT)


def _title(words: str) -> Spec:
    mark = {"type": "text", "text": words, "style": "band-word", "fontSize": 12, "align": "left", "baseline": "bottom"}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": -EDGE + 4}, "y": {"value": -18}}}


def _top(known: Sequence[SumPoint]) -> float:
    most = max(each.mm for each in known if each.mm is not None)
    return float(max(most * Decimal("1.25"), Decimal(10)))


def _mm_axis(top: float) -> Spec:
    axis = {"title": None, "grid": True, "tickCount": 5, "minExtent": EDGE, "maxExtent": EDGE}
    return {"field": "mm", "type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": axis}


def limits_of(known: Sequence[SumPoint]) -> tuple[Decimal, list[tuple[date, Decimal]]]:
    """Return the sum from which on down it is partial response, and by day that from which on up it is progression.

    `known` begins with the baseline. Progression counts from the smallest sum so far, by per cent and by mm at least.
    """
    sums = [(each.on, each.mm) for each in known if each.mm is not None]
    lowest = first = sums[0][1]
    steps = []
    for on, mm in sums:
        lowest = min(lowest, mm)
        grown = max(lowest * (HUNDRED + PROGRESSION_PERCENT) / HUNDRED, lowest + PROGRESSION_MM) if lowest else lowest
        steps.append((on, grown))
    return first * (HUNDRED - RESPONSE_PERCENT) / HUNDRED, steps


def _limits(known: Sequence[SumPoint], days: Days, top: float) -> list[Spec]:
    """Return the rule of partial response and the steps of progression, named at the right."""
    response, steps = limits_of(known)
    grown = steps[-1][1]
    apart = abs(float(grown - response)) / top * SUMS_HEIGHT
    aside = max(0.0, (LINE - apart) / 2) * (1 if grown >= response else -1)
    flat = [(steps[0][0], response), (days.last, response)]
    return [
        _rule(flat, [2, 3], days, top),
        _rule([*steps, (days.last, grown)], [6, 4], days, top),
        _named(f"-{RESPONSE_PERCENT} %: {_mm(response)}", response, aside, days, top),
        _named(f"progression: {_mm(grown)}", grown, -aside, days, top),
    ]


def _rule(steps: Iterable[tuple[date, Decimal]], dash: list[int], days: Days, top: float) -> Spec:
    values = [{"on": number_of(on), "mm": float(mm)} for on, mm in steps]
    mark = {"type": "line", "style": "limit", "interpolate": "step-after", "strokeDash": dash, "strokeWidth": 1.25}
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": x_axis(days), "y": _mm_axis(top)}}


def _named(words: str, at: Decimal, aside: float, days: Days, top: float) -> Spec:
    mark = {"type": "text", "text": words, "style": "band-word", "fontSize": 11, "align": "left", "dx": 6, "dy": aside}
    values = [{"on": number_of(days.last), "mm": float(at)}]
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": x_axis(days), "y": _mm_axis(top)}}


def _mm(value: Decimal) -> str:
    return f"{plain(value.normalize())} mm"


def _line(known: Sequence[SumPoint], days: Days, y: Spec) -> Spec:
    values = [{"on": number_of(each.on), "mm": float(each.mm or 0)} for each in known]
    mark = {"type": "line", "style": "line", "strokeWidth": 1.5}
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": x_axis(days), "y": y}}


def _marks(points: Iterable[SumPoint], days: Days, y: Spec, shape: str = "circle") -> list[Spec]:
    """Return the marks: filled, or open where nobody signed."""
    points, says = list(points), {"field": "says"}
    look = {"type": "point", "style": "value", "shape": shape, "size": 80, "strokeWidth": 2, "opacity": 1}
    return [
        {
            "data": {"values": [_placed(each) for each in points if each.signed is signed]},
            "mark": {**look, "filled": signed},
            "encoding": {"x": x_axis(days), "y": y, "tooltip": says, "description": says},
        }
        for signed in (True, False)
        if any(each.signed is signed for each in points)
    ]


def _words(drawn: Drawn, days: Days, width: int, height: int, y: Spec | None = None) -> list[Spec]:
    """Return verdict and sum at each mark, none on another; `y` is the axis of the sums, None where none is known."""
    words = [*_along(drawn.known, days, width), *_along(drawn.unknown, days, width)]
    top = y["scale"]["domain"][1] if y else 1
    foot = {"value": height - LINE}
    placed = [
        word._replace(y=height - LINE if point.mm is None else height * (1 - float(point.mm) / top))
        for point, word in words
    ]
    return [
        {
            "data": {"values": [{**_placed(point), "word": word.text}]},
            "mark": {"type": "text", "style": "verdict", "fontSize": 12, "align": word.align, "dx": word.dx, "dy": dy},
            "encoding": {"x": x_axis(days), "y": foot if point.mm is None else y, "text": {"field": "word"}},
        }
        for (point, word), dy in zip(words, set_apart(placed, height), strict=True)
    ]


def _along(points: Sequence[SumPoint], days: Days, width: int) -> list[tuple[SumPoint, Word]]:
    """Return the words of `points` along the days, the first and the last turned inwards so that they stay within."""
    found = []
    for place, point in enumerate(points):
        align, dx = INWARDS[0] if place == 0 else INWARDS[-1] if place == len(points) - 1 else INWARDS[1]
        found.append((point, Word(days.pixel(point.on, width), 0, _word(point), align, dx)))
    return found


def _word(point: SumPoint) -> str:
    said = point.word if point.mm is None else f"{point.word} {plain(point.mm)}"
    return said if point.signed else f"{said}, not signed"


def _unknown(points: Iterable[SumPoint], days: Days, height: int) -> list[Spec]:
    """Return the time points of which no sum is known, as crosses along the foot of the picture."""
    return _marks(points, days, {"value": height}, "cross")


def _placed(point: SumPoint) -> Spec:
    placed: Spec = {"on": number_of(point.on), "says": point.says}
    return placed if point.mm is None else {**placed, "mm": float(point.mm)}
