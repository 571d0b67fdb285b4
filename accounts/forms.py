"""What people enter about themselves and their colleagues; actions.py makes it so."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django import forms

from accounts.models import Clinic, Membership, Role, Staff
from accounts.open_work import successors
from iotrex_followup.fields import TimeInput

TIMES = ("opens_at", "closes_at", "remind_at", "quiet_from", "quiet_until")
# The headings of the clinic's settings, each with the field it begins at.
SECTIONS = {"The clinic": "name", "Working time": "time_zone", "Messages to patients": "name_in_messages"}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="The invitation goes here; it is also the sign-in.")
    name = forms.CharField(max_length=200, help_text="As colleagues should read it, with title.")
    role = forms.ChoiceField(choices=Role, widget=forms.RadioSelect, initial=Role.COORDINATOR)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role)


class SuccessorForm(forms.Form):
    """Who takes over what somebody has open who leaves, or changes to a role that may not do it."""

    reassign_to = forms.ModelChoiceField(
        Staff.objects.none(), label="Who takes it over", required=False, empty_label="Choose a person"
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = Staff.objects.filter(pk__in=[each.staff_id for each in successors(member)])
        self.fields["reassign_to"].queryset = able.order_by("name")  # type: ignore[attr-defined]


class ProfileForm(forms.Form):
    name = forms.CharField(max_length=200)
    phone = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    language = forms.ChoiceField(
        choices=Staff._meta.get_field("language").choices or (),
        help_text="For messages to you. Pages are in English.",
    )


class ClinicForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """The clinic's settings, checked by the model; the action saves them."""

    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name) for name in sorted(available_timezones())],
        help_text="Decides which day it is, and the hour of appointments.",
    )
    working_weekdays = forms.TypedMultipleChoiceField(
        coerce=int, choices=list(enumerate(WEEKDAYS)), widget=forms.CheckboxSelectMultiple
    )

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings, in order; each field stands in one."""
        starts = [list(self.fields).index(first) for first in SECTIONS.values()]
        fields = list(self)
        return [
            (title, fields[start:end]) for title, (start, end) in zip(SECTIONS, pairwise([*starts, None]), strict=True)
        ]

    class Meta:
        model = Clinic
        fields = (
            "name",
            "address",
            "phone",
            "emergency_phone",
            "email",
            "paper",
            "time_zone",
            "country",
            "region",
            "working_weekdays",
            "opens_at",
            "closes_at",
            "name_in_messages",
            "remind_at",
            "quiet_from",
            "quiet_until",
            "attempts_before_lost",
        )
        labels = {
            "emergency_phone": "Number for day and night",
            "email": "E-mail",
            "paper": "Paper size",
            "name_in_messages": "Name in messages",
            "remind_at": "Reminders leave at",
            "quiet_from": "Quiet from",
            "quiet_until": "Quiet until",
            "attempts_before_lost": "Attempts before “lost to follow-up”",
        }
        help_texts = {
            "opens_at": "Working hours, by the clinic’s clock: the digest leaves when they begin.",
            "closes_at": "Until then an alert of the next working day must be answered.",
            "country": "Two letters, such as ES: decides the public holidays.",
            "region": "State or region, such as MD for Madrid, when it has public holidays of its own.",
            "emergency_phone": "Patients call it with fever or bleeding; printed on what they take home.",
            "name_in_messages": "Nothing that says what you treat: others may read it. Blank: “your hospital”.",
            "remind_at": "By the patient’s own clock; when it lies in the quiet hours, at their end.",
            "quiet_from": "No reminder reaches a patient from then on…",
            "quiet_until": "…until then, by the patient’s own clock. The same time twice: no quiet hours.",
            "attempts_before_lost": "After so many in vain the chase list proposes it; a person decides.",
        }
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "attempts_before_lost": forms.NumberInput(attrs={"size": 3, "min": 1}),
            **dict.fromkeys(TIMES, TimeInput),
        }

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean_region(self) -> str:
        return str(self.cleaned_data["region"]).upper()


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, label="What is it for?", help_text="For example “Laboratory system”.")
    days = forms.TypedChoiceField(
        label="Valid for",
        coerce=int,
        choices=[(30, "30 days"), (90, "90 days"), (365, "1 year")],
        initial=90,
    )

    @property
    def valid_for(self) -> timedelta:
        """How long the token may be used."""
        return timedelta(days=self.cleaned_data["days"])
