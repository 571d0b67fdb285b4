"""What a clinician enters to choose a baseline."""

from typing import Any

from django import forms

from iotrex_followup.templatetags.words import nice_date
from labs.models import LabResult
from labs.pages.baseline_page import candidates
from labs.readings import value_words
from patients.models import Treatment

REASON = forms.Textarea(attrs={"rows": 2})


class ResultField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes none when it runs
    """One of the results before the treatment, the last first."""

    def label_from_instance(self, result: LabResult) -> str:
        words = f"{value_words(result)}, {nice_date(result.collected_on)}"
        return f"{words}, {result.laboratory}" if result.laboratory else words


class ChooseBaselineForm(forms.Form):
    """Another result than the rule's, and why."""

    result = ResultField(queryset=LabResult.objects.none(), widget=forms.RadioSelect, empty_label=None)
    reason = forms.CharField(label="Why this one", widget=REASON)

    def __init__(self, *args: Any, treatment: Treatment, analyte: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].queryset = candidates(treatment, analyte)  # type: ignore[attr-defined]


class ClearBaselineForm(forms.Form):
    """Why the choice is taken back."""

    reason = forms.CharField(label="Why", widget=REASON)
