"""Which patients go on by another protocol version, and with what where it offers less."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from django import forms

from schedules import protocol as rules
from schedules.models import Plan
from schedules.names import activity_name
from schedules.versions.fitting import INTERVAL_NAMES, LEAVE_OUT, Instead, not_offered, unknown_markers
from schedules.versions.simulating import SHOWN

SHOW_WORDS = {
    "": "All patients",
    "changed": "Something changes",
    "decide": "An appointment to decide about",
    "asked": "A choice it does not offer",
    "unchanged": "Nothing changes",
}
SOME, ALL = "some", "all"


class ReportFilterForm(forms.Form):
    """Which patients of a simulation are listed."""

    show = forms.ChoiceField(choices=[(key, SHOW_WORDS[key]) for key in ("", *SHOWN)], required=False)
    q = forms.CharField(label="Name or MRN", required=False, max_length=100)

    @property
    def chosen(self) -> dict[str, str]:
        """What is asked for; what cannot be read counts as left out."""
        self.is_valid()
        return {"show": self.cleaned_data.get("show", ""), "search": self.cleaned_data.get("q", "")}


class MigrationForm(forms.Form):
    """The patients of a stage, why, and what is chosen in place of what the version does not offer.

    `plans` are those that could go on by `definition`; a field is asked for only where one of them needs it.
    """

    who = forms.ChoiceField(
        label="Who",
        choices=[(SOME, "Those chosen below"), (ALL, "Everybody in follow-up by another version")],
        initial=SOME,
        widget=forms.RadioSelect,
    )
    patient = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), help_text="Stands in the history of each.")

    def __init__(self, *args: Any, definition: rules.Protocol, plans: Sequence[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition, self.plans = definition, plans
        self.fields["patient"].choices = [(str(plan.patient_id), "") for plan in plans]  # type: ignore[attr-defined]
        every = {plan.options for plan in plans}
        missing = {name: options for options in every for name in not_offered(definition, options)}
        for name, words in INTERVAL_NAMES.items():
            if name in missing:
                offer = definition.choices[name]
                self.fields[name] = forms.TypedChoiceField(
                    label=f"{words[:1].upper()}{words[1:]}, where the version does not offer what was chosen",
                    choices=[(number, f"every {number} months") for number in offer.choices],
                    coerce=int,
                    initial=offer.default,
                )
        if LEAVE_OUT in missing:
            unknown = sorted({each for options in every for each in unknown_markers(definition, options)})
            self.fields["leave_out_markers"] = forms.BooleanField(
                label=f"Leave out {', '.join(map(activity_name, unknown))}, which the version does not have",
                required=False,
            )

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of what the version does not offer."""
        return [self[name] for name in (*INTERVAL_NAMES, "leave_out_markers") if name in self.fields]

    @property
    def instead(self) -> Instead:
        return Instead(**{each.name: self.cleaned_data[each.name] for each in self.asked})

    @property
    def patients(self) -> list[UUID] | None:
        """Those chosen; None: everybody."""
        chosen = self.cleaned_data
        return None if chosen["who"] == ALL else [UUID(each) for each in chosen["patient"]]

    @property
    def mark(self) -> str:
        """What tells this choice of plans, and what is chosen instead, from any other."""
        chosen = None if self.patients is None else set(self.patients)
        plans = sorted(str(plan.pk) for plan in self.plans if chosen is None or plan.patient_id in chosen)
        return sha256(repr((plans, self.instead)).encode()).hexdigest()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("who") == SOME and not data.get("patient"):
            self.add_error("who", "Choose at least one patient, or everybody.")
        if self.must_leave_out(data) and not data.get("leave_out_markers"):
            self.add_error("leave_out_markers", "Say that they are left out, or choose other patients.")
        return data

    def must_leave_out(self, data: dict[str, Any]) -> bool:
        """Say whether one of the chosen patients has markers the version does not."""
        chosen = None if data.get("who") == ALL else set(data.get("patient", ()))
        some = (plan for plan in self.plans if chosen is None or str(plan.patient_id) in chosen)
        return any(LEAVE_OUT in not_offered(self.definition, options) for options in {plan.options for plan in some})
