"""What a person enters about the ladder and absences; labs/actions/duty.py decides whether it can be."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import Clinic, LadderStep, Role, Staff
from iotrex_followup.fields import DateField


class LadderForm(forms.Form):
    """Who is told at which step."""

    step = forms.TypedChoiceField(label="As", coerce=int, choices=LadderStep.Step.choices)
    staff = forms.ModelChoiceField(Staff.objects.none(), label="Clinician", empty_label="Choose a person")

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = workers(clinic, Role.CLINICIAN)  # type: ignore[attr-defined]


class CoverForm(forms.Form):
    """From when to when somebody is away, and who stands in; one's own unless others may be chosen."""

    staff = forms.ModelChoiceField(Staff.objects.none(), label="Who is away", empty_label=None)
    substitute = forms.ModelChoiceField(
        Staff.objects.none(),
        label="Who stands in",
        empty_label="Choose a person",
        help_text="They are told of alerts in the place of who is away, who finds them in the inbox afterwards.",
    )
    starts_on = DateField(label="First day away")
    ends_on = DateField(label="Last day away")

    def __init__(self, *args: Any, clinic: Clinic, own: Staff, for_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = workers(clinic)
        self.fields["staff"].queryset = everybody if for_others else everybody.filter(pk=own.pk)  # type: ignore[attr-defined]
        self.fields["staff"].initial = own
        self.fields["substitute"].queryset = everybody  # type: ignore[attr-defined]
        if not for_others:
            self.fields["staff"].widget = forms.HiddenInput()
            self.fields["substitute"].queryset = everybody.exclude(pk=own.pk)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Say it at the field when the days are in the wrong order."""
        entered: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = entered.get("starts_on"), entered.get("ends_on")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("ends_on", "The last day is before the first.")
        return entered


def workers(clinic: Clinic, *roles: str) -> Any:
    """Return who works in the clinic, in one of `roles` when given, by name."""
    members = clinic.memberships.filter(is_active=True)
    if roles:
        members = members.filter(role__in=roles)
    return Staff.objects.filter(is_active=True, memberships__in=members).order_by("name")
