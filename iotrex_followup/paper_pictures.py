"""Pictures for paper: the specification a page draws, drawn in black and grey."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import vl_convert
from django.utils.safestring import SafeString, mark_safe

BLACK, GREY, PALE = "#000", "#444", "#ccc"
FONT = "Liberation Sans, DejaVu Sans, sans-serif"
# The names a picture gives its marks; on a page app.js gives them the page's colours.
STYLES: Mapping[str, Mapping[str, object]] = {
    "value": {"color": BLACK, "strokeWidth": 1.5},
    "line": {"color": BLACK},
    "limit": {"color": GREY},
    "verdict": {"color": BLACK, "fontWeight": "bold"},
    "band-word": {"color": GREY},
    "infusion": {"color": GREY},
    "infusion-word": {"color": GREY},
    "baseline": {"color": GREY},
    "bar": {"color": "#888"},
}
AXIS = {"labelColor": GREY, "gridColor": PALE, "domainColor": GREY, "tickColor": GREY, "labelFontSize": 12}
# Room at the right: words are set in another face than they were measured in.
PADDING = {"left": 4, "right": 24, "top": 4, "bottom": 4}
CONFIG = {
    "padding": PADDING,
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": AXIS,
    "style": STYLES,
}


def paper_svg(spec: Mapping[str, Any], *, says: str) -> SafeString:
    """Return `spec` as SVG for a document's template; `says` is read to those who do not see it."""
    drawn: str = vl_convert.vegalite_to_svg({**spec, "config": CONFIG})
    titled = re.sub(r"^(<svg[^>]*>)", lambda match: f"{match[1]}<title>{escape(says)}</title>", drawn, count=1)
    # What is drawn comes from the product's own specification; the library escapes the words in it.
    return mark_safe(titled)  # noqa: S308
