"""What a clinician enters about an adverse event; labs/actions/adverse_events.py decides whether it can be."""

from datetime import date
from typing import Any

from django import forms

from iotrex_followup.fields import DateField
from labs.actions.adverse_events import AdverseEventFacts
from labs.adverse_terms import by_soc
from patients.models import AdverseEvent

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})
GRADES = [(1, "1 mild"), (2, "2 moderate"), (3, "3 severe"), (4, "4 life-threatening"), (5, "5 death")]


class AdverseEventForm(forms.Form):
    """A term of the clinic's CTCAE version, its grade, since when, and what it is put down to."""

    term = forms.ChoiceField()
    grade = forms.TypedChoiceField(coerce=int, choices=GRADES, widget=forms.RadioSelect)
    onset_on = DateField(label="Since")
    ended_on = DateField(label="Until", required=False, help_text="Empty while it lasts.")
    attribution = forms.ChoiceField(
        label="Put down to the treatment?", choices=AdverseEvent.Attribution, widget=forms.RadioSelect
    )
    note = forms.CharField(required=False, max_length=2000, widget=SHORT_TEXT)

    def __init__(self, *args: Any, ctcae: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        term = self.fields["term"]
        if isinstance(term, forms.ChoiceField):
            term.label = f"Term (CTCAE {ctcae})"
            known = [(soc, [(name, name) for name in names]) for soc, names in by_soc(ctcae)]
            term.choices = [("", "Choose a term"), *known]
        for name in ("onset_on", "ended_on"):
            self.fields[name].widget.attrs["max"] = today.isoformat()

    @property
    def facts(self) -> AdverseEventFacts:
        return AdverseEventFacts(**self.cleaned_data)


class ChangeAdverseEventForm(AdverseEventForm):
    """A change of what is known, with its reason."""

    reason = forms.CharField(required=False, max_length=500, widget=SHORT_TEXT, label="Reason for the change")

    @property
    def fields_entered(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class EndForm(forms.Form):
    ended_on = DateField(label="Ended on")


class WithdrawForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=SHORT_TEXT)
