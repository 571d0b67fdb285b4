"""What a person enters to correct the day a plan counts from, or to change what was chosen for it."""

from typing import Any

from django import forms
from django.http import QueryDict

from iotrex_followup.fields import DateField
from schedules.forms.treatments import SHORT_TEXT
from schedules.models import Plan
from schedules.names import activity_name
from schedules.plans.planning import PlanChoices
from schedules.protocol import MARKERS
from schedules.protocol.options import ALLOWED


class RedateForm(forms.Form):
    """The day on which a treatment really began."""

    started_on = DateField(label="Date of the treatment", help_text="The day on which the infusion began: day 0.")
    reason = forms.CharField(widget=SHORT_TEXT, label="Reason of the correction")
    override_reason = forms.CharField(
        required=False,
        widget=SHORT_TEXT,
        label="Reason, when something is unusual",
        help_text="Asked for when less than 90 days lie between two treatments, or records lie before the new date.",
    )


class ChangePlanForm(forms.Form):
    """What is chosen within the protocol for one plan; the intervals after year 5 are a clinician's."""

    imaging_interval = forms.TypedChoiceField(label="Imaging until month 60", coerce=int)
    annual_interval = forms.TypedChoiceField(label="Visits after year 5", coerce=int)
    annual_reason = forms.CharField(required=False, widget=SHORT_TEXT, label="Reason for 24 months between visits")
    late_imaging_interval = forms.TypedChoiceField(label="Imaging after year 5", coerce=int)
    late_imaging_reason = forms.CharField(required=False, widget=SHORT_TEXT, label="Reason for 24 months between scans")
    markers = forms.MultipleChoiceField(
        required=False,
        label="Tumour markers",
        widget=forms.CheckboxSelectMultiple,
        choices=[(marker, activity_name(marker)) for marker in sorted(MARKERS)],
        help_text="Planned with the open visits of month 3, 6, 9 and 12 and all later ones.",
    )
    reason = forms.CharField(required=False, widget=SHORT_TEXT, label="Reason of the change")

    def __init__(
        self, data: QueryDict | None = None, *, plan: Plan, markers: list[str] | None = None, may_decide: bool
    ) -> None:
        known = {name: getattr(plan, name) for name in self.base_fields if name != "reason"}
        if markers is not None:
            known["markers"] = markers
        super().__init__(data, initial=known)
        for name, allowed in ALLOWED.items():
            self.fields[name].choices = [(months, f"every {months} months") for months in allowed]  # type: ignore[attr-defined]
        if not may_decide:
            for name in ("annual_interval", "annual_reason", "late_imaging_interval", "late_imaging_reason"):
                del self.fields[name]

    @property
    def chosen(self) -> dict[str, Any]:
        """The choices as entered; those this person may not make are left out."""
        names = [name for name in PlanChoices.__dataclass_fields__ if name in self.cleaned_data]
        return {name: self.cleaned_data[name] for name in names} | {"markers": tuple(self.cleaned_data["markers"])}
