"""What a person enters about an alert; labs/actions/alerts.py decides whether it can be."""

from datetime import date, datetime
from typing import Any

from django import forms

from accounts.models import Clinic, Staff
from iotrex_followup.fields import DateField, TimeInput
from labs.models import Alert
from labs.pages.alert_list import ANY, MINE, UNASSIGNED, UNRESOLVED, Filters
from labs.rules.episodes import ROLES

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})


class AlertFilterForm(forms.Form):
    """What the list is narrowed to; a value that is not offered narrows nothing."""

    state = forms.ChoiceField(
        required=False,
        choices=[
            (Alert.State.OPEN.value, "Waiting for an answer"),
            (UNRESOLVED, "All that are not resolved"),
            *((state.value, state.label) for state in (Alert.State.ACKNOWLEDGED, Alert.State.SNOOZED)),
            (Alert.State.RESOLVED.value, "Resolved"),
        ],
    )
    tier = forms.ChoiceField(required=False, label="Urgency", choices=[(ANY, "Any urgency"), *Alert.Tier.choices])
    whose = forms.ChoiceField(
        required=False, choices=[("", "Everybody’s"), (MINE, "Mine"), (UNASSIGNED, "Nobody has it yet")]
    )
    rule = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, rules: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["rule"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [("", "Any rule"), *rules]

    @property
    def filters(self) -> Filters:
        """What was chosen."""
        if not self.is_bound:
            return Filters()
        self.is_valid()
        chosen = self.cleaned_data
        return Filters(
            tier=chosen.get("tier", ""),
            state=chosen.get("state") or Alert.State.OPEN,
            whose=chosen.get("whose", ""),
            rule=chosen.get("rule", ""),
        )


class AcknowledgeForm(forms.Form):
    """What happens next, and by when."""

    next_step = forms.ChoiceField(label="What next?", choices=Alert.NextStep, widget=forms.RadioSelect)
    by_when = DateField(
        label="By when?",
        widget=forms.DateInput(attrs={"type": "date", "data-focus": True}, format="%Y-%m-%d"),
        help_text="If it has not happened by then, the alert comes back.",
        error_messages={"required": "Say by when."},
    )
    text = forms.CharField(
        label="In a few words",
        max_length=500,
        widget=SHORT_TEXT,
        error_messages={"required": "Say what happens next."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self["next_step"].value()
        self.fields["by_when"].required = chosen != Alert.NextStep.NO_ACTION
        self.fields["text"].required = chosen == Alert.NextStep.OTHER

    @property
    def facts(self) -> dict[str, Any]:
        return self.cleaned_data


class TellForm(forms.Form):
    """Who was told, when, and whether it was read back."""

    told_staff = forms.ModelChoiceField(Staff.objects.none(), label="Told", required=False, empty_label="Somebody else")
    told = forms.CharField(label="Somebody else: name and number", required=False, max_length=200)
    on = DateField(label="On")
    at = forms.TimeField(label="At", widget=TimeInput)
    read_back = forms.BooleanField(label="They read it back to me", required=False)

    def __init__(self, *args: Any, clinic: Clinic, call: str, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = clinic.zone
        offer_people(self.fields["told_staff"], clinic)
        local = now.astimezone(self.zone)
        self.initial = {"told": call, "on": local.date(), "at": local.time()}

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes; one of ours goes before a name."""
        entered = self.cleaned_data
        return {
            "told_staff": entered["told_staff"],
            "told": entered["told"],
            "at": datetime.combine(entered["on"], entered["at"], self.zone),
            "read_back": entered["read_back"],
        }


class HandOverForm(forms.Form):
    """Whose it is from now on."""

    to = forms.ModelChoiceField(Staff.objects.none(), label="To", empty_label="Choose a person")
    note = forms.CharField(label="What they should know", required=False, max_length=500, widget=SHORT_TEXT)

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["to"], clinic)

    @property
    def facts(self) -> dict[str, Any]:
        return self.cleaned_data


class SnoozeForm(forms.Form):
    """Until when an alert is set aside."""

    until = DateField(label="Until")
    reason = forms.CharField(label="Why", required=False, max_length=500, widget=SHORT_TEXT)

    def __init__(self, *args: Any, next_count: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if next_count:
            self.fields[
                "until"
            ].help_text = f"At the latest {next_count:%-d %b %Y}: the next blood count is planned then."

    @property
    def facts(self) -> dict[str, Any]:
        return self.cleaned_data


class ResolveForm(forms.Form):
    """How an alert ended."""

    resolution = forms.CharField(label="How was it resolved?", max_length=500, widget=SHORT_TEXT)

    @property
    def facts(self) -> dict[str, Any]:
        return self.cleaned_data


def offer_people(field: forms.Field, clinic: Clinic) -> None:
    """Let `field` choose among those who work on the clinic's alerts."""
    people = Staff.objects.filter(
        is_active=True, memberships__in=clinic.memberships.filter(is_active=True, role__in=ROLES)
    )
    field.queryset = people.order_by("name")  # type: ignore[attr-defined]
