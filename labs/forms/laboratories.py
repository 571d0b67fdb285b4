"""What a person enters about a laboratory, its codes, units and ranges; the actions decide whether it can be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from iotrex_followup.fields import DateField
from labs.ages import age_text, read_age
from labs.grading.analytes import accepted_units, catalogue
from labs.grading.catalogue import PANELS
from labs.intake.mapping_checks import LONGEST, RangeFacts
from labs.models import CodeMapping, ReferenceRange
from labs.senders.shipped import CodeMeaning

LARGEST_FILE = 5 * 1024 * 1024
NOT_FOLLOWED = "none"
PANEL_NAMES = dict(zip(PANELS, ("Blood count", "Chemistry", "Thyroid", "Tumour markers"), strict=True))


def analyte_choices() -> list[tuple[str, Any]]:
    """Return the analytes by panel, each with the units its numbers may come in."""
    known = catalogue()
    return [
        (
            PANEL_NAMES[panel],
            [(each.key, f"{each.name} ({', '.join(accepted_units(each))})") for each in known.panel(panel)],
        )
        for panel in PANELS
    ]


def reason_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        label="Reason",
        help_text="Needed where everybody else means something else.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LaboratoryForm(forms.Form):
    """A laboratory as the clinic knows it."""

    name = forms.CharField(max_length=200, help_text="As it stands on its reports and in its files.")
    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    decimal_comma = forms.BooleanField(
        required=False,
        label="Writes decimals with a comma",
        help_text="Then 4,5 is four and a half; otherwise such a value is held back.",
    )


class MeaningForm(forms.Form):
    """What a code stands for."""

    analyte = forms.ChoiceField(label="Stands for")
    unit = forms.CharField(
        max_length=LONGEST["unit"],
        required=False,
        label="Unit when none is given",
        help_text="In UCUM, such as 10*9/L. A unit that comes with the value goes before it.",
    )
    assay = forms.CharField(
        max_length=LONGEST["assay"],
        required=False,
        help_text="Method or kit. Values of different assays are never one trend.",
    )
    specimen_type = forms.CharField(
        max_length=LONGEST["specimen_type"], required=False, help_text="Such as serum, plasma or urine."
    )
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["analyte"]
        if isinstance(chosen, forms.ChoiceField):
            kept = (NOT_FOLLOWED, "Nothing that is followed: kept, not graded")
            chosen.choices = [("", "Choose…"), kept, *analyte_choices()]

    @property
    def meaning(self) -> CodeMeaning:
        """What was entered."""
        entered = self.cleaned_data
        analyte = "" if entered["analyte"] == NOT_FOLLOWED else entered["analyte"]
        return CodeMeaning(analyte, entered["unit"], entered["assay"], entered["specimen_type"])

    @staticmethod
    def initial_of(mapping: CodeMapping) -> dict[str, str]:
        """Return a stored mapping as the form shows it."""
        texts = {name: getattr(mapping, name) for name in ("unit", "assay", "specimen_type")}
        return {"code": mapping.code, "analyte": mapping.analyte or NOT_FOLLOWED, **texts}


class CodeForm(MeaningForm):
    """A code of a laboratory and what it stands for."""

    code = forms.CharField(max_length=LONGEST["code"], help_text="Exactly as the laboratory sends it.")
    field_order = ("code", "analyte", "unit", "assay", "specimen_type", "reason")


class UnitForm(forms.Form):
    """A spelling of a unit and what a laboratory means by it."""

    spelling = forms.CharField(max_length=LONGEST["spelling"], help_text="Exactly as the laboratory sends it.")
    unit = forms.CharField(
        max_length=LONGEST["unit"], label="Means", help_text="In UCUM, such as 10*9/L, g/dL or umol/L."
    )
    reason = reason_field()


class AgeField(forms.CharField):
    """An age as ranges have it: 0d, 6mo, 18y; in days."""

    def clean(self, value: Any) -> Any:
        """Return the age in days; None when it is left blank.

        Raises   ValidationError: it is no age.
        """
        text = super().clean(value)
        days = read_age(text) if text else None
        if text and days is None:
            raise forms.ValidationError("Write it like 0d, 6mo or 18y.")
        return days


class RangeForm(forms.Form):
    """A reference range."""

    analyte = forms.ChoiceField()
    low = forms.DecimalField(required=False, label="Lower limit", max_digits=20)
    high = forms.DecimalField(required=False, label="Upper limit", max_digits=20)
    unit = forms.CharField(
        max_length=LONGEST["unit"], help_text="In UCUM; the unit system decides which values it is for."
    )
    sex = forms.ChoiceField(
        required=False,
        choices=[("", "Both"), ("female", "Female"), ("male", "Male")],
        help_text="A range for one sex goes before one for both.",
    )
    age_from = AgeField(required=False, label="Age from", help_text="Such as 0d, 6mo or 18y; blank is birth.")
    age_to = AgeField(required=False, label="Age to", help_text="The first age beyond it; blank is no end.")
    valid_from = DateField(required=False, label="Specimens from")
    valid_to = DateField(required=False, label="Specimens until", help_text="The last day, included.")
    source = forms.CharField(max_length=LONGEST["source"], required=False, help_text="Where the clinic has it from.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["analyte"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [("", "Choose…"), *analyte_choices()]

    @property
    def facts(self) -> RangeFacts:
        """What was entered."""
        entered = dict(self.cleaned_data)
        age_from, age_to = entered.pop("age_from"), entered.pop("age_to")
        return RangeFacts(**entered, age_from_days=age_from or 0, age_to_days=age_to)

    @staticmethod
    def initial_of(each: ReferenceRange) -> dict[str, Any]:
        """Return a stored range as the form shows it."""
        names = ("analyte", "low", "high", "unit", "sex", "valid_from", "valid_to", "source")
        ages = {
            "age_from": age_text(each.age_from_days),
            "age_to": "" if each.age_to_days is None else age_text(each.age_to_days),
        }
        return {**{name: getattr(each, name) for name in names}, **ages}


class LaboratoryFileForm(forms.Form):
    """A file of codes, units or ranges."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text="It is checked whole before anything is written. What it does not name stays as it is.",
        error_messages={"empty": "The file is empty."},
    )
    reason = reason_field()

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse what is too large to be such a list."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 5 MB. Split it.")
        return file
