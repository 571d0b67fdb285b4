"""What is asked about messages, and about the systems that are told of them."""

from django import forms

from events.delivery.webhooks import kinds_offered
from events.models import Message, WebhookEndpoint

COLUMNS = {
    "failed": "Failed",
    "waiting": "Waiting",
    "sent": "Sent",
    "suppressed": "Not sent, and why",
    "": "All",
}
CHANNELS = {
    "": "All",
    **{value: label for value, label in Message.Channel.choices if value != Message.Channel.INBOX},
}


class LedgerForm(forms.Form):
    """Which messages the ledger shows."""

    show = forms.ChoiceField(choices=list(COLUMNS.items()), required=False, label="Show")
    channel = forms.ChoiceField(choices=list(CHANNELS.items()), required=False, label="By")


class SettleForm(forms.Form):
    """How a message that failed was settled."""

    reason = forms.CharField(
        label="How it was settled", max_length=200, help_text="Such as: called Dr Roca at 14:20, read back."
    )


class ReturnedForm(forms.Form):
    """What is known of a message that came back."""

    reason = forms.CharField(label="What the answer says", max_length=200, help_text="Such as: mailbox does not exist.")
    for_good = forms.BooleanField(
        label="Nothing arrives at this address or number any more",
        required=False,
        help_text="No reminder is sent there until another is entered.",
    )


class EndpointKindsForm(forms.Form):
    """What an endpoint is told of."""

    kinds = forms.MultipleChoiceField(
        label="Told of", choices=kinds_offered, required=False, widget=forms.CheckboxSelectMultiple
    )


class EndpointForm(EndpointKindsForm):
    """Another system that is to be told."""

    name = forms.CharField(max_length=100, help_text="Such as: hospital record system.")
    url = forms.URLField(
        label="Address", max_length=500, assume_scheme="https", help_text="Such as https://hooks.example.org/followup"
    )
    field_order = ("name", "url", "kinds")


def kinds_of(endpoint: WebhookEndpoint) -> list[str]:
    """Return what an endpoint is told of, as a person reads it."""
    names = dict(kinds_offered())
    return [names.get(kind, kind) for kind in endpoint.kinds]
