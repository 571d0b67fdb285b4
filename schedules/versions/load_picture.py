"""The load of each week before and after as a picture: a Vega-Lite specification of the table beside it. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from iotrex_followup.templatetags.words import nice_date
from schedules.reports.pictures import panel_title
from schedules.versions.load_change import Week

Spec = dict[str, Any]
EPOCH = date(1970, 1, 1)
DAY_MS = 86_400_000
PANELS = (("draws", "Draws"), ("scans", "Scans"))


def load_picture(weeks: Sequence[Week]) -> Spec:
    """Return two panels, draws and scans: bars as it is now, a stepped line as it would be."""
    panels = [_panel(weeks, name, title, last=name == PANELS[-1][0]) for name, title in PANELS]
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "vconcat": panels, "spacing": 26}


def _panel(weeks: Sequence[Week], name: str, title: str, *, last: bool) -> Spec:
    rows = [
        {
            "begins": (week.first - EPOCH).days,
            "ends": (week.first - EPOCH).days + 6,
            "before": (before := getattr(week, f"{name}_before")),
            "after": (after := getattr(week, f"{name}_after")),
            "says": f"Week of {nice_date(week.first)}: {title.lower()} {before} now, {after} after",
        }
        for week in weeks
    ]
    months = [(week.first - EPOCH).days for week in weeks if week.first.day <= 7 and week.first.month % 3 == 1]
    axis = {
        "title": None,
        "grid": False,
        "values": months,
        "labels": last,
        "ticks": last,
        "labelExpr": f"utcFormat(datum.value * {DAY_MS}, '%b %Y')",
    }
    domain = [rows[0]["begins"], rows[-1]["begins"] + 7]
    says = {"field": "says"}
    return {
        "width": 760,
        "height": 96,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rect", "style": "due"},
                "encoding": {
                    "x": {"field": "begins"},
                    "x2": {"field": "ends"},
                    "y": {"field": "before"},
                    "y2": {"datum": 0},
                    "tooltip": says,
                    "description": says,
                },
            },
            {
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "style": "done"},
                "encoding": {"x": {"field": "begins"}, "y": {"field": "after"}},
            },
            panel_title(title),
        ],
        "encoding": {
            "x": {"type": "quantitative", "scale": {"domain": domain, "nice": False}, "axis": axis},
            "y": {"type": "quantitative", "axis": {"title": None, "tickMinStep": 1, "tickCount": 4, "minExtent": 32}},
        },
    }
