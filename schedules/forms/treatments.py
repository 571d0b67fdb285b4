"""What a person enters about a treatment and the plan it anchors."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import Clinic
from iotrex_followup.fields import DateField
from patients.models import MBQ_PER_MCI, Patient, Treatment
from patients.treatment_checks import TreatmentFacts
from schedules.actions.enrolment import current_protocol
from schedules.models import Protocol
from schedules.plans.planning import PlanChoices
from schedules.protocol.options import ALLOWED

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})
MBQ_PER_UNIT = {"GBq": Decimal(1000), "mCi": MBQ_PER_MCI, "MBq": Decimal(1)}
USUAL_INTERVAL = 12


class ActivityFields(forms.Form):
    """What was administered, in the unit of the report in hand, and the body weight."""

    activity = forms.DecimalField(
        label="Administered activity", required=False, min_value=Decimal("0.001"), max_digits=10, decimal_places=4
    )
    activity_unit = forms.ChoiceField(label="Unit", choices=[(unit, unit) for unit in MBQ_PER_UNIT], initial="GBq")
    weight_kg = forms.DecimalField(
        label="Weight (kg)", required=False, min_value=Decimal("0.1"), max_digits=5, decimal_places=2
    )
    override_reason = forms.CharField(
        required=False,
        widget=SHORT_TEXT,
        label="Reason, when something is unusual",
        help_text="Asked for when the activity, the weight or the time since the last treatment is unusual.",
    )

    @property
    def activity_mbq(self) -> Decimal | None:
        """The activity in MBq, to the tenth that is stored; None when it was left open."""
        value: Decimal | None = self.cleaned_data["activity"]
        if value is None:
            return None
        return (value * MBQ_PER_UNIT[self.cleaned_data["activity_unit"]]).quantize(Decimal("0.1"))


class TreatmentFields(ActivityFields):
    """A treatment, planned or given."""

    state = forms.ChoiceField(
        label="Treatment",
        choices=[("given", "Given"), ("planned", "Planned, not given yet")],
        initial="given",
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        choices=Treatment.Kind,
        initial=Treatment.Kind.THERAPEUTIC,
        widget=forms.RadioSelect,
        help_text="Only a therapeutic treatment that was given starts a plan.",
    )
    started_on = DateField(label="Date of the treatment", help_text="The day on which the infusion began: day 0.")
    product = forms.CharField(max_length=100, initial="iobenguane I-131 (131I-MIBG)")
    stem_cell_support = forms.BooleanField(required=False)
    radiation_precautions_until = DateField(required=False)

    @property
    def treatment_facts(self) -> TreatmentFacts:
        """What the action takes of it."""
        entered = {
            name: self.cleaned_data[name] for name in TreatmentFacts.__dataclass_fields__ if name in self.cleaned_data
        }
        return TreatmentFacts(**entered, activity_mbq=self.activity_mbq)


class PlanFields(forms.Form):
    """The protocol, where several are active, and the choices within it.

    A longer interval than 12 months is a clinician's, with a reason.
    """

    imaging_interval = forms.TypedChoiceField(
        label="Imaging until month 60",
        coerce=int,
        initial=6,
        choices=[(months, f"every {months} months") for months in ALLOWED["imaging_interval"]],
        help_text="The first is where the protocol puts it, mostly at month 3.",
    )
    annual_interval = forms.TypedChoiceField(label="Visits after year 5", coerce=int, initial=USUAL_INTERVAL)
    annual_reason = forms.CharField(required=False, widget=SHORT_TEXT, label="Reason for 24 months between visits")
    late_imaging_interval = forms.TypedChoiceField(label="Imaging after year 5", coerce=int, initial=USUAL_INTERVAL)
    late_imaging_reason = forms.CharField(required=False, widget=SHORT_TEXT, label="Reason for 24 months between scans")
    followed_from = DateField(
        required=False,
        label="Followed here since",
        help_text="What closed before this day counts as “before enrolment”, never as overdue. Empty: today.",
    )

    def __init__(self, *args: Any, may_decide: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("annual_interval", "late_imaging_interval"):
            offered = ALLOWED[name] if may_decide else (USUAL_INTERVAL,)
            self.fields[name].choices = [(months, f"every {months} months") for months in offered]  # type: ignore[attr-defined]
            if not may_decide:
                self.fields[name].help_text = "Only a clinician may choose 24 months."
        if not may_decide:
            del self.fields["annual_reason"], self.fields["late_imaging_reason"]

    def offer_protocols(self, clinic: Clinic) -> None:
        """Let the clinic's active protocols be chosen from; with one there is nothing to choose."""
        offered, default = Protocol.objects.offered(clinic), current_protocol(clinic)
        self.fields["imaging_interval"].initial = default.definition.choices["imaging_interval"].default
        if len(offered) > 1:
            self.fields["protocol"] = forms.ModelChoiceField(
                offered,
                empty_label=None,
                initial=default,
                help_text="Your clinic’s default is preselected.",
            )

    @property
    def choices(self) -> PlanChoices:
        """What the action takes of it."""
        entered = {name: value for name, value in self.cleaned_data.items() if name in PlanChoices.__dataclass_fields__}
        return PlanChoices(**entered)


class NewTreatmentForm(TreatmentFields, PlanFields):
    """A further treatment of a patient."""

    tandem_with = forms.ModelChoiceField(
        Treatment.objects.none(),
        required=False,
        label="Second infusion of a planned tandem course",
        empty_label="No, a treatment of its own",
        help_text="Two infusions of one course: the plan counts from the second, count monitoring begins at the first.",
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_protocols(patient.clinic)
        field: Any = self.fields["tandem_with"]
        field.queryset = patient.treatments.given_therapeutic().filter(tandem_with=None).order_by("-started_on")
        if not field.queryset.exists():
            del self.fields["tandem_with"]

    @property
    def treatment_facts(self) -> TreatmentFacts:
        first = self.cleaned_data.get("tandem_with")
        return replace(super().treatment_facts, tandem_with_id=first.pk if first else None)


class ConfirmTreatmentForm(ActivityFields, PlanFields):
    """A planned treatment that was given."""

    started_on = DateField(label="Given on", help_text="The day on which the infusion began.")

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_protocols(clinic)


class CorrectTreatmentForm(ActivityFields):
    """What may be corrected of a treatment without planning anew."""

    product = forms.CharField(max_length=100)
    stem_cell_support = forms.BooleanField(required=False)
    radiation_precautions_until = DateField(required=False)
    override_reason = forms.CharField(widget=SHORT_TEXT, label="Reason of the correction")

    @property
    def corrected(self) -> dict[str, Any]:
        """The fields of the treatment as they should be."""
        names = ("weight_kg", "product", "stem_cell_support", "radiation_precautions_until")
        return {name: self.cleaned_data[name] for name in names} | {"activity_mbq": self.activity_mbq}


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=SHORT_TEXT)


class RecoveryForm(forms.Form):
    recovered_on = DateField(
        label="Recovered on",
        help_text="The second of two counts at least 3 days apart with ANC and platelets at or above the lower limit "
        "of normal or the pre-therapy baseline, not affected by transfusion or growth factor.",
    )


class MergeForm(ReasonForm):
    mrn = forms.CharField(max_length=64, widget=forms.HiddenInput)
    into = forms.ChoiceField(label="Record to keep", widget=forms.RadioSelect)


class FindDuplicateForm(forms.Form):
    mrn = forms.CharField(label="MRN of the other record", max_length=64)
