"""What a person enters to sign a setting, or to take a signature back."""

from django import forms

from schedules.forms.treatments import SHORT_TEXT


class SignForm(forms.Form):
    """What the signer relies on; `seen` is the value that was read."""

    source = forms.CharField(
        widget=SHORT_TEXT, label="Source", help_text="What you rely on: a guideline, a label, a decision of the clinic."
    )
    seen = forms.CharField(widget=forms.HiddenInput, strip=False)

    def clean_seen(self) -> str:
        """Return the value as it was shown: a form sends its lines with carriage returns."""
        return str(self.cleaned_data["seen"]).replace("\r\n", "\n")


class WithdrawForm(forms.Form):
    """Why a signature is taken back."""

    reason = forms.CharField(widget=SHORT_TEXT, label="Reason")
