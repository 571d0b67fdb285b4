"""How a clinic has its results judged, as a form made from the rules that are shipped."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms

from labs.actions.policy import without_signatures
from labs.models import LabPolicy
from labs.policy_settings import Setting, Settings, as_run, changed, settings_of, shipped
from labs.rules.loader import adapted_rules

RULE_IS_ON = "on."


class RuleFields(NamedTuple):
    """One rule with its fields: whether it runs, and its numbers; `signed` and `version` as the clinic runs it."""

    key: str
    title: str
    source: str
    version: str
    signed: bool
    switch: forms.BoundField
    numbers: list[forms.BoundField]
    differs: bool


class PolicyForm(forms.Form):
    """CTCAE version, rules and numbers."""

    ctcae = forms.ChoiceField(
        label="Grades by",
        choices=LabPolicy.Ctcae.choices,
        widget=forms.RadioSelect,
        help_text="Kept with each grade: grades given before stay as they are.",
    )

    def __init__(self, *args: Any, policy: LabPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        self.fields["ctcae"].initial = policy.ctcae
        content = as_run(without_signatures(policy.settings))
        self._settings = {rule: settings_of(rule, content) for rule in shipped()}
        for rule, settings in self._settings.items():
            on = rule not in policy.rules_off
            self.fields[f"{RULE_IS_ON}{rule}"] = forms.BooleanField(required=False, initial=on, label="This rule runs")
            for setting in settings:
                self.fields[setting.path] = field_of(setting)

    @property
    def rules(self) -> Iterator[RuleFields]:
        """The rules with their fields, in the order of the file."""
        running = adapted_rules(self.policy.settings, off=self.policy.rules_off)
        own = without_signatures(self.policy.settings)
        for rule in running:
            yield RuleFields(
                rule.key,
                rule.title,
                rule.source,
                rule.version,
                rule.signed,
                self[f"{RULE_IS_ON}{rule.key}"],
                [self[setting.path] for setting in self._settings[rule.key]],
                rule.key in own,
            )

    @property
    def rules_off(self) -> list[str]:
        """The rules that are switched off."""
        return [rule for rule in self._settings if not self.cleaned_data[f"{RULE_IS_ON}{rule}"]]

    @property
    def settings(self) -> Settings:
        """What differs from what is shipped."""
        paths = [setting.path for settings in self._settings.values() for setting in settings]
        return changed({path: self.cleaned_data[path] for path in paths})


def field_of(setting: Setting) -> forms.CharField:
    """Return the field of one setting: a line for a number, several for lists."""
    label = setting.label[:1].upper() + setting.label[1:]
    if setting.lines:
        rows = min(max(setting.lines, len(setting.text) // 60 + 1), 6)
        widget = forms.Textarea(attrs={"rows": rows})
        return forms.CharField(label=label, initial=setting.text, required=False, widget=widget)
    return forms.CharField(
        label=label, initial=setting.text, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
