"""The thresholds by which a clinic computes INRC; an empty number is as shipped."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from imaging.courses.inrc_rules import THRESHOLDS, WORDS
from imaging.models import ImagingPolicy
from imaging.response.inrc import INRC_2017, SourcedNumber


@dataclass(frozen=True, slots=True)
class Line:
    """One threshold on the page: its fields, and how it is shipped; `value` is None of what is no number."""

    title: str
    unit: str
    shipped: str
    value: forms.BoundField | None
    source: forms.BoundField
    verified: forms.BoundField


class InrcForm(forms.Form):
    """Each threshold with where it was read, and the rules in words."""

    def __init__(self, *args: Any, policy: ImagingPolicy, **kwargs: Any) -> None:
        initial: dict[str, Any] = {}
        for name, each in policy.inrc.items():
            initial |= {name: each.get("value"), f"{name}.source": each["source"], f"{name}.verified": each["verified"]}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        for name, (title, _, most) in THRESHOLDS.items():
            shipped: SourcedNumber = getattr(INRC_2017, name)
            attrs = {"inputmode": "decimal", "placeholder": str(shipped.value), "autocomplete": "off", "size": 8}
            self.fields[name] = forms.DecimalField(
                required=False,
                min_value=Decimal("0.01"),
                max_value=most,
                label=title,
                widget=forms.TextInput(attrs=attrs),
            )
            self.add_source(name, title)
        self.add_source(WORDS, "The rules in words")

    def add_source(self, name: str, title: str) -> None:
        """Add the fields that say where it was read."""
        self.fields[f"{name}.source"] = forms.CharField(required=False, max_length=300, label=f"{title}: source")
        read = forms.CheckboxInput(attrs={"aria-label": f"{title}: read in the paper"})
        self.fields[f"{name}.verified"] = forms.BooleanField(
            required=False, widget=read, label=f"{title}: read in the paper"
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a source without the number it is of."""
        data: dict[str, Any] = super().clean() or {}
        for name in THRESHOLDS:
            told = data.get(f"{name}.source") or data.get(f"{name}.verified")
            if told and name in data and data[name] is None:
                self.add_error(name, "Enter the number that was read there, or clear its source.")
        return data

    @property
    def lines(self) -> list[Line]:
        """The thresholds in order, then the rules in words."""
        found = []
        for name, (title, unit, _) in THRESHOLDS.items():
            shipped: SourcedNumber = getattr(INRC_2017, name)
            told = f"{shipped.value}{f' {unit}' if unit else ''}, {shipped_words(shipped.source, shipped.verified)}"
            found.append(Line(title, unit, told, self[name], self[f"{name}.source"], self[f"{name}.verified"]))
        words = shipped_words(INRC_2017.words_source, INRC_2017.words_verified)
        title = "The rules in words, and how the parts make one response"
        return [*found, Line(title, "", words, None, self[f"{WORDS}.source"], self[f"{WORDS}.verified"])]

    @property
    def thresholds(self) -> dict[str, SourcedNumber]:
        """What was entered, by name."""
        data = self.cleaned_data
        return {
            name: SourcedNumber(data[name], data[f"{name}.source"], data[f"{name}.verified"])
            for name in THRESHOLDS
            if data.get(name) is not None
        }

    @property
    def words(self) -> tuple[str, bool] | None:
        """Where the rules in words were read; None while nothing was entered of them."""
        source, verified = self.cleaned_data[f"{WORDS}.source"], self.cleaned_data[f"{WORDS}.verified"]
        return (source, verified) if source or verified else None


def shipped_words(source: str, verified: bool) -> str:
    """Say how far what is shipped can be relied on."""
    return f"{'read in' if verified else 'not verified:'} {source}"
