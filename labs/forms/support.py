"""What a patient was given that disturbs the counts."""

from datetime import date
from typing import Any

from django import forms

from iotrex_followup.fields import DateField
from labs.actions.supportive import SupportFacts
from patients.models import SupportiveCare


class SupportForm(forms.Form):
    """One line: what, when, how much, where."""

    product = forms.ChoiceField(label="Given", choices=[("", "Choose…"), *SupportiveCare.Product.choices])
    given_on = DateField(label="On")
    units = forms.IntegerField(label="Units", required=False, min_value=1, max_value=99)
    cd34_e6_per_kg = forms.DecimalField(
        label="CD34+ (10⁶ per kg)",
        required=False,
        min_value=0,
        max_digits=6,
        decimal_places=3,
        help_text="Of a stem-cell infusion.",
    )
    place = forms.CharField(required=False, max_length=200)
    note = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_support_%s"} | kwargs)
        self.initial.setdefault("given_on", today)
        self.fields["given_on"].widget.attrs["max"] = today.isoformat()

    @property
    def facts(self) -> SupportFacts:
        return SupportFacts(**self.cleaned_data)
