"""The days for which a clinic has medicines withheld, and its own names of them; empty is as shipped."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms

from imaging.actions.preparation_policy import MOST_BETWEEN
from imaging.models import PreparationPolicy
from imaging.preparing import STEPS, Duration, MedicineClass, Standing, Table, packaged
from imaging.preparing.loader import MOST_DAYS

MOST_SIGNS = 2000  # of all names a clinic adds to a class


@dataclass(frozen=True, slots=True)
class Cell:
    """One step of a class on the page of the clinic's days: its field, and what is shipped."""

    label: str
    field: forms.BoundField
    shipped: Duration | None

    @property
    def standing(self) -> str:
        """How far the shipped number can be relied on."""
        if self.shipped is None:
            return "shipped without a number"
        verified = self.shipped.verified_for
        what = f"verified for {', '.join(sorted(verified))}" if verified else Standing.UNVERIFIED.value
        return f"shipped: {self.shipped.days}, {what}"


class Row(NamedTuple):
    """A class on the page of the clinic's days: what is shipped, its steps, and the field of the clinic's names."""

    group: MedicineClass
    cells: list[Cell]
    names: forms.BoundField


STEP_LABELS = {
    "before_scan": "Days before a scan",
    "before_infusion": "Days before an infusion",
    "after_infusion": "Days after an infusion",
}


class PreparationPolicyForm(forms.Form):
    """The clinic's days for each class and step, and the names it adds to a class; empty: as shipped."""

    injection_days_before = forms.IntegerField(
        required=False, min_value=0, max_value=MOST_BETWEEN, label="Days from the tracer to the booked day"
    )

    def __init__(self, *args: Any, policy: PreparationPolicy, **kwargs: Any) -> None:
        known = {f"{key}.{step}": number for key, steps in policy.days.items() for step, number in steps.items()}
        known |= {f"{key}.names": ", ".join(names) for key, names in policy.names.items()}
        kwargs["initial"] = {**known, "injection_days_before": policy.injection_days_before}
        super().__init__(*args, **kwargs)
        self.shipped: Table = packaged()
        for group in self.shipped.classes:
            for step in STEPS:
                shipped: Duration | None = getattr(group, step)
                self.fields[f"{group.key}.{step}"] = forms.IntegerField(
                    required=False, min_value=0, max_value=MOST_DAYS, label=f"{group.name}: {STEP_LABELS[step].lower()}"
                )
                self.fields[f"{group.key}.{step}"].widget.attrs["placeholder"] = shipped.days if shipped else ""
            self.fields[f"{group.key}.names"] = forms.CharField(
                required=False,
                max_length=MOST_SIGNS,
                label=f"Your clinic’s names of {group.name}",
                help_text="Further names and brands, separated by commas. The days of the class hold for them too.",
            )

    @property
    def rows(self) -> list[Row]:
        """The classes, each with its steps and the clinic's names."""
        return [Row(group, self.cells_of(group), self[f"{group.key}.names"]) for group in self.shipped.classes]

    def cells_of(self, group: MedicineClass) -> list[Cell]:
        """Return the steps of a class."""
        found = []
        for step in STEPS:
            field = self[f"{group.key}.{step}"]
            found.append(Cell(STEP_LABELS[step], field, getattr(group, step)))
        return found

    @property
    def entered_names(self) -> dict[str, list[str]]:
        """The names entered, by class, each once."""
        written = {group.key: self.cleaned_data.get(f"{group.key}.names", "") for group in self.shipped.classes}
        apart = {key: [" ".join(name.split()) for name in text.split(",")] for key, text in written.items()}
        return {key: list(dict.fromkeys(filter(None, names))) for key, names in apart.items() if any(names)}

    @property
    def entered(self) -> dict[str, dict[str, int]]:
        """What was entered, by class and step."""
        found: dict[str, dict[str, int]] = {}
        for group in self.shipped.classes:
            for step in STEPS:
                number = self.cleaned_data.get(f"{group.key}.{step}")
                if number is not None:
                    found.setdefault(group.key, {})[step] = number
        return found
