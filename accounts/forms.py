"""What people enter about themselves and their colleagues; actions.py makes it so."""

from datetime import timedelta

from django import forms

from accounts.models import Role, Staff


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="The invitation goes here; it is also the sign-in.")
    name = forms.CharField(max_length=200, help_text="As colleagues should read it, with title.")
    role = forms.ChoiceField(choices=Role, widget=forms.RadioSelect, initial=Role.COORDINATOR)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role)


class ProfileForm(forms.Form):
    name = forms.CharField(max_length=200)
    phone = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
    )
    language = forms.ChoiceField(
        choices=Staff._meta.get_field("language").choices or (),
        help_text="For messages to you. Pages are in English.",
    )


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
