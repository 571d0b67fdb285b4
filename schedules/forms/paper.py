"""Whose visit plans are printed, and as what."""

from typing import Any

from django import forms

from accounts.models import Clinic, Staff
from patients.models import Indication, Patient, PatientQuerySet
from schedules.actions.paper import PATIENTS_PER_VOLUME, PDF, ZIP

OUTPUTS = [
    (PDF, f"One PDF (more than {PATIENTS_PER_VOLUME} patients: a zip of PDFs of {PATIENTS_PER_VOLUME} each)"),
    (ZIP, "A zip with one PDF per patient"),
]


class VisitPlansForm(forms.Form):
    """All patients with a plan, those of a clinician or an indication, or those named one by one."""

    clinician = forms.ModelChoiceField(
        Staff.objects.none(), label="Responsible clinician", required=False, empty_label="All clinicians"
    )
    indication = forms.ChoiceField(choices=[("", "All indications"), *Indication.choices], required=False)
    output = forms.ChoiceField(label="Print as", choices=OUTPUTS, initial=PDF, widget=forms.RadioSelect)
    patient = forms.ModelMultipleChoiceField(Patient.objects.none(), required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patients = Patient.objects.filter(clinic=clinic)
        clinicians = Staff.objects.filter(patients__clinic=clinic).distinct()
        self.fields["clinician"].queryset = clinicians  # type: ignore[attr-defined]
        self.fields["patient"].queryset = self.patients  # type: ignore[attr-defined]

    def chosen(self) -> PatientQuerySet:
        """Return the patients this form names."""
        data = self.cleaned_data
        found = self.patients
        if data["patient"]:
            found = found.filter(pk__in=[patient.pk for patient in data["patient"]])
        if data["clinician"]:
            found = found.filter(responsible_clinician=data["clinician"])
        if data["indication"]:
            found = found.filter(indication=data["indication"])
        return found
