"""Pictures of the load ahead and of the drift: Vega-Lite specifications of the tables beside them. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from iotrex_followup.templatetags.words import window
from schedules.reports.drift import TimepointDrift
from schedules.reports.load import Load, column_name

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH, PANEL, ROW = 760, 96, 20
EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000


def load_picture(load: Load) -> Spec:
    """Return one panel for each column that expects anything: bars by week, the booked part filled, room as a line."""
    shown = [column for column, total in zip(load.columns, load.totals, strict=True) if total]
    return {
        "$schema": SCHEMA,
        "vconcat": [_column(load, column, last=column == shown[-1]) for column in shown],
        "spacing": 26,
    }


def _column(load: Load, column: str, *, last: bool) -> Spec:
    rows = [
        {
            "begins": (week.monday - EPOCH).days + 0.5,
            "ends": (week.monday - EPOCH).days + 6.5,
            "count": each.count,
            "booked": each.booked,
            "places": each.places,
            "says": f"{window(week.monday, week.sunday)}: {each.count} {column_name(column)}, {each.booked} booked"
            + (f", room for {each.places}" if each.places is not None else ""),
        }
        for week, each in load.of(column)
    ]
    some = [row for row in rows if row["count"]]
    layers = [_bars(some, "count", "due")]
    if booked := [row for row in some if row["booked"]]:  # a layer without bars would be a picture without a name
        layers.append(_bars(booked, "booked", "done"))
    if any(row["places"] is not None for row in rows):
        layers.append(_room(rows))
    days = [(week.monday - EPOCH).days for week in load.weeks]
    firsts = [(day - EPOCH).days for day in _first_days(load.weeks[0].monday, load.weeks[-1].sunday)]
    x_axis = {
        "title": None,
        "grid": False,
        "values": firsts,
        "labels": last,
        "ticks": last,
        "labelExpr": f"utcFormat(datum.value * {DAY_MS}, '%b %Y')",
    }
    domain = [days[0], days[-1] + 7]
    return {
        "width": WIDTH,
        "height": PANEL,
        "layer": [*layers, panel_title(column_name(column))],
        "encoding": {
            "x": {"type": "quantitative", "scale": {"domain": domain, "nice": False}, "axis": x_axis},
            "y": {"type": "quantitative", "axis": {"title": None, "tickMinStep": 1, "tickCount": 4, "minExtent": 32}},
        },
    }


def _bars(rows: Sequence[Spec], height: str, style: str) -> Spec:
    says = {"field": "says"}
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "rect", "style": style},
        "encoding": {
            "x": {"field": "begins"},
            "x2": {"field": "ends"},
            "y": {"field": height},
            "y2": {"datum": 0},
            "tooltip": says,
            "description": says,
        },
    }


def panel_title(words: str) -> Spec:
    """Return the panel's name above it, in the colour of the page's text."""
    mark = {"type": "text", "text": words, "align": "left", "baseline": "bottom", "dy": -4, "fontWeight": 600}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": 0}, "y": {"value": 0}}}


def _room(rows: Sequence[Spec]) -> Spec:
    return {
        "data": {"values": [row for row in rows if row["places"] is not None]},
        "mark": {"type": "rule", "style": "today", "strokeWidth": 2},
        "encoding": {"x": {"field": "begins"}, "x2": {"field": "ends"}, "y": {"field": "places"}},
    }


def _first_days(first: date, last: date) -> list[date]:
    """Return the first day of every third month between two days."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    days = (date(month // 12, month % 12 + 1, 1) for month in months if month % 3 == 0)
    return [day for day in days if first <= day <= last]


def drift_picture(rows: Sequence[TimepointDrift]) -> Spec:
    """Return a row for each timepoint that took place: its window, the quartiles and the median from the target."""
    values = [
        {
            "name": row.name,
            "before": -row.before,
            "after": row.after,
            "lower": row.lower,
            "upper": row.upper,
            "median": row.median,
            "says": f"{row.name}: median {_signed(row.median)} days from the target, half of them from "
            f"{_signed(row.lower)} to {_signed(row.upper)}, {row.tally.done} done",
        }
        for row in rows
        if row.median is not None
    ]
    says = {"tooltip": {"field": "says"}, "description": {"field": "says"}}
    names = [value["name"] for value in values]
    y_axis = {"title": None, "ticks": False, "domain": False, "labelLimit": 160, "labelPadding": 8}
    return {
        "$schema": SCHEMA,
        "width": WIDTH - 60,
        "height": ROW * len(values),
        "data": {"values": values},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "scale": {"domain": names}, "axis": y_axis},
            "x": {"type": "quantitative", "axis": {"title": "Days from the target", "tickMinStep": 1}},
        },
        "layer": [
            {
                "mark": {"type": "bar", "style": "planned", "height": 14},
                "encoding": {"x": {"field": "before"}, "x2": {"field": "after"}},
            },
            {
                "mark": {"type": "rule", "style": "today", "strokeWidth": 3},
                "encoding": {"x": {"field": "lower"}, "x2": {"field": "upper"}, **says},
            },
            {
                "mark": {"type": "point", "style": "done", "filled": True, "size": 80},
                "encoding": {"x": {"field": "median"}, **says},
            },
            {
                "data": {"values": [{"at": 0}]},
                "mark": {"type": "rule", "style": "quiet", "strokeDash": [3, 3]},
                "encoding": {"x": {"field": "at"}, "y": None},
            },
        ],
    }


def _signed(days: int | None) -> str:
    return "none" if days is None else f"{days:+d}" if days else "0"
