"""What is carried to the current plan, and which of its visits an appointment is kept for."""

from collections.abc import Sequence
from typing import Any

from django import forms

from schedules.models import PlannedVisit
from schedules.names import timepoint_name
from schedules.protocol.trace import words


class CarryForm(forms.Form):
    """`to`: the visit of the current plan that was shown."""

    to = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": "No visit of the current plan was shown."}
    )


class AttachForm(forms.Form):
    """`fitting`: the visits of the current plan whose window holds the appointment's day."""

    visits = forms.MultipleChoiceField(
        label="Keep it for",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose a visit.", "invalid_choice": "This visit does not fit any more."},
    )
    reason = forms.CharField(
        label="Why on this day?", max_length=500, required=False, help_text="Only when the day is unusual."
    )

    def __init__(self, *args: Any, fitting: Sequence[PlannedVisit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fitting = {str(visit.pk): visit for visit in fitting}
        field = self.fields["visits"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(key, label(visit)) for key, visit in self.fitting.items()]
        if len(self.fitting) == 1:
            self.initial.setdefault("visits", list(self.fitting))

    def clean_visits(self) -> list[PlannedVisit]:
        return [self.fitting[key] for key in self.cleaned_data["visits"]]


def label(visit: PlannedVisit) -> str:
    """Return a visit with its window in words."""
    return f"{timepoint_name(visit.timepoint, visit.kind)}, window {words(visit.opens)} to {words(visit.closes)}"
