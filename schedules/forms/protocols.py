"""The editor of a protocol draft: its file as fields, and the fields as a file."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BoundField

from schedules.protocol import Protocol, content_of, dump_content
from schedules.protocol.loader import LONGEST_PHASE, MOST_PHASES
from schedules.protocol.options import INTERVALS

OPTION_NAMES = {
    "imaging_interval": "Imaging to year 5",
    "annual_interval": "Visits after year 5",
    "late_imaging_interval": "Imaging after year 5",
}
OPTIONS = [("", "–"), *((name, f"as chosen: {OPTION_NAMES[name].lower()}") for name in INTERVALS)]
LINES = forms.Textarea(attrs={"rows": 6})


def joined(values: Any) -> str:
    return ", ".join(map(str, values))


def parted(text: str) -> list[str]:
    """Return the words of a list as it is typed: "cbc, thyroid"."""
    return [word for part in text.split(",") if (word := part.strip())]


def pairs(text: str) -> dict[str, str]:
    """Return "key: value" lines as a table; a line without a colon is a key without a value."""
    found = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip():
            found[key.strip()] = value.strip()
    return found


def numbers(text: str) -> list[int | str]:
    """Return whole numbers as they are typed; what is none stays a text, which the file's reader names."""
    return [int(word) if word.isdecimal() else word for word in parted(text)]


