"""What a person enters about an appointment."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from iotrex_followup.fields import DateField, TimeInput
from schedules.models import Appointment, PlannedVisit
from schedules.names import activity_name, timepoint_name


class AppointmentForm(forms.Form):
    on = DateField(label="Date")
    at = forms.TimeField(label="Time", required=False, widget=TimeInput)
    place = forms.CharField(max_length=200, required=False)
    person = forms.CharField(
        label="With",
        max_length=200,
        required=False,
        help_text="Who sees the patient.",
        widget=forms.TextInput(attrs={"list": "persons", "autocomplete": "off"}),
    )
    interpreter = forms.BooleanField(label="An interpreter is needed", required=False)
    reason = forms.CharField(
        label="Why this day?",
        max_length=500,
        required=False,
        help_text="Needed outside the window, on days on which the clinic does not work or the patient is away, "
        "and when somebody is booked twice at one time.",
    )

    def __init__(self, *args: Any, today: date, persons: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.persons = persons
        self.fields["on"].widget.attrs["min"] = today.isoformat()


class BookForm(AppointmentForm):
    """A new appointment, for one visit and those of `companions` that are chosen."""

    visits = forms.MultipleChoiceField(label="Do on the same day", required=False, widget=forms.CheckboxSelectMultiple)
    field_order = ("on", "visits", "at", "place", "person", "interpreter", "reason")

    def __init__(self, *args: Any, companions: Sequence[PlannedVisit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.companions = {str(visit.pk): visit for visit in companions}
        field = self.fields["visits"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(key, described(visit)) for key, visit in self.companions.items()]

    @property
    def chosen(self) -> list[PlannedVisit]:
        """The companions that were chosen."""
        return [self.companions[key] for key in self.cleaned_data["visits"]]


class CancelForm(forms.Form):
    cancelled_by = forms.ChoiceField(
        label="Who cancels it?", choices=Appointment.CancelledBy.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label="Why?", max_length=500, required=False)


class NotAttendedForm(forms.Form):
    reason = forms.CharField(
        label="What is known about it?",
        max_length=500,
        required=False,
        help_text="Who was called, and when.",
    )


class AbsenceForm(forms.Form):
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day", help_text="The same day for one day.")
    reason = forms.CharField(
        label="What for?",
        max_length=200,
        required=False,
        help_text="For example “school trip” or “holiday”.",
    )


def described(visit: PlannedVisit) -> str:
    """Return a visit as one line: "Month 2: CBC, Chemistry"."""
    activities = ", ".join(activity_name(a.activity) for a in visit.activities.all() if a.is_open)
    return f"{timepoint_name(visit.timepoint, visit.kind)}: {activities}"
