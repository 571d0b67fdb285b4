"""A text that holds results, and the laboratory it is from."""

from typing import Any

from django import forms

from labs.forms.specimen import LaboratoryForm, usual_laboratory
from patients.models import Patient

LONGEST = 20_000
EXAMPLE = "WBC 3.2 10*9/L (4.0-11.0)\nHgb: 9.8 g/dL L\nPLT 38 K/uL 150 - 400 L"


class PasteForm(LaboratoryForm):
    """What is pasted, before anything of it is read."""

    text = forms.CharField(
        max_length=LONGEST,
        strip=False,
        help_text="One result per line, headings may stay: name, value, unit, and the range if it is printed.",
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "placeholder": EXAMPLE, "class": "pasted"}),
        error_messages={"required": "Paste the text of the report."},
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_laboratories(patient.clinic)
        self.initial.setdefault("laboratory", usual_laboratory(patient))
