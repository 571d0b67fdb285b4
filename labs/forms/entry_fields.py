"""The fields of one analyte in an entry form: value, unit, the range printed on the report, the value once more."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from labs.grading.analytes import Analyte
from labs.grading.units import read_unit
from labs.intake.desk import Desk
from labs.intake.pasting import Found


def fields_of(desk: Desk, analyte: Analyte, on: date, *, grade_url: str, found: Found | None) -> dict[str, forms.Field]:
    """Return the fields of one analyte; the unit of what was `found` in text is never guessed."""
    key, name = analyte.key, analyte.name
    units = desk.units_of(analyte, on, also=found.unit if found else "")
    choices = [(each.code, each.words) for each in units]
    known = found is None or unit_code(desk, found.unit) != ""
    first = units[0]
    number = {"autocomplete": "off", "inputmode": "decimal"}
    changed = {"hx-post": grade_url, "hx-trigger": "change"}
    limit = number | changed
    return {
        f"value_{key}": text_field(
            f"{name}: value", number | {"hx-post": grade_url, "hx-trigger": "input changed delay:400ms"}
        ),
        f"unit_{key}": forms.ChoiceField(
            label=f"{name}: unit",
            required=False,
            choices=choices if known else [("", "Choose…"), *choices],
            widget=UnitSelect(
                {**changed, "aria-label": f"{name}: unit"}, ranges={each.code: (each.low, each.high) for each in units}
            ),
        ),
        f"low_{key}": text_field(f"{name}: range from", limit | {"placeholder": first.low if known else ""}),
        f"high_{key}": text_field(f"{name}: range to", limit | {"placeholder": first.high if known else ""}),
        f"again_{key}": text_field(f"{name}: a second time", number),
    }


def unit_code(desk: Desk, spelled: str) -> str:
    """Return the UCUM code of a unit as this laboratory spells it; empty when it does not read."""
    unit = read_unit(desk.own.units.get(spelled, spelled))
    return unit.code if unit else ""


def text_field(label: str, attrs: Mapping[str, Any]) -> forms.CharField:
    """Return a field of one word as the laboratory writes it."""
    widget = forms.TextInput(attrs={**attrs, "aria-label": label})
    return forms.CharField(label=label, required=False, max_length=40, widget=widget)


class UnitSelect(forms.Select):
    """A choice of units; each carries the range that holds in it when the report prints none."""

    def __init__(self, attrs: Mapping[str, Any], *, ranges: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(attrs={**attrs, "data-ranges": True})
        self.ranges = ranges

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        low, high = self.ranges.get(str(value), ("", ""))
        option["attrs"] |= {"data-low": low, "data-high": high}
        return option
