"""What a person enters about the clinic's calendar."""

from django import forms

from iotrex_followup.fields import DateField


class ClosureForm(forms.Form):
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day", help_text="The same day for one day.")
    reason = forms.CharField(max_length=200, help_text="For example “move to the new building”.")