class ProtocolForm(forms.Form):
    """All of a protocol file but its phases."""

    title = forms.CharField(max_length=200)
    slug = forms.SlugField(label="Short name", max_length=50)
    version = forms.CharField(max_length=20)
    first_week = forms.IntegerField(label="Counts are lowest from week", min_value=1)
    last_week = forms.IntegerField(label="to week", min_value=1)
    nadir_cost = forms.IntegerField(
        label="Rank of a count in these weeks",
        min_value=0,
        max_value=999,
        help_text="0 to 999; the highest comes first.",
    )
    activities = forms.CharField(widget=LINES, help_text="One a line, as “key: name”.")
    indications = forms.CharField(
        label="Markers of secreting tumours",
        widget=LINES,
        required=False,
        help_text="One indication a line, as “key: marker, marker”.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in OPTION_NAMES.items():
            self.fields[f"{name}_choices"] = forms.CharField(label=f"{label}: months to choose from", max_length=100)
            self.fields[f"{name}_default"] = forms.IntegerField(label=f"{label}: months unless chosen otherwise")

    @classmethod
    def initial_of(cls, protocol: Protocol) -> dict[str, Any]:
        """Return what the fields show of `protocol`."""
        offers = {
            field: value
            for name, offer in protocol.choices.items()
            for field, value in ((f"{name}_choices", joined(offer.choices)), (f"{name}_default", offer.default))
        }
        return {
            "title": protocol.title,
            "slug": protocol.slug,
            "version": protocol.version,
            "first_week": protocol.nadir.first_week,
            "last_week": protocol.nadir.last_week,
            "nadir_cost": protocol.nadir.cost,
            "activities": "\n".join(f"{key}: {name}" for key, name in protocol.activities.items()),
            "indications": "\n".join(f"{key}: {joined(markers)}" for key, markers in protocol.indications.items()),
            **offers,
        }

    @property
    def content(self) -> dict[str, Any]:
        """The tables of the file but the phases."""
        entered = self.cleaned_data
        return {
            "slug": entered["slug"],
            "version": entered["version"],
            "title": entered["title"],
            "activities": pairs(entered["activities"]),
            "indications": {key: parted(markers) for key, markers in pairs(entered["indications"]).items()},
            "options": {
                name: {"choices": numbers(entered[f"{name}_choices"]), "default": entered[f"{name}_default"]}
                for name in INTERVALS
            },
            "nadir": {
                "first_week": entered["first_week"],
                "last_week": entered["last_week"],
                "cost": entered["nadir_cost"],
            },
        }


def number(label: str, *, required: bool = False, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, required=required, help_text=help_text)


class PhaseForm(forms.Form):
    """One phase of a protocol."""

    name = forms.CharField(max_length=100)
    key = forms.SlugField(
        max_length=LONGEST_PHASE, help_text="weeks, months, quarters and years name the phases of a care team."
    )
    kind = forms.ChoiceField(choices=[("visit", "Visit"), ("imaging", "Imaging")])
    unit = forms.ChoiceField(label="Counted in", choices=[("weeks", "weeks"), ("months", "months")])
    begins = forms.ChoiceField(choices=[("first", "with number"), ("after", "one step after number")])
    start = number("Number", required=True)
    last = number("Last number", help_text="Empty: without end.")
    every = number("Step")
    option = forms.ChoiceField(label="or step by choice", choices=OPTIONS, required=False)
    before = number("Window: days before", required=True)
    after = number("Window: days after", required=True)
    activities = forms.CharField(help_text="Keys, with commas.")
    markers_every = number("Markers when the number divides by", help_text="Empty: never.")
    cost = number("Rank of a miss", required=True)
    first_cost = number("Rank of the first one")
    visits_every = forms.ChoiceField(label="Visits less often", choices=OPTIONS, required=False)
    between_activities = forms.CharField(label="Activities between visits", required=False)
    between_cost = number("Rank between visits")
    replace_under = number("Closing: replaces a scan within months")
    longest_gap = number("Closing: longest gap in months")
    leave_out = forms.BooleanField(label="Leave this phase out", required=False)

    @classmethod
    def initial_of(cls, key: str, content: dict[str, Any]) -> dict[str, Any]:
        """Return what the fields show of one phase."""
        between, closing = content.get("between", {}), content.get("closing", {})
        begins = "first" if "first" in content else "after"
        every = content["every"]
        return {
            **{
                name: content.get(name)
                for name in ("name", "kind", "unit", "last", "markers_every", "cost", "first_cost")
            },
            "key": key,
            "begins": begins,
            "start": content[begins],
            "every": every if isinstance(every, int) else None,
            "option": every if isinstance(every, str) else "",
            "before": content["window"]["before"],
            "after": content["window"]["after"],
            "activities": joined(content["activities"]),
            "visits_every": between.get("visits_every", ""),
            "between_activities": joined(between.get("activities", ())),
            "between_cost": between.get("cost"),
            "replace_under": closing.get("replace_under"),
            "longest_gap": closing.get("longest_gap"),
        }

    @property
    def content(self) -> dict[str, Any]:
        """The table of the phase; what was left empty is left out."""
        entered = self.cleaned_data
        content = {
            "name": entered["name"],
            "kind": entered["kind"],
            "unit": entered["unit"],
            entered["begins"]: entered["start"],
            "last": entered["last"],
            "every": entered["option"] or entered["every"],
            "window": {"before": entered["before"], "after": entered["after"]},
            "activities": parted(entered["activities"]),
            "markers_every": entered["markers_every"],
            "first_cost": entered["first_cost"],
            "cost": entered["cost"],
        }
        if entered["visits_every"]:
            content["between"] = {
                "visits_every": entered["visits_every"],
                "activities": parted(entered["between_activities"]),
                "cost": entered["between_cost"] or 0,
            }
        if entered["replace_under"] is not None or entered["longest_gap"] is not None:
            closing = {"replace_under": entered["replace_under"], "longest_gap": entered["longest_gap"]}
            content["closing"] = {name: value for name, value in closing.items() if value is not None}
        return {name: value for name, value in content.items() if value is not None}


class PhaseSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not to be subscripted at run time
    """The phases of a draft, in their order."""

    def clean(self) -> None:
        if any(self.errors):
            return
        keys = [form.cleaned_data["key"] for form in self.kept]
        for key in dict.fromkeys(keys):
            if keys.count(key) > 1:
                raise forms.ValidationError(f"Two phases have the key “{key}”. Give each its own.")

    @property
    def kept(self) -> list[PhaseForm]:
        return [form for form in self.forms if not form.cleaned_data.get("leave_out")]

    @property
    def mistakes(self) -> list[tuple[str, BoundField, str]]:
        """What is wrong with the entries: the phase's name, the field and the mistake."""
        return [
            (form["name"].value() or "A new phase", form[name], mistake)
            for form in self.forms
            for name, errors in form.errors.items()
            if name != NON_FIELD_ERRORS
            for mistake in errors
        ]

    @property
    def content(self) -> dict[str, Any]:
        """The phases' tables by key."""
        return {form.cleaned_data["key"]: form.content for form in self.kept}


Phases: type[PhaseSet] = forms.formset_factory(  # type: ignore[assignment]  # the stubs lose the base
    PhaseForm, formset=PhaseSet, extra=0, max_num=MOST_PHASES
)


def initial_phases(protocol: Protocol) -> list[dict[str, Any]]:
    """Return what the phases' fields show of `protocol`."""
    return [PhaseForm.initial_of(key, content) for key, content in content_of(protocol)["phases"].items()]


def text_of(head: ProtocolForm, phases: PhaseSet) -> str:
    """Return the protocol file the valid forms describe."""
    return dump_content(head.content | {"phases": phases.content})


class CopyForm(forms.Form):
    slug = forms.SlugField(label="Short name", max_length=50, help_text="The copy's own name, in letters and hyphens.")
    version = forms.CharField(max_length=20)


class PublishForm(forms.Form):
    reason = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Reason, when the findings warn of something",
    )


class RetireForm(forms.Form):
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}))
