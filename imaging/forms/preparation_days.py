"""The days for which a clinic has medicines withheld; empty is as shipped."""

from dataclasses import dataclass
from typing import Any

from django import forms

from imaging.actions.preparation_policy import MOST_BETWEEN
from imaging.models import PreparationPolicy
from imaging.preparing import STEPS, Duration, MedicineClass, Standing, Table, packaged
from imaging.preparing.loader import MOST_DAYS


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


STEP_LABELS = {
    "before_scan": "Days before a scan",
    "before_infusion": "Days before an infusion",
    "after_infusion": "Days after an infusion",
}


class PreparationPolicyForm(forms.Form):
    """The clinic's days for each class and step; empty: as shipped."""

    injection_days_before = forms.IntegerField(
        required=False, min_value=0, max_value=MOST_BETWEEN, label="Days from the tracer to the booked day"
    )

    def __init__(self, *args: Any, policy: PreparationPolicy, **kwargs: Any) -> None:
        known = {f"{key}.{step}": number for key, steps in policy.days.items() for step, number in steps.items()}
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

    @property
    def rows(self) -> list[tuple[MedicineClass, list[Cell]]]:
        """The classes, each with its steps."""
        return [(group, self.cells_of(group)) for group in self.shipped.classes]

    def cells_of(self, group: MedicineClass) -> list[Cell]:
        """Return the steps of a class."""
        found = []
        for step in STEPS:
            field = self[f"{group.key}.{step}"]
            found.append(Cell(STEP_LABELS[step], field, getattr(group, step)))
        return found

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
