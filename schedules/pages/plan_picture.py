"""The picture of a plan: a Vega-Lite specification of what stands in the table beside it. Pure; colours are the page's.

Three panels side by side, since weeks, months and years do not fit one axis: weeks to week 12, months to month 12,
then years. Windows are bars; what happened is a mark at its real date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

from iotrex_followup.templatetags.words import days_overdue, nice_date, short_window
from schedules.names import timepoint_name
from schedules.pages.patient_page import Row
from schedules.protocol import Status
from schedules.protocol.definition import Nadir

VISITS, COUNTS, IMAGING, EVENTS = "Visits", "Blood counts", "Imaging", "Treatment, events"
LANES = [VISITS, COUNTS, IMAGING, EVENTS]
LANE_HEIGHT = 40
WEEKS = 12
Spec = dict[str, Any]

FILLED, HOLLOW, CROSS, STROKE, DIAMOND = "filled", "hollow", "cross", "stroke", "diamond"
SHAPES: Mapping[str, Spec] = {
    FILLED: {"shape": "circle", "size": 90},
    HOLLOW: {"shape": "circle", "size": 90, "strokeWidth": 2},
    CROSS: {"shape": "M-0.6,-0.6L0.6,0.6M-0.6,0.6L0.6,-0.6", "size": 120, "strokeWidth": 2, "filled": False},
    STROKE: {"shape": "stroke", "size": 60, "strokeWidth": 2, "filled": False},
    DIAMOND: {"shape": "diamond", "size": 70},
    "none": {"shape": "circle", "size": 200, "opacity": 0},  # still answers to the pointer
}


class Look(NamedTuple):
    """How a status is drawn: the styles of its window (None: no bar) and of its mark, and the mark's shape."""

    window: str | None
    mark: str
    shape: str


DONE = Look("planned", "done", FILLED)
QUIET = Look(None, "quiet", STROKE)
LOOKS: Mapping[Status, Look] = {
    Status.PLANNED: Look("planned", "planned", "none"),
    Status.DUE_SOON: Look("due", "due", "none"),
    Status.DUE: Look("due", "due", HOLLOW),
    Status.OVERDUE: Look("overdue", "overdue", HOLLOW),
    Status.BOOKED: Look("booked", "booked", HOLLOW),
    Status.AWAITING_RESULT: Look("booked", "today", FILLED),
    Status.DONE: DONE,
    Status.DONE_EARLY: DONE,
    Status.DONE_LATE: DONE,
    Status.DONE_ELSEWHERE: DONE,
    Status.MISSED: Look("planned", "missed", CROSS),
    Status.NOT_APPLICABLE: QUIET,
    Status.CANCELLED: QUIET,
    Status.SUPERSEDED: QUIET,
    Status.BEFORE_ENROLMENT: QUIET,
    Status.ON_HOLD: QUIET,
}


