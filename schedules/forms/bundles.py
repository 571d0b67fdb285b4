"""What is chosen about fewest trips, and which of them are accepted."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from patients.models import Patient
from schedules.actions.bundles import AcceptedTrip
from schedules.appointments.bundling import SPANS, USUAL_SPAN
from schedules.models import PlannedVisit


class SpanForm(forms.Form):
    months = forms.TypedChoiceField(label="How far ahead", coerce=int, choices=list(SPANS.items()), required=False)
    local_laboratory = forms.BooleanField(
        label="Local laboratory for blood, centre for scans and visits", required=False
    )

    @property
    def chosen(self) -> tuple[int, bool]:
        """Months and local laboratory; what is not offered is the usual."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return cleaned.get("months") or USUAL_SPAN, bool(cleaned.get("local_laboratory"))


class AcceptForm(forms.Form):
    """The trips as they were shown: each a day, where, and the visits."""

    trips = forms.MultipleChoiceField(required=True, error_messages={"required": "Choose a trip."})

    def __init__(self, data: Any, *, patient: Patient, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.patient = patient
        field = self.fields["trips"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(value, value) for value in data.getlist("trips")]

    def clean_trips(self) -> list[AcceptedTrip]:
        return [self._read(value) for value in self.cleaned_data["trips"]]

    def _read(self, value: str) -> AcceptedTrip:
        """Return a trip as `ProposedTrip.value` wrote it.

        Raises   ValidationError: it is not one of this patient's.
        """
        try:
            day, where, *keys = value.split()
            on, pks = date.fromisoformat(day), [UUID(key) for key in keys]
        except ValueError as error:
            raise forms.ValidationError("This trip cannot be read. Show the trips again.") from error
        visits = list(PlannedVisit.objects.filter(patient=self.patient, pk__in=pks))
        if not visits or len(visits) != len(pks):
            raise forms.ValidationError("This trip is for visits that are not here. Show the trips again.")
        return AcceptedTrip(on, visits, local=where == "local")
