"""What is asked when a specimen does not stand for what was planned."""

from django import forms


class DeclineMatchForm(forms.Form):
    reason = forms.CharField(max_length=500, help_text="For example: drawn before the transfusion, another test.")
