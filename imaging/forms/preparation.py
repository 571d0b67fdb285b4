"""What is entered about medicines, withdrawals and blockades; imaging/actions decides whether it can be."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import Clinic, Role, Staff
from imaging.actions.blockades import BlockadeFacts
from imaging.actions.medicines import MedicineFacts
from imaging.actions.withdrawing import WithdrawalFacts
from iotrex_followup.fields import DateField

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})
WORKING = (Role.CLINICIAN, Role.COORDINATOR)


def people_of(clinic: Clinic, **options: Any) -> "forms.ModelChoiceField[Staff]":
    """Return a choice of those who work with patients in the clinic."""
    members = clinic.memberships.filter(is_active=True, role__in=WORKING)
    people = Staff.objects.filter(is_active=True, memberships__in=members).order_by("name")
    return forms.ModelChoiceField(people, **options)


class MedicineForm(forms.Form):
    """A medicine as the patient takes it."""

    name = forms.CharField(max_length=120, label="Medicine")
    dose = forms.CharField(max_length=120, required=False, help_text="As it is taken, such as 200 mg twice a day.")
    taken_for = forms.CharField(max_length=200, required=False, label="For what")
    prescriber = forms.CharField(
        max_length=120, required=False, label="Prescribed by", help_text="Empty when it was bought without."
    )
    started_on = DateField(required=False, label="Since", help_text="Empty when nobody knows.")
    ended_on = DateField(required=False, label="Until", help_text="The last day. Empty while it is taken.")
    note = forms.CharField(required=False, max_length=2000, widget=SHORT_TEXT)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].widget.attrs["max"] = today.isoformat()

    @property
    def facts(self) -> MedicineFacts:
        return MedicineFacts(**self.cleaned_data)


class EndMedicineForm(forms.Form):
    ended_on = DateField(label="Taken for the last time on")


class DecisionForm(forms.Form):
    decision = forms.CharField(
        max_length=500, widget=SHORT_TEXT, help_text="Such as: scan all the same, MFBG-PET instead, cancel."
    )


class WithdrawalForm(forms.Form):
    """From when a medicine is withheld, by whom, instead of it what, and who sees to it that it is taken again."""

    stop_on = DateField(label="First day without it")
    restart_on = DateField(label="To be taken again on")
    prescriber = forms.CharField(
        max_length=120, required=False, label="Prescribed by", help_text="They are asked before it is stopped."
    )
    prescriber_staff = forms.ModelChoiceField(Staff.objects.none())
    substitute = forms.CharField(
        max_length=200, required=False, label="Instead of it", help_text="The medicine and its dose, or “none needed”."
    )
    restart_owner = forms.ModelChoiceField(Staff.objects.none())

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prescriber_staff"] = people_of(
            clinic,
            required=False,
            label="The prescriber is one of ours",
            empty_label="No",
            help_text="They are told on the same day when the scan or infusion moves.",
        )
        self.fields["restart_owner"] = people_of(
            clinic,
            required=False,
            label="Who sees to it that it is taken again",
            empty_label="Nobody yet",
            help_text="They are told too, and have it among their open work.",
        )

    @property
    def facts(self) -> WithdrawalFacts:
        return WithdrawalFacts(**{name: self.cleaned_data[name] for name in WithdrawalFacts.__dataclass_fields__})


class ConfirmForm(WithdrawalForm):
    """The same, with a reason where the days are short of the table's."""

    reason = forms.CharField(
        required=False, max_length=500, widget=SHORT_TEXT, help_text="Needed where the days are short of the table’s."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("prescriber", "substitute", "restart_owner"):
            self.fields[name].required = True


class RestartForm(forms.Form):
    restarted_on = DateField(label="Taken again on")
    reason = forms.CharField(
        required=False, max_length=500, widget=SHORT_TEXT, help_text="Needed where it was sooner than the table has it."
    )


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(Staff.objects.none())

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = people_of(clinic, label="To", empty_label="Choose a person")


class BlockadeForm(forms.Form):
    """What blocks the thyroid, how much a day, from when until when."""

    product = forms.CharField(max_length=120, label="What")
    dose_mg = forms.DecimalField(
        label="Dose a day (mg)", min_value=Decimal("0.1"), max_value=Decimal(2000), max_digits=8
    )
    once = forms.BooleanField(required=False, label="Once only", help_text="One dose, on the first day.")
    starts_on = DateField(label="First day")
    last_on = DateField(label="Last day")
    note = forms.CharField(required=False, max_length=200)

    @property
    def facts(self) -> BlockadeFacts:
        return BlockadeFacts(**self.cleaned_data)
