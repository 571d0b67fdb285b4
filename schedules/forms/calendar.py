"""What a person enters about the clinic's calendar."""

from django import forms

from iotrex_followup.fields import DateField
from schedules.names import ACTIVITY_NAMES


class ClosureForm(forms.Form):
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day", help_text="The same day for one day.")
    reason = forms.CharField(max_length=200, help_text="For example “move to the new building”.")


class CapacityForm(forms.Form):
    activity = forms.ChoiceField(choices=list(ACTIVITY_NAMES.items()))
    places = forms.IntegerField(
        label="Places a day", min_value=0, help_text="How many the clinic can do on a working day. 0: none on any day."
    )
