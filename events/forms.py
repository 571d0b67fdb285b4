"""What is asked about messages."""

from django import forms

COLUMNS = {
    "failed": "Failed",
    "waiting": "Waiting",
    "sent": "Sent",
    "suppressed": "Not sent, and why",
    "": "All",
}


class LedgerForm(forms.Form):
    """Which messages the ledger shows."""

    show = forms.ChoiceField(choices=list(COLUMNS.items()), required=False, label="Show")


class SettleForm(forms.Form):
    """How a message that failed was settled."""

    reason = forms.CharField(
        label="How it was settled", max_length=200, help_text="Such as: called Dr Roca at 14:20, read back."
    )
