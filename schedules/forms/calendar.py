"""What a person enters about the clinic's calendar."""

from django import forms

from iotrex_followup.fields import DateInput


class ClosureForm(forms.Form):
    first_day = forms.DateField(label="First day", widget=DateInput)
    last_day = forms.DateField(label="Last day", widget=DateInput, help_text="The same day for one day.")
    reason = forms.CharField(max_length=200, help_text="For example “move to the new building”.")
