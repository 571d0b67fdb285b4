"""What the worklist is narrowed to."""

from typing import Any

from django import forms

from accounts.models import Clinic, Staff
from schedules.models import Protocol
from schedules.names import ACTIVITY_NAMES
from schedules.pages.worklist import Filters


class WorklistFilterForm(forms.Form):
    clinician = forms.ModelChoiceField(Staff.objects.none(), required=False, empty_label="Everybody’s patients")
    phase = forms.ChoiceField(required=False)
    activity = forms.ChoiceField(required=False, choices=[("", "All activities"), *ACTIVITY_NAMES.items()])

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clinician = self.fields["clinician"]
        if isinstance(clinician, forms.ModelChoiceField):
            clinician.queryset = Staff.objects.filter(memberships__clinic=clinic, memberships__is_active=True)
        phase = self.fields["phase"]
        if isinstance(phase, forms.ChoiceField):
            phase.choices = [("", "All phases"), *known_phases()]

    @property
    def filters(self) -> Filters:
        """What was chosen; a value that is not offered narrows nothing."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Filters(chosen.get("clinician"), chosen.get("phase", ""), chosen.get("activity", ""))


def known_phases() -> list[tuple[str, str]]:
    """Return key and name of the phases of all protocols in use."""
    stored = Protocol.objects.exclude(status=Protocol.Status.DRAFT)
    phases = {phase.key: phase.name for protocol in stored for phase in protocol.definition.phases}
    return [(key, name[:1].upper() + name[1:]) for key, name in phases.items()]
