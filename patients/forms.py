"""What people look for in the patient list, and what they enter about a patient."""

from typing import Any

from django import forms

from accounts.models import Clinic, Membership, Role, Staff
from patients.models import CarePhase, Indication, Patient

NO_TREATMENT = "none"
EVERYBODY = "all"


def clinicians_of(clinic: Clinic) -> "forms.ModelChoiceField[Staff]":
    """Return a choice of those who may be responsible for a patient of `clinic`."""
    members = Membership.objects.filter(clinic=clinic, is_active=True, role=Role.CLINICIAN)
    return forms.ModelChoiceField(Staff.objects.filter(memberships__in=members).order_by("name"), required=False)


class PatientFilterForm(forms.Form):
    """The filters of the patient list; each is optional, and a value nobody offered is told and left out."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name, MRN or 3 Mar 1961"}),
    )
    phase = forms.ChoiceField(
        required=False,
        label="Follow-up",
        choices=[("", "Any phase"), *CarePhase.choices, (NO_TREATMENT, "No treatment yet")],
    )
    indication = forms.ChoiceField(required=False, choices=[("", "Any indication"), *Indication.choices])
    clinician = forms.ModelChoiceField(Staff.objects.none(), required=False)
    status = forms.ChoiceField(
        required=False,
        choices=[("", "In follow-up"), *Patient.Status.choices[1:], (EVERYBODY, "All records")],
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"] = clinicians_of(clinic)
        self.fields["clinician"].empty_label = "Any clinician"  # type: ignore[attr-defined]
        self.order_fields(["q", "phase", "indication", "clinician", "status"])

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, without what was left open or cannot be."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_bound else {}
