"""What the worklist of imaging is narrowed to."""

from typing import Any

from django import forms

from accounts.models import Clinic, Staff
from patients.forms import clinicians_of


class FilterForm(forms.Form):
    """Whose patients are shown."""

    def __init__(self, data: Any, *, clinic: Clinic) -> None:
        super().__init__(data)
        clinician = clinicians_of(clinic)
        clinician.required, clinician.empty_label, clinician.label = False, "Everybody’s patients", "Clinician"
        self.fields["clinician"] = clinician

    @property
    def chosen(self) -> Staff | None:
        """The clinician; what is not offered narrows nothing."""
        return self.cleaned_data.get("clinician") if self.is_valid() else None
