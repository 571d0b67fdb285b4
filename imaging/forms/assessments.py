"""What is entered of a time point: its studies, what was seen of each lesion, what else is known, the verdict."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from imaging.actions.assessments import DESCRIBED, Verdict
from imaging.actions.lesions import LesionFacts, SeenFacts
from imaging.courses.mibg import scans_of
from imaging.courses.recist import OF_ROLE, Course, measured_on
from imaging.courses.verdicts import Computed
from imaging.models import ImagingStudy, Lesion, LesionMeasurement, ResponseAssessment
from patients.models import Indication
from schedules.protocol.trace import words

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})
DIAMETER = forms.TextInput(attrs={"inputmode": "decimal", "size": 8, "autocomplete": "off"})
Seen = LesionMeasurement.Seen
MERGED = "merged:"  # with the id of the lesion it merged with


class OpenForm(forms.Form):
    """The studies that are read together."""

    studies = forms.MultipleChoiceField(label="Studies read together", widget=forms.CheckboxSelectMultiple)
    begins = forms.ChoiceField(
        label="This is",
        choices=[("no", "a time point of the course"), ("yes", "a baseline, with which a course begins")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offered: Sequence[ImagingStudy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(each.pk): each for each in offered}
        field = self.fields["studies"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(pk, study_words(each)) for pk, each in self.offered.items()]

    @property
    def chosen(self) -> list[ImagingStudy]:
        return [self.offered[pk] for pk in self.cleaned_data["studies"]]

    @property
    def is_baseline(self) -> bool:
        return bool(self.cleaned_data["begins"] == "yes")


def study_words(study: ImagingStudy) -> str:
    """Name a study by its kind, day and region."""
    region = f", {study.region}" if study.region else ""
    return f"{study.get_kind_display()}, {words(study.imaged_on)}{region}"


def diameters(text: str) -> tuple[Decimal, ...]:
    """Return the diameters in "12 + 9" or "12", in mm; a comma is a decimal point.

    Raises   ValidationError: something in it is no number.
    """
    parts = [part.strip().replace(",", ".") for part in text.split("+") if part.strip()]
    if not all(re.fullmatch(r"\d+(\.\d+)?", part, re.ASCII) for part in parts):
        raise forms.ValidationError("Enter mm, such as 12.5; of a lesion that split, 12 + 9.")
    return tuple(map(Decimal, parts))


class FindingsForm(forms.Form):
    """What was seen of each lesion of the course; what is left empty stays as it is."""

    def __init__(
        self,
        data: Any = None,
        *,
        course: Course,
        assessment: ResponseAssessment,
        studies: Sequence[ImagingStudy],
    ) -> None:
        super().__init__(data)
        self.course, self.assessment, self.studies = course, assessment, studies
        self.lesions = [
            each for each in course.lesions if each.first_seen.on <= assessment.on or each.first_seen == assessment
        ]
        for lesion in self.lesions:
            self.add_fields(lesion)

    def add_fields(self, lesion: Lesion) -> None:
        """Ask what was seen of one lesion, and its diameter where it may have one."""
        known = self.course.at(lesion, self.assessment)
        choices = [("", "–"), *((each, Seen(each).label) for each in OF_ROLE[lesion.role] if each != Seen.MERGED)]
        if lesion.role == Lesion.Role.TARGET and not self.assessment.is_baseline:
            others = [each for each in self.course.of(Lesion.Role.TARGET) if each.pk != lesion.pk]
            choices += [(f"{MERGED}{each.pk}", f"Merged with {each.name}") for each in others]
        chosen = "" if known is None else f"{MERGED}{known.merged_into_id}" if known.merged_into_id else known.seen
        self.fields[f"seen_{lesion.pk}"] = forms.ChoiceField(
            choices=choices, required=False, initial=chosen, label=f"{lesion.name}: what was seen"
        )
        if Seen.MEASURED in OF_ROLE[lesion.role] and (lesion.role != Lesion.Role.NON_TARGET or lesion.is_node):
            self.fields[f"mm_{lesion.pk}"] = forms.CharField(
                required=False, initial=mm_words(known), max_length=60, widget=DIAMETER, label=f"{lesion.name}: mm"
            )

    def rows(self) -> list[tuple[Lesion, forms.BoundField, forms.BoundField | None]]:
        """Return each lesion with its fields."""
        names = self.fields.keys()
        return [
            (each, self[f"seen_{each.pk}"], self[f"mm_{each.pk}"] if f"mm_{each.pk}" in names else None)
            for each in self.lesions
        ]

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        for lesion in self.lesions:
            try:
                entered[str(lesion.pk)] = self.finding_of(lesion, entered)
            except forms.ValidationError as error:
                self.add_error(f"mm_{lesion.pk}", error)
        return entered

    def finding_of(self, lesion: Lesion, entered: dict[str, Any]) -> SeenFacts | None:
        """Return what was entered of a lesion; None: nothing. A diameter alone says that it was measured."""
        seen = entered.get(f"seen_{lesion.pk}") or ""
        sizes = diameters(entered.get(f"mm_{lesion.pk}") or "")
        if not seen and not sizes:
            return None
        known = self.course.at(lesion, self.assessment)
        study = (known and known.study) or measured_on(lesion.method, self.studies)
        size = sizes[0] if sizes else None
        # What the page does not ask stays.
        found = SeenFacts(seen or Seen.MEASURED, size, study=study, note=known.note if known else "")
        if seen.startswith(MERGED):
            into = next(each for each in self.lesions if str(each.pk) == seen.removeprefix(MERGED))
            return replace(found, seen=Seen.MERGED, merged_into=into)
        if len(sizes) > 1 or seen == Seen.SPLIT:
            return replace(found, seen=Seen.SPLIT, diameter_mm=None, parts_mm=sizes)
        return found

    @property
    def found(self) -> dict[UUID, SeenFacts]:
        """What was entered of lesions of which something changed."""
        changed = [each for each in self.lesions if {f"seen_{each.pk}", f"mm_{each.pk}"} & set(self.changed_data)]
        entered = {each.pk: self.cleaned_data[str(each.pk)] for each in changed}
        return {pk: facts for pk, facts in entered.items() if facts is not None}


def mm_words(measured: LesionMeasurement | None) -> str:
    """Return diameters as they are entered: "12", of parts "12 + 9"."""
    if measured is None:
        return ""
    return " + ".join(f"{part:f}" for part in measured.parts_mm or filter(None, [measured.diameter_mm]))


class LesionForm(forms.Form):
    """A lesion, and what was seen of it where it is entered."""

    name = forms.CharField(max_length=60, help_text="Its own among the lesions, such as Liver 1.")
    role = forms.ChoiceField(choices=[], widget=forms.RadioSelect)
    organ = forms.CharField(max_length=60, help_text="Paired organs are one: both lungs are lung.")
    mm = forms.CharField(
        label="Diameter (mm)",
        required=False,
        max_length=20,
        widget=DIAMETER,
        help_text="The longest; of a lymph node the short axis. Of a target lesion.",
    )
    is_node = forms.BooleanField(label="Lymph node", required=False)
    is_primary = forms.BooleanField(label="Primary tumour", required=False)
    method = forms.ChoiceField(label="Measured on", choices=Lesion.METHODS)
    nature = forms.ChoiceField(label="What it is", choices=Lesion.NATURES)
    irradiated = forms.BooleanField(label="Irradiated, or treated otherwise by itself, before", required=False)
    progressed_since = forms.BooleanField(label="Has grown since that", required=False)
    equivocal = forms.BooleanField(label="Perhaps new: look again next time", required=False)
    note = forms.CharField(required=False, max_length=200)

    def __init__(
        self, *args: Any, assessment: ResponseAssessment, studies: Sequence[ImagingStudy], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.studies = studies
        role = self.fields["role"]
        if not assessment.is_baseline:
            for name in ("irradiated", "progressed_since", "is_primary"):
                del self.fields[name]
            role.initial, role.widget = Lesion.Role.NEW, forms.HiddenInput()
        else:
            del self.fields["equivocal"]
        if isinstance(role, forms.ChoiceField):
            baseline_roles = [Lesion.Role.TARGET, Lesion.Role.NON_TARGET]
            roles = baseline_roles if assessment.is_baseline else [Lesion.Role.NEW]
            role.choices = [(each.value, each.label) for each in roles]

    def clean_mm(self) -> Decimal | None:
        sizes = diameters(self.cleaned_data["mm"])
        if len(sizes) > 1:
            raise forms.ValidationError("Enter one diameter.")
        return sizes[0] if sizes else None

    @property
    def fields_entered(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("mm", "equivocal")}

    @property
    def facts(self) -> LesionFacts:
        return LesionFacts(**self.fields_entered)

    @property
    def found(self) -> SeenFacts:
        size = self.cleaned_data["mm"]
        seen = Seen.EQUIVOCAL if self.cleaned_data.get("equivocal") else Seen.MEASURED if size else Seen.PRESENT
        if self.cleaned_data["role"] == Lesion.Role.TARGET:
            seen = Seen.MEASURED
        kept = size if seen == Seen.MEASURED else None
        return SeenFacts(seen, kept, study=measured_on(self.facts.method, self.studies))

    def found_besides(self, measured: LesionMeasurement | None) -> SeenFacts:
        """What was seen; of what was known before, its note stays, and the study while the method is the same."""
        if measured is None:
            return self.found
        same = measured.study and self.facts.method == measured.lesion.method
        return replace(self.found, note=measured.note, study=measured.study if same else self.found.study)


class DescribeForm(forms.Form):
    """What is known of a time point besides its lesions; of a baseline only what later ones are held against."""

    marker_raised = forms.BooleanField(
        label="A tumour marker is above its limit",
        required=False,
        help_text="Complete response then needs it normal again.",
    )
    marker_normal = forms.NullBooleanField(
        label="The marker that was raised is normal again",
        widget=forms.Select(choices=[("", "Not measured"), ("true", "Yes"), ("false", "No")]),
    )
    markers = forms.ChoiceField(
        label="Tumour markers since the baseline", choices=ResponseAssessment.Course.choices, required=False
    )
    symptoms = forms.ChoiceField(
        label="Symptoms since the baseline", choices=ResponseAssessment.Course.choices, required=False
    )
    marrow_percent = forms.DecimalField(
        label="Tumour in the marrow (%)", required=False, help_text="The worst sample; empty: not looked at."
    )
    primary_uptake = forms.ChoiceField(
        label="MIBG uptake of the primary tumour", choices=ResponseAssessment.Uptake.choices, required=False
    )
    soft_tissue_uptake = forms.ChoiceField(
        label="MIBG uptake of soft tissue", choices=ResponseAssessment.Uptake.choices, required=False
    )
    new_uptake = forms.BooleanField(label="A site takes up MIBG that did not at the baseline", required=False)

    def __init__(self, data: Any = None, *, assessment: ResponseAssessment, baseline: ResponseAssessment) -> None:
        super().__init__(data, initial={name: getattr(assessment, name) for name in DESCRIBED})
        asked = {"marrow_percent", "primary_uptake", "soft_tissue_uptake", "new_uptake"}
        if assessment.patient.indication != Indication.NEUROBLASTOMA:
            self.leave_out(asked)
        if assessment.is_baseline:
            self.leave_out({"marker_normal", "markers", "symptoms", *asked} - {"marrow_percent"})
        else:
            self.leave_out({"marker_raised"} if baseline.marker_raised else {"marker_raised", "marker_normal"})

    def leave_out(self, names: Iterable[str]) -> None:
        for name in names:
            self.fields.pop(name, None)

    @property
    def described(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class VerdictForm(forms.Form):
    """What the clinician makes of it."""

    recist = forms.ChoiceField(
        label="Response by RECIST 1.1", choices=[("", "Choose"), *ResponseAssessment.Recist.choices], required=False
    )
    mibg = forms.ChoiceField(
        label="MIBG scan against the baseline",
        choices=[("", "Choose"), *ResponseAssessment.Mibg.choices],
        required=False,
    )
    differs = forms.CharField(
        label="Why is it not what was computed?", required=False, max_length=500, widget=SHORT_TEXT
    )
    comment = forms.CharField(required=False, max_length=2000, widget=SHORT_TEXT)

    def __init__(self, data: Any = None, *, assessment: ResponseAssessment, computed: Computed) -> None:
        known = {
            "recist": computed.recist.response if computed.recist else "",
            "mibg": (computed.uptake or "") if scans_of(assessment) else ResponseAssessment.Mibg.NOT_DONE,
            "comment": assessment.comment,
        }
        super().__init__(data, initial=known)
        if assessment.is_baseline:
            for name in ("recist", "mibg", "differs"):
                del self.fields[name]

    @property
    def verdict(self) -> Verdict:
        return Verdict(**self.cleaned_data)
