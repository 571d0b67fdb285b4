"""What the pages of a course show: its time points side by side, lesion by lesion."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from imaging.courses.recist import Course, as_targets, responses_of
from imaging.models import ImagingStudy, Lesion, LesionMeasurement, ResponseAssessment
from imaging.response import recist
from imaging.response.recist import baseline_sum
from imaging.response.words import listed, percent, plain

Seen = LesionMeasurement.Seen


class Column(NamedTuple):
    """One time point: what was computed of it now, and whether that is still what was signed."""

    assessment: ResponseAssessment
    response: recist.TimePointResponse | None
    studies: Sequence[ImagingStudy]

    @property
    def sum_mm(self) -> str:
        """The sum in mm, and which lesions are not in it: "33.0 without Lung 1"."""
        target = self.response.target if self.response else None
        if target is None:
            return ""
        return f"{plain(target.sum_mm)} without {listed(target.missing)}" if target.missing else plain(target.sum_mm)

    @property
    def from_baseline(self) -> str:
        target = self.response.target if self.response else None
        return "" if target is None or target.from_baseline_percent is None else percent(target.from_baseline_percent)

    @property
    def from_nadir(self) -> str:
        target = self.response.target if self.response else None
        if target is None or target.from_nadir_percent is None:
            return ""
        return f"{percent(target.from_nadir_percent)} since {target.nadir_on:%-d %b %Y}"

    @property
    def has_changed(self) -> bool:
        """Whether what was signed is computed otherwise by now, or not any more, since something before it changed."""
        signed = (self.assessment.proposal.get("recist") or {}).get("response")
        return bool(self.assessment.is_signed and signed and signed != (self.response and self.response.response))


class Row(NamedTuple):
    """A lesion, and what was seen of it at the baseline and at each time point, in words."""

    lesion: Lesion
    cells: Sequence[str]


class ShownCourse(NamedTuple):
    """A course as a table: the baseline and its sum, the columns of its time points, a row for each lesion."""

    baseline: ResponseAssessment
    baseline_sum: str
    columns: Sequence[Column]
    rows: Sequence[Row]


def shown(course: Course) -> ShownCourse:
    """Return the course as it is shown."""
    told = responses_of(course)
    columns = [
        Column(each, told.get(each.pk), list(each.studies.all().order_by("imaged_on"))) for each in course.time_points
    ]
    points = [course.baseline, *course.time_points]
    rows = [Row(lesion, [seen_words(course.at(lesion, point)) for point in points]) for lesion in course.lesions]
    return ShownCourse(course.baseline, first_sum(course), columns, rows)


def first_sum(course: Course) -> str:
    """Return the sum of diameters at the baseline, in mm; blank without target lesions."""
    targets = as_targets(course)
    return plain(baseline_sum(targets, course.baseline.on).mm) if targets else ""


def seen_words(measured: LesionMeasurement | None) -> str:
    """Return what was seen of a lesion: "12.5", "12 + 9", "gone"; blank: nothing was entered."""
    if measured is None:
        return ""
    if measured.seen == Seen.MERGED and measured.merged_into:
        return f"merged with {measured.merged_into.name}"
    if measured.seen == Seen.SPLIT:
        return " + ".join(map(shown_mm, measured.parts_mm))
    if measured.diameter_mm is not None:
        return shown_mm(measured.diameter_mm)
    return measured.get_seen_display().lower()


def shown_mm(value: Decimal) -> str:
    """Return a diameter as it was entered."""
    return f"{value:f}"
