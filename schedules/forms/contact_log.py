"""What a person enters about a contact with a patient or their people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms

from accounts.models import Clinic
from events.models import Message
from iotrex_followup.fields import DateField, TimeInput
from patients.contacting import ContactFacts
from patients.forms import clinicians_of
from patients.models import Contact, ContactEntry
from schedules.pages.chase import TITLES, Filters

ANSWERS = [("yes", "yes"), ("no", "no"), ("", "not asked")]
TWO_LINES = forms.Textarea(attrs={"rows": 2})
LONGEST_NOTE = 2000
BY_US = [(value, label) for value, label in ContactEntry.Means.choices if value != ContactEntry.Means.REPLY]


class ChaseFilterForm(forms.Form):
    """What the chase list is narrowed to."""

    reason = forms.ChoiceField(required=False, choices=[("", "All reasons"), *TITLES.items()])
    clinician = forms.ModelChoiceField(Contact.objects.none(), required=False)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clinicians = clinicians_of(clinic)
        clinicians.empty_label = "Everybody’s patients"
        self.fields["clinician"] = clinicians

    @property
    def filters(self) -> Filters:
        """What was chosen; a value that is not offered narrows nothing."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return Filters(chosen.get("reason", ""), chosen.get("clinician"))


def note_field(label: str, hint: str = "") -> forms.CharField:
    """Return a field for a few lines."""
    return forms.CharField(label=label, required=False, max_length=LONGEST_NOTE, widget=TWO_LINES, help_text=hint)


class ContactChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Somebody of the patient's, with the number."""

    def label_from_instance(self, contact: Contact) -> str:
        named = f"{contact} ({contact.get_relation_display().lower()})" if contact.name else str(contact)
        return ", ".join(part for part in (named, contact.phone, contact.phone_fault) if part)


class ContactLogForm(forms.Form):
    """One contact: with whom and how, what came of it, the red flags, what was said, and what is next."""

    contact = ContactChoice(Contact.objects.none(), label="With", required=False, empty_label="Somebody else")
    means = forms.ChoiceField(label="How", choices=BY_US)
    direction = forms.ChoiceField(label="Who began", choices=ContactEntry.Direction)
    at = DateField(label="On")
    time = forms.TimeField(label="At", widget=TimeInput, help_text="By the clinic’s clock.")
    outcome = forms.ChoiceField(label="What came of it", choices=ContactEntry.Outcome, widget=forms.RadioSelect)
    call_again_on = DateField(label="Call promised for", required=False)
    said = note_field("What was said or asked")
    advice = note_field("Advice given")
    next_step = note_field("Next step")
    messages = forms.MultipleChoiceField(
        label="This also deals with",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Once somebody is reached these are done.",
    )

    def __init__(
        self,
        *args: Any,
        clinic: Clinic,
        contacts: Sequence[Contact],
        open_messages: Iterable[Message],
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "id_contact_%s"} | kwargs)
        self.clinic = clinic
        local = now.astimezone(clinic.zone)
        self.initial.setdefault("at", local.date())
        self.initial.setdefault("time", local.time())
        self.fields["at"].widget.attrs["max"] = self.fields["call_again_on"].widget.attrs["min"] = (
            local.date().isoformat()
        )
        choice = self.fields["contact"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = Contact.objects.filter(pk__in=[contact.pk for contact in contacts])
        for flag, label in ContactEntry.RedFlag.choices:
            self.fields[f"flag_{flag}"] = forms.ChoiceField(
                label=label, choices=ANSWERS, required=False, widget=forms.RadioSelect, initial=""
            )
        self.open_messages = {str(message.pk): message for message in open_messages}
        offered = self.fields["messages"]
        if not self.open_messages:
            del self.fields["messages"]
        elif isinstance(offered, forms.MultipleChoiceField):
            offered.choices = [(pk, named(message)) for pk, message in self.open_messages.items()]
            self.initial.setdefault("messages", list(self.open_messages))

    @property
    def flag_fields(self) -> list[forms.BoundField]:
        return [self[f"flag_{flag}"] for flag in ContactEntry.RedFlag.values]

    @property
    def facts(self) -> ContactFacts:
        """What the action takes of it."""
        entered = self.cleaned_data
        answers = {flag: entered[f"flag_{flag}"] for flag in ContactEntry.RedFlag.values}
        return ContactFacts(
            direction=entered["direction"],
            means=entered["means"],
            at=datetime.combine(entered["at"], entered["time"], self.clinic.zone),
            outcome=entered["outcome"],
            contact=entered["contact"],
            messages=tuple(self.open_messages[pk] for pk in entered.get("messages", ())),
            answers={flag: answer == "yes" for flag, answer in answers.items() if answer},
            said=entered["said"],
            advice=entered["advice"],
            next_step=entered["next_step"],
            call_again_on=entered["call_again_on"],
        )


def named(message: Message) -> str:
    """Return a message as it is offered: "SMS, could not be sent: Appointment reminder"."""
    return f"{message.get_channel_display()}, {message.get_state_display().lower()}: {message.subject}"


class SeenForm(forms.Form):
    """What follows from a word that came in by itself."""

    red_flags = forms.MultipleChoiceField(
        label="Red flags it tells of",
        required=False,
        choices=ContactEntry.RedFlag,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each opens an alert at once.",
    )
    next_step = forms.CharField(
        label="What follows", max_length=LONGEST_NOTE, widget=TWO_LINES, help_text="If nothing, say so."
    )
    call_again_on = DateField(label="Call promised for", required=False)

    def __init__(self, *args: Any, entry: ContactEntry, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_seen_%s"} | kwargs)
        self.initial.setdefault("red_flags", entry.red_flags)