@dataclass(frozen=True, slots=True)
class Happened:
    """Something at a day that is not a timepoint of the plan: the treatment, an unscheduled visit, recovery."""

    on: date
    words: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A stretch of the axis: `unit` is W, M or Y; the ends are days, the last one exclusive."""

    unit: str
    title: str
    first: date
    last: date
    width: int

    def holds(self, day: date) -> bool:
        return self.first <= day < self.last

    def place(self, day: date, anchor: date) -> float:
        """Return where `day` stands, in units of the panel after `anchor`."""
        return round(_weeks(day, anchor) if self.unit == "W" else _months(day, anchor) / self.per_unit, 3)

    @property
    def per_unit(self) -> int:
        return 12 if self.unit == "Y" else 1


def _weeks(day: date, anchor: date) -> float:
    return (day - anchor).days / 7


def _months(day: date, anchor: date) -> float:
    """Return calendar months after `anchor`, the days as a part of the month they lie in."""
    passed = relativedelta(day, anchor)
    whole = passed.years * 12 + passed.months
    begins, ends = (anchor + relativedelta(months=whole + more) for more in (0, 1))
    return whole + (day - begins).days / (ends - begins).days


def plan_picture(rows: Sequence[Row], *, anchor: date, nadir: Nadir, happened: Iterable[Happened], today: date) -> Spec:
    """Return the specification of the plan anchored on `anchor`."""
    bars = [bar for row in rows for bar in _bars(row)]
    marks = [mark for row in rows for mark in _marks(row, today)] + [_event(event) for event in happened]
    latest = max([today, *(row.visit.closes for row in rows)])
    panels = [_panel(panel, bars, marks, anchor=anchor, nadir=nadir, today=today) for panel in _panels(anchor, latest)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "hconcat": panels,
        "spacing": 20,
        "resolve": {"scale": {"y": "shared"}},
    }


def _panels(anchor: date, latest: date) -> list[Panel]:
    weeks_end, year_end = anchor + timedelta(weeks=WEEKS), anchor + relativedelta(months=12, days=8)
    years = max(2, ceil(_months(latest, anchor) / 12))
    last = anchor + relativedelta(years=years, days=1)
    return [
        Panel("W", "Weeks after treatment", anchor - timedelta(days=2), weeks_end, 312),
        Panel("M", "Months", weeks_end, year_end, 256),
        Panel("Y", "Years", year_end, last, 232),
    ]


def _lanes(row: Row) -> list[str]:
    names = {activity.activity for activity in row.activities}
    if row.visit.kind == "imaging":
        return [IMAGING]
    return [lane for lane, holds in ((VISITS, "physician_visit" in names), (COUNTS, "cbc" in names)) if holds] or [
        VISITS
    ]


def _bars(row: Row) -> list[Spec]:
    style, visit = LOOKS[row.status].window, row.visit
    ends = visit.closes + timedelta(days=1)
    return [{"lane": lane, "opens": visit.opens, "closes": ends, "style": style} for lane in _lanes(row) if style]


def _marks(row: Row, today: date) -> list[Spec]:
    look, on = LOOKS[row.status], _day_of(row)
    mark = {"on": on, "style": look.mark, "shape": look.shape, "says": sentence(row, today)}
    return [{"lane": lane, **mark} for lane in _lanes(row)]


def _day_of(row: Row) -> date:
    """Return where the mark of a timepoint stands: at what happened or is booked, else at the target."""
    visit = row.visit
    if row.status == Status.BOOKED and visit.appointment:
        return visit.appointment.on
    if row.status == Status.AWAITING_RESULT and visit.drawn_on:
        return visit.drawn_on
    return visit.done_on or visit.target


def _event(event: Happened) -> Spec:
    says = f"{event.words}, {nice_date(event.on)}"
    return {"lane": EVENTS, "on": event.on, "style": "done", "shape": DIAMOND, "says": says, "word": event.words}


def sentence(row: Row, today: date) -> str:
    """Return what the mark says: "Week 5: overdue, window 24–30 Mar, 3 days overdue"."""
    visit = row.visit
    parts = [str(row.status).lower()]
    if _day_of(row) != visit.target or visit.done_on:
        parts.append(nice_date(_day_of(row)))
    else:
        parts.append(f"target {nice_date(visit.target)}")
    parts.append(f"window {short_window(visit.opens, visit.closes)}")
    if row.status == Status.OVERDUE:
        parts.append(days_overdue(visit.closes, today))
    return f"{timepoint_name(visit.timepoint, visit.kind)}: {', '.join(parts)}"


def _panel(panel: Panel, bars: list[Spec], marks: list[Spec], *, anchor: date, nadir: Nadir, today: date) -> Spec:
    """Return one panel: shade, windows, marks and today, each drawn only where there is one."""
    seen = [mark for mark in marks if panel.holds(mark["on"])]
    layers = [
        *(_shade(panel, anchor, nadir) if panel.unit == "W" else []),
        *_windows(panel, anchor, [bar for bar in bars if bar["closes"] > panel.first and bar["opens"] < panel.last]),
        *_points(panel, anchor, seen),
        *_words(panel, anchor, seen),
        *(_today(panel, anchor, today) if panel.holds(today) else []),
    ]
    return {
        "width": panel.width,
        "height": LANE_HEIGHT * len(LANES),
        "layer": layers,
        "encoding": {"y": _y(panel)},
    }


def _y(panel: Panel) -> Spec:
    labelled = {"title": None, "ticks": False, "domain": False, "grid": True, "labelPadding": 8, "labelLimit": 160}
    axis = labelled if panel.unit == "W" else {**labelled, "labels": False}
    return {"field": "lane", "type": "nominal", "scale": {"domain": LANES}, "axis": axis}


def _x(panel: Panel, field: str, anchor: date) -> Spec:
    first, last = panel.place(panel.first, anchor), panel.place(panel.last, anchor)
    axis = {
        "title": panel.title,
        "values": list(range(ceil(first), int(last) + 1)),
        "labelExpr": f"'{panel.unit}' + datum.value" if panel.unit != "Y" else "datum.value + ' y'",
        "grid": False,
    }
    return {"field": field, "type": "quantitative", "scale": {"domain": [first, last], "nice": False}, "axis": axis}


def _by_look(rows: Iterable[Spec], *names: str) -> dict[tuple[str, ...], list[Spec]]:
    found: dict[tuple[str, ...], list[Spec]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def _windows(panel: Panel, anchor: date, bars: Iterable[Spec]) -> list[Spec]:
    return [
        {
            "data": {
                "values": [
                    {
                        "lane": bar["lane"],
                        "opens": panel.place(bar["opens"], anchor),
                        "closes": panel.place(bar["closes"], anchor),
                    }
                    for bar in same
                ]
            },
            "mark": {"type": "bar", "style": style, "height": 14, "clip": True, "cornerRadius": 2},
            "encoding": {"x": _x(panel, "opens", anchor), "x2": {"field": "closes"}},
        }
        for (style,), same in _by_look(bars, "style").items()
    ]


def _points(panel: Panel, anchor: date, marks: Iterable[Spec]) -> list[Spec]:
    says = {"field": "says"}
    return [
        {
            "data": {"values": _placed(panel, anchor, same)},
            "mark": {"type": "point", "style": style, "filled": True, **SHAPES[shape]},
            "encoding": {"x": _x(panel, "on", anchor), "tooltip": says, "description": says},
        }
        for (style, shape), same in _by_look(marks, "style", "shape").items()
    ]


def _placed(panel: Panel, anchor: date, marks: Iterable[Spec]) -> list[Spec]:
    return [{**mark, "on": panel.place(mark["on"], anchor)} for mark in marks]


def _words(panel: Panel, anchor: date, marks: Iterable[Spec]) -> list[Spec]:
    """Return the words beside marks that must not rest on a colour: overdue, and what happened."""
    layers = []
    overdue = [mark for mark in marks if mark["style"] == "overdue"]
    if overdue:
        layers.append(_text(panel, anchor, overdue, {"value": "overdue"}, "overdue-word", dy=-13))
    if happened := [mark for mark in marks if "word" in mark]:
        layers.append(_text(panel, anchor, happened, {"field": "word"}, "word", align="left", dx=9))
    return layers


def _text(panel: Panel, anchor: date, marks: list[Spec], words: Spec, style: str, **place: Any) -> Spec:
    return {
        "data": {"values": _placed(panel, anchor, marks)},
        "mark": {"type": "text", "style": style, "fontSize": 11, **place},
        "encoding": {"x": _x(panel, "on", anchor), "text": words},
    }


def _shade(panel: Panel, anchor: date, nadir: Nadir) -> list[Spec]:
    begins, ends = nadir.first_week, nadir.last_week
    words = f"lowest counts, weeks {begins}–{ends}"
    return [
        {
            "data": {"values": [{"begins": begins, "ends": ends}]},
            "mark": {"type": "rect", "style": "shade"},
            "encoding": {"x": _x(panel, "begins", anchor), "x2": {"field": "ends"}, "y": None},
        },
        {
            "data": {"values": [{"on": (begins + ends) / 2}]},
            "mark": {"type": "text", "text": words, "fontSize": 11, "baseline": "bottom", "dy": -4},
            "encoding": {"x": _x(panel, "on", anchor), "y": {"value": 0}},
        },
    ]


def _today(panel: Panel, anchor: date, today: date) -> list[Spec]:
    values = {"values": [{"on": panel.place(today, anchor)}]}
    x = _x(panel, "on", anchor)
    return [
        {"data": values, "mark": {"type": "rule", "style": "today", "strokeWidth": 2}, "encoding": {"x": x, "y": None}},
        {
            "data": values,
            "mark": {
                "type": "text",
                "style": "today",
                "text": f"today, {nice_date(today)}",
                "fontSize": 11,
                "baseline": "bottom",
                "dy": -20,
            },
            "encoding": {"x": x, "y": {"value": 0}},
        },
    ]
