"""How the patients of a clinic responded: the latest course of each that has a signed time point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max

from accounts.models import Clinic, Staff
from imaging.courses.recist import Course, courses_of
from imaging.courses.verdicts import signed_course
from imaging.models import ResponseAssessment
from imaging.models.assessments import AssessmentQuerySet
from imaging.pages.response_pictures import Bar, Track, spider, waterfall
from imaging.response import recist
from imaging.response.words import percent
from patients.models import Patient

MOST = 200  # patients on the page, those assessed last; a line says how many more there are
DAYS_A_MONTH, TENTH = Decimal("30.4375"), Decimal("0.1")


class Step(NamedTuple):
    """A signed time point: months since the treatment (None: none was given), the change of the sum, the verdict."""

    on: date
    months: Decimal | None
    change: Decimal | None
    response: str

    @property
    def words(self) -> str:
        """Return it as "3.1 months: -33.33 % PR"."""
        when = f"{self.months} months" if self.months is not None else f"{self.on:%-d %b %Y}"
        change = f"{percent(self.change)} " if self.change is not None else ""
        return f"{when}: {change}{self.response}"


@dataclass(frozen=True, slots=True)
class PatientResponse:
    """A patient's course: its steps up to progression, the one with the best change, the best overall response.

    `differing` are the days on which a clinician signed another verdict than the one computed.
    """

    patient: Patient
    course: Course
    steps: Sequence[Step]
    best: recist.BestResponse
    differing: Sequence[date] = ()

    @property
    def smallest(self) -> Step | None:
        """The step with the best change of the sum; None where no sum is known."""
        known = [each for each in self.steps if each.change is not None]
        return min(known, key=lambda each: (each.change, each.on), default=None)

    @property
    def change(self) -> Decimal | None:
        return self.smallest.change if self.smallest else None

    @property
    def change_words(self) -> str:
        return percent(self.change) if self.change is not None else ""


@dataclass(frozen=True, slots=True)
class Responses:
    """What the page shows: patients by their best change, the worst first, then those without a sum.

    `left_out`: how many more patients there are; `not_computed`: whose course cannot be assessed as it is stored.
    """

    rows: Sequence[PatientResponse]
    left_out: int
    not_computed: Sequence[Patient]

    @property
    def waterfall(self) -> dict[str, object] | None:
        """The picture of the best changes; None without one."""
        bars = [
            Bar(number, each.change, str(each.best.response))
            for number, each in enumerate(self.rows, 1)
            if each.change is not None
        ]
        return waterfall(bars) if bars else None

    @property
    def spider(self) -> dict[str, object] | None:
        """The picture of the changes over months; None where no treatment followed a baseline."""
        tracks = [track for number, each in enumerate(self.rows, 1) if (track := track_of(number, each))]
        return spider(tracks) if tracks else None

    @property
    def without_sum(self) -> int:
        return sum(each.change is None for each in self.rows)

    @property
    def without_treatment(self) -> int:
        return sum(each.change is not None and each.course.started_on is None for each in self.rows)


def responses(clinic: Clinic, viewer: Staff, *, indication: str = "") -> Responses:
    """Return how the patients of `clinic` responded, by the same few queries however many there are."""
    signed = signed_time_points(clinic, viewer, indication)
    latest = signed.order_by().values("patient_id").annotate(last=Max("on")).order_by("-last", "patient_id")
    patients = [each["patient_id"] for each in latest[:MOST]]
    chosen = signed.filter(patient__in=patients).order_by("patient_id", "-baseline__on", "-baseline_id")
    baselines = ResponseAssessment.objects.filter(
        pk__in=chosen.distinct("patient_id").values("baseline_id")
    ).select_related("patient")
    rows, not_computed = [], []
    for course in courses_of(baselines):
        if told := signed_course(course):
            rows.append(row_of(course, told))
        else:
            not_computed.append(course.baseline.patient)
    return Responses(in_order(rows), max(0, latest.count() - MOST), not_computed)


def signed_time_points(clinic: Clinic, viewer: Staff, indication: str) -> AssessmentQuerySet:
    """Return the signed time points of the clinic's patients, as far as `viewer` may see them."""
    rows = ResponseAssessment.objects.visible_to(viewer).filter(
        clinic=clinic,
        state=ResponseAssessment.State.SIGNED,
        baseline__isnull=False,
        patient__in=Patient.objects.in_follow_up().filter(clinic=clinic),
    )
    return rows.filter(patient__indication=indication) if indication else rows


def row_of(course: Course, told: recist.Course) -> PatientResponse:
    """Return how a course went, up to its progression."""
    by_day = {each.on: each for each in told.responses}
    signed = [each for each in course.time_points if each.is_signed and each.on in by_day]
    return PatientResponse(
        patient=course.baseline.patient,
        course=course,
        steps=[
            Step(each.on, months_since(course.started_on, each.on), change_at(by_day[each.on]), each.recist)
            for each in signed
            if told.progression_on is None or each.on <= told.progression_on
        ],
        best=recist.best_overall_response(told),
        differing=[each.on for each in signed if each.recist != by_day[each.on].response],
    )


def change_at(response: recist.TimePointResponse) -> Decimal | None:
    """Return the change of the sum from the baseline in per cent; None where no whole sum is known."""
    return response.target.from_baseline_percent if response.target else None


def months_since(started_on: date | None, on: date) -> Decimal | None:
    """Return the months between a treatment and a day, to a tenth; None without a treatment."""
    return (Decimal((on - started_on).days) / DAYS_A_MONTH).quantize(TENTH) if started_on else None


def in_order(rows: Sequence[PatientResponse]) -> list[PatientResponse]:
    """Return `rows` as a waterfall has them: the most growth first, those without a sum last."""
    return sorted(rows, key=lambda each: (each.change is None, -(each.change or 0), each.patient.search_name))


def track_of(number: int, row: PatientResponse) -> Track | None:
    """Return a patient's line, from the baseline on; None where it cannot be placed."""
    began = months_since(row.course.started_on, row.course.baseline.on)
    drawn = [each for each in row.steps if each.change is not None]
    if began is None or not drawn:
        return None
    points = [(each.months, each.change) for each in drawn if each.months is not None and each.change is not None]
    later = f", then {row.steps[-1].response}" if row.steps[-1] is not drawn[-1] else ""
    return Track(number, [(began, Decimal(0)), *points], f"{drawn[-1].response}{later}")
