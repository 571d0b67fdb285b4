"""What a reader gives the regions of a scan; imaging/actions/readings.py decides whether it can be."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from django import forms

from imaging.actions.readings import ReadingFacts
from imaging.response.scores import Region, Scheme
from iotrex_followup.fields import DateField

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})


class RegionField(NamedTuple):
    """A region with its field; without one its value stands already."""

    region: Region
    field: forms.BoundField | None
    first: int | None = None
    second: int | None = None
    agreed: int | None = None


class ReadingForm(forms.Form):
    """A value for each region of the scheme, when it was read, and a note."""

    read_on = DateField(label="Read on")
    note = forms.CharField(required=False, max_length=2000, widget=SHORT_TEXT)

    def __init__(
        self, *args: Any, scheme: Scheme, first: date, today: date, asked: Collection[str] | None = None, **kwargs: Any
    ) -> None:
        """Ask for every region, or for those in `asked`; read between the days `first` and `today`."""
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        self.asked = [each for each in scheme.regions if asked is None or each.key in asked]
        for region in self.asked:
            self.fields[region.key] = value_field(scheme, region)
        self.order_fields([each.key for each in self.asked])
        self.fields["read_on"].widget.attrs.update(min=first.isoformat(), max=today.isoformat())

    @property
    def regions(self) -> list[RegionField]:
        """The regions asked for, each with its field."""
        return [RegionField(each, self[each.key]) for each in self.asked]

    @property
    def values(self) -> dict[str, int]:
        """The values entered, by region."""
        return {each.key: self.cleaned_data[each.key] for each in self.asked}

    @property
    def shown(self) -> dict[str, int | None]:
        """What stands in the form now, by region, for the picture; None where no value of the scheme does."""
        levels = {str(value): value for value in range(len(self.scheme.levels))}
        return {each.key: levels.get(str(self[each.key].value())) for each in self.asked}

    @property
    def facts(self) -> ReadingFacts:
        return ReadingFacts(str(self.scheme.kind), self.values, self.cleaned_data["read_on"], self.cleaned_data["note"])


class ChangeReadingForm(ReadingForm):
    """A change of what was read, with its reason."""

    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=SHORT_TEXT,
        label="Reason for the change",
        help_text="Stands in the history; other readers see it once both have read the scan.",
    )

    def fields_entered(self, kept: Mapping[str, int]) -> dict[str, Any]:
        """Return what was entered, with the values in `kept` of regions that were not asked for."""
        values = {**kept, **self.values}
        return {"values": values, "read_on": self.cleaned_data["read_on"], "note": self.cleaned_data["note"]}


class WithdrawReadingForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=SHORT_TEXT)


def value_field(scheme: Scheme, region: Region) -> forms.TypedChoiceField:
    """Return the field of one region: a radio for each of its values."""
    remedy = f"Choose 0 to {scheme.worst}, 0 where there is no uptake."
    return forms.TypedChoiceField(
        label=region.name,
        coerce=int,
        choices=[(str(value), words) for value, words in enumerate(scheme.levels)],
        widget=forms.RadioSelect,
        error_messages={"required": remedy, "invalid_choice": remedy},
    )
