"""What a person enters about a clinic's reminders: its rules, and its words."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from schedules.names import ACTIVITY_NAMES
from schedules.reminders.rules import LONGEST_DAYS, Moment, Rule, RulesUnsound, read_rules
from schedules.reminders.texts import LONGEST_BODY, LONGEST_SUBJECT, Name, Text
from schedules.reminding.sign_offs import WHEN


class RuleForm(forms.Form):
    """One rule."""

    days = forms.IntegerField(min_value=0, max_value=LONGEST_DAYS, widget=forms.NumberInput(attrs={"size": 3}))
    moment = forms.ChoiceField(
        choices=[(moment.value, words) for moment, words in WHEN.items()],
        label="When",
        widget=forms.Select(attrs={"class": "fit"}),
        initial=Moment.BEFORE_BOOKED.value,  # so that a line nobody filled counts as empty
    )
    activity = forms.ChoiceField(
        choices=[("", "Anything"), *ACTIVITY_NAMES.items()], required=False, label="With this still to be done"
    )
    weekly = forms.BooleanField(required=False, label="Weekly visits too")
    active = forms.BooleanField(required=False, initial=True, label="In use")


class RulesFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not generic when it runs
    """All rules of a clinic: one form each, and an empty one to add another."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Name the box that takes a rule away."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Take away"

    @property
    def kept(self) -> list[RuleForm]:
        """The forms that are rules: filled, and not to be taken away."""
        return [form for form in self.forms if form.has_changed() or form.initial if not self.is_taken_away(form)]

    def is_taken_away(self, form: RuleForm) -> bool:
        """Say whether the rule is marked to be taken away."""
        return bool(form.cleaned_data.get("DELETE"))

    @property
    def content(self) -> list[dict[str, Any]]:
        """The rules as they are stored."""
        names = Rule.__dataclass_fields__
        return [{name: form.cleaned_data[name] for name in names} for form in self.kept]

    def clean(self) -> None:
        """Refuse what is no rule at the field that is wrong."""
        if any(self.errors):
            return
        kept = self.kept
        try:
            read_rules(self.content, ACTIVITY_NAMES)
        except RulesUnsound as error:
            for mistake in error.mistakes:
                form = kept[mistake.row - 1]
                form.add_error(mistake.key if mistake.key in form.fields else None, str(mistake))


def rules_form(data: Any, rules: Iterable[Rule]) -> RulesFormSet:
    """Return the form of a clinic's rules, filled with what was entered or with what holds."""
    made = forms.formset_factory(RuleForm, formset=RulesFormSet, extra=1, can_delete=True)
    initial: Sequence[dict[str, Any]] = [rule.content for rule in rules]
    filled: RulesFormSet = made(data, initial=initial, prefix="rules")  # type: ignore[assignment]
    return filled


class TextForm(forms.Form):
    """The words of one text."""

    subject = forms.CharField(max_length=LONGEST_SUBJECT, required=False)
    body = forms.CharField(
        label="Text", max_length=LONGEST_BODY, required=False, widget=forms.Textarea(attrs={"rows": 12})
    )

    def __init__(self, *args: Any, name: Name, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if name.channel == "sms":
            self.fields["body"].widget.attrs["rows"] = 4
        if name.channel == "sms" or name.prepares:
            del self.fields["subject"]

    @property
    def text(self) -> Text:
        """The text as entered."""
        return Text(self.cleaned_data.get("subject", ""), self.cleaned_data["body"])
