"""What happens in a patient's life, as a person enters it: the fields each kind of event asks for."""

from datetime import date
from typing import Any

from django import forms

from iotrex_followup.fields import DateField
from patients.models import ClinicalEvent
from schedules.actions.life import CHANGEABLE, LONGEST_TEXT, ClinicalFacts
from schedules.names import ACTIVITY_NAMES
from schedules.plans.kinds_of_event import KINDS, Asked
from schedules.protocol.trace import words
from schedules.wording import activity_words

Kind = ClinicalEvent.Kind
TARGET = ("tsh_low", "tsh_high")


def target_field(label: str) -> forms.DecimalField:
    """Return one end of a TSH target, in mIU/L."""
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=6, decimal_places=3)


def asked_field(asked: Asked) -> forms.Field:
    """Return the field for one thing a kind of event asks for."""
    if asked.is_day:
        return DateField(label=asked.label, required=asked.required, help_text=asked.hint)
    return forms.CharField(label=asked.label, required=asked.required, max_length=LONGEST_TEXT, help_text=asked.hint)


class ClinicalEventForm(forms.Form):
    """An event of one kind, with the fields that kind has."""

    started_on = DateField(label="From")
    ended_on = DateField(label="Until", required=False, help_text="Left empty while it lasts.")
    tsh_low = target_field("TSH target from")
    tsh_high = target_field("TSH target to")
    activities = forms.MultipleChoiceField(
        label="What is declined", choices=list(ACTIVITY_NAMES.items()), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(required=False, max_length=LONGEST_TEXT)

    def __init__(self, *args: Any, kind: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_event_%s"} | kwargs)
        self.kind, about = kind, KINDS[kind]
        self.initial.setdefault("started_on", today)
        self.fields["started_on"].widget.attrs["max"] = today.isoformat()
        if not about.lasts:
            self.fields["started_on"].label = "On"
            del self.fields["ended_on"]
        if kind != Kind.LEVOTHYROXINE:
            del self.fields["tsh_low"], self.fields["tsh_high"]
        if kind != Kind.DECLINES_ITEM:
            del self.fields["activities"]
        for asked in about.asks:
            self.fields[asked.name] = asked_field(asked)
        self.order_fields(
            ["started_on", "activities", *(asked.name for asked in about.asks), "ended_on", *TARGET, "note"]
        )

    @property
    def fields_entered(self) -> dict[str, Any]:
        """What was entered, by the names of the event's columns; a column the kind does not have is left out."""
        details = {asked.name: self.cleaned_data[asked.name] for asked in KINDS[self.kind].asks}
        plain: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if name in CHANGEABLE}
        return plain | {"details": {name: value for name, value in details.items() if value}}

    @property
    def facts(self) -> ClinicalFacts:
        """What the action takes of it."""
        return ClinicalFacts(kind=self.kind, **self.fields_entered)


def entered_before(event: ClinicalEvent) -> dict[str, Any]:
    """Return what is on record of an event, as its form shows it."""
    known = {name: getattr(event, name) for name in CHANGEABLE}
    return {**known, **event.details}


def entered_words(form: forms.Form) -> list[tuple[str, str]]:
    """Return what was entered, label and value in words, for a last look; what was left empty is left out."""
    return [(str(form[name].label), in_words(value)) for name, value in form.cleaned_data.items() if value]


def in_words(value: object) -> str:
    if isinstance(value, date):
        return words(value)
    return activity_words(value) if isinstance(value, list) else str(value)


class EndForm(forms.Form):
    """The end of something that lasted."""

    ended_on = DateField(label="On")
    reason = forms.CharField(label="Why", required=False, max_length=LONGEST_TEXT)


class AcceptForm(forms.Form):
    """The receiving clinician's word."""

    accepted_on = DateField(label="Accepted on")
    accepted_by = forms.CharField(label="By whom", max_length=LONGEST_TEXT)
