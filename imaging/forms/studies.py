"""What is entered about a study and its report; imaging/actions decides whether it can be."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from events.attachments import AttachmentField
from imaging.actions.reports import ReportFacts
from imaging.actions.studies import StudyFacts
from imaging.models import ImagingStudy
from iotrex_followup.fields import DateField
from schedules.models import PlannedActivity
from schedules.names import timepoint_name
from schedules.protocol.trace import words

SHORT_TEXT = forms.Textarea(attrs={"rows": 2})
NUMBER = forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "min": 0})


class StudyForm(forms.Form):
    """What was done, when and where."""

    kind = forms.ChoiceField(label="What was done", choices=[("", "Choose"), *ImagingStudy.Kind.choices])
    imaged_on = DateField(label="Images taken on")
    injected_on = DateField(
        label="Tracer given on",
        required=False,
        help_text="If another day: for I-123 MIBG, the day before.",
    )
    tracer_product = forms.CharField(
        label="Product", required=False, max_length=80, help_text="For a PET, such as Ga-68 DOTATATE."
    )
    activity_mbq = forms.DecimalField(label="Activity given (MBq)", required=False, widget=NUMBER)
    region = forms.CharField(
        label="Region", required=False, max_length=100, help_text="Such as whole body, or chest and abdomen."
    )
    slice_mm = forms.DecimalField(
        label="Thickness of slices (mm)", required=False, widget=NUMBER, help_text="Of CT and MRI."
    )
    accession = forms.CharField(label="Accession number", required=False, max_length=80)
    study_uid = forms.CharField(
        label="Study Instance UID", required=False, max_length=64, help_text="Opens the images in the clinic's viewer."
    )
    elsewhere = forms.BooleanField(label="Done elsewhere", required=False)
    place = forms.CharField(label="Where", required=False, max_length=200)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("imaged_on", "injected_on"):
            self.fields[name].widget.attrs["max"] = today.isoformat()

    @property
    def facts(self) -> StudyFacts:
        return StudyFacts(**self.cleaned_data)


class ChangeStudyForm(StudyForm):
    """A change of what is known; the kind and the days have a reason."""

    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=500,
        widget=SHORT_TEXT,
        help_text="Needed when what was done, or a day, changes.",
    )

    @property
    def fields_entered(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class ReportForm(forms.Form):
    """What was reported: as text, as a file, or both."""

    status = forms.ChoiceField(
        choices=[(each.value, each.label) for each in ImagingStudy.ReportStatus if each.value],
        initial=ImagingStudy.ReportStatus.FINAL,
        widget=forms.RadioSelect,
        label="This is",
    )
    reported_on = DateField(label="Reported on")
    reader = forms.CharField(label="Read by", required=False, max_length=200)
    text = forms.CharField(label="Report", required=False, widget=forms.Textarea(attrs={"rows": 12}))
    attached = AttachmentField(label="File")
    reason = forms.CharField(label="Reason for the change", required=False, max_length=500, widget=SHORT_TEXT)

    def __init__(self, data: Any, files: Any, *, study: ImagingStudy, today: date) -> None:
        known = {"text": study.report_text, "reader": study.reader, "reported_on": study.reported_on or today}
        if study.report_status:
            known["status"] = study.report_status
        super().__init__(data, files, initial=known)
        self.fields["reported_on"].widget.attrs |= {"min": study.imaged_on.isoformat(), "max": today.isoformat()}
        if study.report_status != ImagingStudy.ReportStatus.FINAL:
            del self.fields["reason"]
        if study.report_file:
            self.fields["attached"].help_text = f"{study.report_file} stays unless another is chosen."

    @property
    def facts(self) -> ReportFacts:
        entered = self.cleaned_data
        return ReportFacts(entered["status"], entered["reported_on"], entered["text"], entered["reader"])


class LinkForm(forms.Form):
    """Which planned scan the study stands for."""

    activity = forms.ChoiceField(label="It stands for")
    reason = forms.CharField(
        required=False, max_length=500, widget=SHORT_TEXT, help_text="Needed when the images are of another time."
    )

    def __init__(self, *args: Any, offered: Iterable[PlannedActivity], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(each.pk): each for each in offered}
        field = self.fields["activity"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Choose"), *((pk, planned_words(each)) for pk, each in self.offered.items())]

    @property
    def planned(self) -> PlannedActivity:
        return self.offered[self.cleaned_data["activity"]]


def planned_words(activity: PlannedActivity) -> str:
    """Name a planned scan by its timepoint and window."""
    visit = activity.visit
    done = "" if activity.is_open else ", done"
    return f"{timepoint_name(visit.timepoint, visit.kind)}, {words(visit.opens)} to {words(visit.closes)}{done}"
