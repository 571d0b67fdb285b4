"""Where, when and how a specimen's results came by: what a person says once for all of them."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Clinic
from events.attachments import AttachmentField
from iotrex_followup.fields import DateField, TimeInput
from labs.models import Laboratory, LabResult
from patients.models import Patient

ENTERED = (LabResult.Status.FINAL, LabResult.Status.PRELIMINARY, LabResult.Status.CORRECTED)
STATUSES = [(each.value, each.label) for each in ENTERED]
FASTING = [("", "Not known"), ("yes", "Fasting"), ("no", "Not fasting")]


class LaboratoryForm(forms.Form):
    """Which laboratory: one of ours, or another by its name."""

    use_required_attribute = False  # either of the two is required
    laboratory = forms.ModelChoiceField(Laboratory.objects.none(), required=False, empty_label="Another laboratory")
    other_laboratory = forms.CharField(
        label="Name of the other laboratory", required=False, max_length=200, help_text="As it stands on the report."
    )

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if "laboratory" not in self.errors and not self.laboratory_name:
            self.add_error("laboratory", "Choose the laboratory, or write its name.")
        return entered

    @property
    def laboratory_name(self) -> str:
        """The name of the laboratory chosen or written, also while the form is not complete."""
        told = self.data if self.is_bound else self.initial
        chosen = told.get("laboratory")
        if chosen and not isinstance(chosen, Laboratory):
            try:
                chosen = self.fields["laboratory"].clean(chosen)
            except forms.ValidationError:
                chosen = None
        return chosen.name if chosen else str(told.get("other_laboratory") or "").strip()

    def offer_laboratories(self, clinic: Clinic) -> None:
        """Offer the laboratories in use."""
        offered = self.fields["laboratory"]
        if isinstance(offered, forms.ModelChoiceField):
            offered.queryset = Laboratory.objects.filter(clinic=clinic, is_active=True)


class SpecimenForm(LaboratoryForm):
    """Where, when and how: what holds for every value of a specimen."""

    collected_on = DateField(label="Specimen taken on")
    collected_time = forms.TimeField(label="At", required=False, widget=TimeInput)
    accession = forms.CharField(
        label="Laboratory number", required=False, max_length=80, help_text="Accession or order number of the report."
    )
    status = forms.ChoiceField(choices=STATUSES, initial="final")
    fasting = forms.ChoiceField(choices=FASTING, required=False)
    telephoned = forms.BooleanField(label="Taken down on the telephone", required=False)
    caller = forms.CharField(label="Who telephoned", required=False, max_length=200, help_text="Name and number.")
    read_back = forms.BooleanField(label="I read the values back to the caller", required=False)
    attachment = AttachmentField(label="Report")


def usual_laboratory(patient: Patient) -> Laboratory | None:
    """Return the laboratory the patient's last results came from, else the clinic's only one, else none."""
    last = LabResult.objects.current().filter(patient=patient, laboratory__is_active=True).order_by("-collected_at")
    if found := last.select_related("laboratory").first():
        return found.laboratory
    offered = list(Laboratory.objects.filter(clinic=patient.clinic_id, is_active=True)[:2])
    return offered[0] if len(offered) == 1 else None
