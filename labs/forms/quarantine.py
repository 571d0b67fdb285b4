"""What a person enters about what is held back; labs/actions/quarantine.py decides whether it can be."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import Clinic
from labs.forms.laboratories import MeaningForm
from labs.intake.understanding import NOTHING_SAID, STATUSES
from labs.models import LabResult, QuarantineItem
from patients.models import Patient

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})
FOR_LABORATORY, FOR_THESE = "laboratory", "these"


class QuarantineFilterForm(forms.Form):
    """What the list is narrowed to."""

    problem = forms.ChoiceField(required=False, choices=[("", "Any problem"), *QuarantineItem.Problem.choices])
    whose = forms.ChoiceField(
        required=False, choices=[("", "Everybody’s"), ("mine", "Mine"), ("nobody", "Nobody’s yet")]
    )

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen; a value nobody offered narrows nothing."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}


class CodeMeaningForm(MeaningForm):
    """What the code of a held-back row stands for."""

    prefix = "code"


class UnitMeantForm(forms.Form):
    """The unit of held-back rows: as the laboratory always means it, or of these rows alone."""

    prefix = "unit"
    unit = forms.CharField(max_length=40, help_text="In UCUM, such as 10*9/L, g/dL or umol/L.")
    holds_for = forms.ChoiceField(
        label="This holds",
        widget=forms.RadioSelect,
        choices=[
            (FOR_THESE, "for these rows alone"),
            (FOR_LABORATORY, "for whatever this laboratory sends in the same way"),
        ],
        initial=FOR_THESE,
    )
    reason = forms.CharField(
        label="Reason", required=False, help_text="How you know; needed for these rows alone.", widget=SHORT_TEXT
    )

    def __init__(self, *args: Any, may_decide: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_decide:
            del self.fields["holds_for"]

    @property
    def for_laboratory(self) -> bool:
        """Whether it is to hold for what comes later too."""
        return self.cleaned_data.get("holds_for") == FOR_LABORATORY


class ChoosePatientForm(forms.Form):
    """Whose held-back rows these are, by the MRN in this clinic."""

    prefix = "patient"
    mrn = forms.CharField(label="MRN in this clinic", max_length=64)
    confirmed = forms.BooleanField(
        label="Name and birth date on the report are this patient’s", help_text="A number alone is not enough."
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic

    def clean_mrn(self) -> Patient:
        """Return the patient of this MRN.

        Raises   ValidationError: there is none in follow-up.
        """
        mrn = self.cleaned_data["mrn"].strip()
        patient = Patient.objects.in_follow_up().filter(clinic=self.clinic, mrn__iexact=mrn).first()
        if patient is None:
            raise forms.ValidationError("No patient in follow-up has this MRN. Enter the patient first.")
        return patient


class CorrectForm(forms.Form):
    """A held-back row read otherwise than it came; the value is typed twice."""

    prefix = "row"
    value = forms.CharField(max_length=60, required=False, help_text="What the laboratory says, with its sign: <5.")
    value_again = forms.CharField(max_length=60, required=False, label="Value again")
    unit = forms.CharField(max_length=40, required=False)
    collected_at = forms.CharField(
        max_length=40, required=False, label="Specimen taken", help_text="Such as 2024-03-27T08:15, or 2024-03-27."
    )
    status = forms.ChoiceField(required=False)
    low = forms.CharField(max_length=30, required=False, label="Lower limit")
    high = forms.CharField(max_length=30, required=False, label="Upper limit")
    issued_at = forms.CharField(
        max_length=40, required=False, label="Issued", help_text="When the laboratory issued it; blank if not known."
    )
    reason = forms.CharField(widget=SHORT_TEXT, help_text="How you know: who said so, when.")

    def __init__(self, data: Any = None, *, row: Mapping[str, str]) -> None:
        kept = ("unit", "collected_at", "status", "low", "high", "issued_at")
        super().__init__(data, initial={name: row[name] for name in kept})
        chosen = self.fields["status"]
        if isinstance(chosen, forms.ChoiceField):
            came = (row["status"], f"As it came: {row['status'] or 'not said'}")
            as_it_came = [] if row["status"] in STATUSES.values() else [came]
            chosen.choices = [*as_it_came, *LabResult.Status.choices]

    @property
    def corrections(self) -> dict[str, str]:
        """What was entered, without what stands beside it."""
        return {name: text for name, text in self.cleaned_data.items() if name not in ("value_again", "reason")}


class VersionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice among the versions of a result."""

    def label_from_instance(self, obj: LabResult) -> str:
        """Return a version as a person compares it: "21 10*9/L, final, holds now"; of one taken back no value."""
        value = "No value" if obj.status in NOTHING_SAID else f"{obj.reported} {obj.unit}".strip()
        return f"{value}, {obj.get_status_display().lower()}{', holds now' if obj.is_current else ''}"


class SettleForm(forms.Form):
    """Which of the values that came holds."""

    prefix = "settle"
    holds = VersionField(
        LabResult.objects.none(), label="Which value holds?", widget=forms.RadioSelect, empty_label=None
    )
    reason = forms.CharField(widget=SHORT_TEXT, help_text="How you know: who said so, when.")

    def __init__(self, data: Any = None, *, versions: list[LabResult]) -> None:
        super().__init__(data)
        chosen = self.fields["holds"]
        if isinstance(chosen, VersionField):
            chosen.queryset = LabResult.objects.filter(pk__in=[version.pk for version in versions])


class SetAsideForm(forms.Form):
    """Why held-back rows are set aside for good."""

    prefix = "aside"
    reason = forms.CharField(widget=SHORT_TEXT, help_text="Such as: a control specimen; printed twice.")
