"""What a person enters about a visit; schedules/actions/recording.py decides whether it can be."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from iotrex_followup.fields import DateField
from schedules.actions.recording import DONE, DRAWN
from schedules.examination import FINDINGS, TIMING_REASONS, VITAL_SIGNS, Examination
from schedules.models import PlannedVisit
from schedules.names import ACTIVITY_NAMES, activity_name
from schedules.protocol import is_specimen

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})
TRI_STATE = [("present", "present"), ("absent", "absent"), ("", "not asked")]


class RecordForm(forms.Form):
    """One day: what was done, where, and what was found. One field per activity, finding and vital sign."""

    occurred_on = DateField(label="Date")
    elsewhere = forms.BooleanField(label="Done elsewhere", required=False)
    place = forms.CharField(
        label="Where", max_length=200, required=False, help_text="The practice or laboratory, when done elsewhere."
    )
    other_symptoms = forms.CharField(label="Other symptoms", required=False, widget=SHORT_TEXT)
    note = forms.CharField(required=False, widget=SHORT_TEXT)

    def __init__(self, *args: Any, activities: Iterable[str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.activities = sorted(activities, key=visit_order)
        self.fields["occurred_on"].initial = today
        self.fields["occurred_on"].widget.attrs["max"] = today.isoformat()
        for activity in self.activities:
            self.fields[f"outcome_{activity}"] = outcome_field(activity)
        for key, name in FINDINGS.items():
            self.fields[f"finding_{key}"] = forms.ChoiceField(
                label=name, choices=TRI_STATE, required=False, widget=forms.RadioSelect, initial=""
            )
        for key in VITAL_SIGNS:
            self.fields[key] = vital_sign_field(key)

    @property
    def outcome_fields(self) -> list[forms.BoundField]:
        return [self[f"outcome_{activity}"] for activity in self.activities]

    @property
    def finding_fields(self) -> list[forms.BoundField]:
        return [self[f"finding_{key}"] for key in FINDINGS]

    @property
    def vital_sign_fields(self) -> list[tuple[forms.BoundField, str]]:
        """Each with the unit that stands inside it."""
        return [(self[key], sign.unit) for key, sign in VITAL_SIGNS.items()]

    @property
    def outcomes(self) -> dict[str, str]:
        """What was done, by activity; what was not is left out."""
        answers = {activity: self.cleaned_data[f"outcome_{activity}"] for activity in self.activities}
        return {activity: outcome for activity, outcome in answers.items() if outcome in (DONE, DRAWN)}

    @property
    def examination(self) -> Examination:
        entered = self.cleaned_data
        findings = {key: entered[f"finding_{key}"] for key in FINDINGS if entered[f"finding_{key}"]}
        measured = {key: entered[key] for key in VITAL_SIGNS}
        return Examination(
            findings=findings, other_symptoms=entered["other_symptoms"], note=entered["note"], **measured
        )

    @property
    def facts(self) -> dict[str, Any]:
        """What the action takes of it."""
        entered = self.cleaned_data
        return {
            "occurred_on": entered["occurred_on"],
            "outcomes": self.outcomes,
            "examination": self.examination,
            "elsewhere": entered["elsewhere"],
            "place": entered["place"],
        }


class RecordVisitForm(RecordForm):
    """A planned visit: each open activity is answered, and a day outside the window has its reason."""

    timing_reason = forms.ChoiceField(
        label="Why outside the window?", required=False, choices=[("", "Choose a reason"), *TIMING_REASONS.items()]
    )
    timing_text = forms.CharField(label="In a few words", max_length=500, required=False, help_text="For “Other”.")

    @property
    def facts(self) -> dict[str, Any]:
        entered = self.cleaned_data
        return {**super().facts, "timing_reason": entered["timing_reason"], "timing_text": entered["timing_text"]}


class UnscheduledVisitForm(RecordForm):
    """A visit nobody planned: any activity may have been done, none needs an answer."""

    def __init__(self, *args: Any, asked: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, activities=ACTIVITY_NAMES, **kwargs)
        self.activities.sort(key=lambda activity: activity not in asked)
        for bound in self.outcome_fields:
            bound.field.required = False


class MissedForm(forms.Form):
    reason = forms.CharField(label="Why was it missed?", widget=SHORT_TEXT, required=False)
    next_step = forms.CharField(
        label="What happens next?", widget=SHORT_TEXT, required=False, help_text="For example “count on Thu 4 Apr”."
    )


class NotApplicableForm(forms.Form):
    activities = forms.MultipleChoiceField(label="What does not apply?", widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label="Why?", widget=SHORT_TEXT, required=False)

    def __init__(self, *args: Any, visit: PlannedVisit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {a.activity: activity_name(a.activity) for a in visit.activities.all() if a.is_open}
        offer(self, names)


class ReleaseForm(forms.Form):
    reason = forms.CharField(label="Why?", max_length=500)


def visit_order(activity: str) -> int:
    """Return the place of an activity in the order a visit goes; what only a protocol file knows comes last."""
    known = list(ACTIVITY_NAMES)
    return known.index(activity) if activity in known else len(known)


def offer(form: forms.Form, names: Mapping[str, str]) -> None:
    """Offer the activities `names`, all of them chosen."""
    field = form.fields["activities"]
    if isinstance(field, forms.MultipleChoiceField):
        field.choices = list(names.items())
    field.initial = list(names)


def outcome_field(activity: str) -> forms.ChoiceField:
    """Return the question whether an activity was done. Nothing is chosen beforehand: the person says it."""
    drawn = [(DRAWN, "Drawn, result awaited")] if is_specimen(activity) else []
    choices = [(DONE, "Done"), *drawn, ("open", "Not done")]
    errors = {"required": "Say whether it was done."}
    return forms.ChoiceField(
        label=activity_name(activity), choices=choices, widget=forms.RadioSelect, error_messages=errors
    )


def vital_sign_field(key: str) -> forms.Field:
    """Return the field of one vital sign, with its plausible limits."""
    sign = VITAL_SIGNS[key]
    return forms.DecimalField(
        label=sign.name,
        required=False,
        min_value=sign.least,
        max_value=sign.most,
        max_digits=6,
        decimal_places=sign.decimals,
    )
