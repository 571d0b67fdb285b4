"""What people look for in the patient list, and what they enter about a patient."""

from typing import Any

from django import forms

from accounts.models import Clinic, Membership, Role, Staff, validate_time_zone
from iotrex_followup.fields import DateField
from patients.actions import PatientFacts
from patients.models import Care, CarePhase, Contact, Indication, Language, Patient, Sex

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
    care = forms.ChoiceField(required=False, label="Standing", choices=[("", "Any standing"), *Care.choices])
    clinician = forms.ModelChoiceField(Staff.objects.none(), required=False)
    status = forms.ChoiceField(
        required=False,
        choices=[("", "In follow-up"), *Patient.Status.choices[1:], (EVERYBODY, "All records")],
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clinician"] = clinicians_of(clinic)
        self.fields["clinician"].empty_label = "Any clinician"  # type: ignore[attr-defined]
        self.order_fields(["q", "phase", "indication", "care", "clinician", "status"])

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, without what was left open or cannot be."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_bound else {}


class PatientFields(forms.Form):
    """A patient as entered."""

    mrn = forms.CharField(label="MRN", max_length=64, help_text="Medical record number, unique in this clinic.")
    family_name = forms.CharField(max_length=100)
    given_name = forms.CharField(max_length=100)
    birth_date = DateField()
    sex = forms.ChoiceField(choices=Sex, widget=forms.RadioSelect)
    indication = forms.ChoiceField(choices=[("", "Choose…"), *Indication.choices])
    secreting = forms.BooleanField(
        label="Secreting tumour", required=False, help_text="Adds the tumour markers of the indication to new plans."
    )
    responsible_clinician = forms.ModelChoiceField(Staff.objects.none(), required=False)
    time_zone = forms.CharField(
        required=False,
        max_length=64,
        validators=[validate_time_zone],
        help_text="Only when the patient lives in another than the clinic’s, such as Europe/Madrid.",
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible_clinician"] = clinicians_of(clinic)

    @property
    def patient_facts(self) -> PatientFacts:
        return PatientFacts(**{name: self.cleaned_data[name] for name in PatientFacts.__dataclass_fields__})


class PatientForm(PatientFields):
    """Changing what is known about a patient."""

    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Reason of the change",
        help_text="Needed when MRN, name, birth date or sex changes: it says who the patient is.",
    )


CONSENTS = [("", "Not asked"), *Contact.Consent.choices]


class ContactForm(forms.Form):
    """How the patient, a guardian or another person is reached, and what they agreed to."""

    relation = forms.ChoiceField(choices=Contact.Relation)
    name = forms.CharField(max_length=200, required=False, help_text="Leave empty for the patient.")
    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    email = forms.EmailField(label="E-mail", required=False)
    sms_consent = forms.ChoiceField(
        label="Messages by SMS", choices=CONSENTS, required=False, help_text="Nothing is sent before they have agreed."
    )
    email_consent = forms.ChoiceField(label="Messages by e-mail", choices=CONSENTS, required=False)
    language = forms.ChoiceField(choices=Language, help_text="Decides the language of what we print and send.")
    interpreter = forms.BooleanField(
        label="Needs an interpreter", required=False, help_text="Is called by one of us instead of written to."
    )
    legal_authority = forms.BooleanField(label="May decide for the patient", required=False)
    order = forms.IntegerField(label="Asked in place", min_value=1, max_value=99, initial=1, help_text="1 is first.")

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, fault in (("phone", contact and contact.phone_fault), ("email", contact and contact.email_fault)):
            if fault:
                self.fields[name].help_text = f"Nothing arrives there: {fault} Another one clears this."

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        if not self.errors and not entered["phone"] and not entered["email"]:
            self.add_error("phone", "Give a phone number or an e-mail address.")
        if entered.get("relation") not in (None, Contact.Relation.SELF) and not entered.get("name"):
            self.add_error("name", "Give the person’s name.")
        return entered


class CareTeamForm(forms.Form):
    """Who acts on the counts in one phase: one of ours, or an outside team that accepted it."""

    staff = forms.ModelChoiceField(Staff.objects.none(), required=False, label="One of ours")
    outside_team = forms.CharField(max_length=200, required=False, help_text="Until it accepts, we act on the counts.")
    accepted_on = DateField(required=False, label="Accepted on", help_text="The day the outside team said yes.")
    phone = forms.CharField(max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"}))

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(clinic=clinic, is_active=True).values("staff")
        ours = forms.ModelChoiceField(Staff.objects.filter(pk__in=members), required=False, label="One of ours")
        self.fields["staff"] = ours
