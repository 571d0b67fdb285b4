"""What a person enters to enrol a patient."""

from typing import Any

from django import forms

from accounts.models import Clinic
from patients.forms import PatientFields
from patients.models import Language
from schedules.forms.treatments import PlanFields, TreatmentFields


class EnrolForm(PatientFields, TreatmentFields, PlanFields):
    """A patient, how to reach them, the treatment and the choices of the plan."""

    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    email = forms.EmailField(label="E-mail", required=False)
    language = forms.ChoiceField(choices=Language, initial=Language.ENGLISH)

    def __init__(self, *args: Any, clinic: Clinic, may_decide: bool, **kwargs: Any) -> None:
        super().__init__(*args, clinic=clinic, may_decide=may_decide, **kwargs)
        self.offer_protocols(clinic)

    @property
    def contact(self) -> dict[str, Any] | None:
        """How the patient is reached; None when nothing was entered."""
        entered = {name: self.cleaned_data[name] for name in ("phone", "email", "language")}
        return entered if entered["phone"] or entered["email"] else None
