"""A course over time: its picture, and the scores of the scans that belong to it, each scheme by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Self
from uuid import UUID

from imaging.courses.recist import Course, as_targets, responses_of
from imaging.models import ImagingPolicy, ResponseAssessment
from imaging.pages.course_picture import Drawn, Scored, SumPoint, course_picture
from imaging.pages.days_axis import Spec
from imaging.pages.score_picture import Point, score_picture
from imaging.response.recist import TimePointResponse, baseline_sum
from imaging.response.scores import Scheme
from imaging.response.words import millimetres, percent
from imaging.scoring.comparing import Comparison
from imaging.scoring.comparing import course_of as scans_by
from imaging.scoring.schemes import SCHEMES
from patients.models import Patient
from schedules.protocol.trace import words

PAPER_WIDTH = 540


class SchemeScores(NamedTuple):
    """The scans of a course by one scheme, the earliest first; `picture` is None where the course's own shows them."""

    scheme: Scheme
    scans: Sequence[Comparison]
    picture: Spec | None


class OverTime(NamedTuple):
    """What a course shows over time; `drawn` is None while there is nothing to draw."""

    drawn: Drawn | None
    scores: Sequence[SchemeScores]

    @property
    def picture(self) -> Spec | None:
        """The picture for the page."""
        return course_picture(self.drawn) if self.drawn else None

    @property
    def paper_picture(self) -> Spec | None:
        """The picture for paper: narrower, so that its words stay large enough."""
        return course_picture(self.drawn, width=PAPER_WIDTH) if self.drawn else None


@dataclass(frozen=True, slots=True)
class PatientScans:
    """What a patient's courses have in common: the clinic's scheme first, every scored scan, the treatments."""

    policy: ImagingPolicy
    scheme: Scheme
    by_scheme: Mapping[Scheme, Sequence[Comparison]]
    infusions: Sequence[date]

    @classmethod
    def of(cls, patient: Patient, policy: ImagingPolicy) -> Self:
        """Return those of a patient."""
        first = SCHEMES[policy.scheme]
        schemes = [first, *(each for each in SCHEMES.values() if each is not first)]
        infusions = patient.treatments.given_therapeutic().order_by("started_on").values_list("started_on", flat=True)
        return cls(policy, first, {each: scans_by(patient, each, policy) for each in schemes}, list(infusions))


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a course, both inclusive; `last` is None while it goes on."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Say whether `day` is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


def span_of(course: Course, last: date | None) -> Span:
    """Return the days of a course, from the first scan of its baseline up to `last`, such as the next baseline."""
    imaged = [each.imaged_on for each in course.baseline.studies.all()]
    return Span(min([course.baseline.on, *imaged]), last)


def over_time(course: Course, scans: PatientScans, last: date | None = None) -> OverTime:
    """Return what a course shows over time, up to the day `last` (None: all of it)."""
    span = span_of(course, last)
    infusions = [day for day in scans.infusions if span.holds(day)]
    found: dict[Scheme, list[Comparison]] = {scheme: scans_in(span, rows) for scheme, rows in scans.by_scheme.items()}
    drawn = Drawn(
        [each for each in sum_points(course) if span.holds(each.on)],
        Scored(scans.scheme, points_of(found[scans.scheme])),
        infusions,
    )
    scores = [
        SchemeScores(scheme, rows, None if scheme is scans.scheme else picture_of(scheme, rows, infusions))
        for scheme, rows in found.items()
        if rows
    ]
    return OverTime(drawn if is_worth_drawing(drawn) else None, scores)


def scans_in(span: Span, rows: Iterable[Comparison]) -> list[Comparison]:
    """Return the scans of a course, and the earlier ones they are held against."""
    rows = list(rows)
    own = [each for each in rows if span.holds(each.score.study.imaged_on)]
    wanted = {one.study.pk for each in own for one in (each.score, each.baseline) if one}
    return [each for each in rows if each.score.study.pk in wanted]


def is_worth_drawing(drawn: Drawn) -> bool:
    """Say whether anything came after the first: a time point, or a second scan with a score."""
    return len(drawn.sums) > 1 or (drawn.scored is not None and len(drawn.scored.points) > 1)


def sum_points(course: Course) -> list[SumPoint]:
    """Return the baseline and every time point of which something is known, in order of time."""
    told = responses_of(course)
    targets = as_targets(course)
    mm = baseline_sum(targets, course.baseline.on).mm if targets else None
    says = f"Baseline{f', sum {millimetres(mm)}' if mm is not None else ''}, {words(course.baseline.on)}"
    first = SumPoint(course.baseline.on, mm, "baseline", says, course.baseline.is_signed)
    later = (sum_point(each, told) for each in course.time_points)
    return [first, *(each for each in later if each)]


def sum_point(assessment: ResponseAssessment, told: Mapping[UUID, TimePointResponse]) -> SumPoint | None:
    """Return a time point as it is drawn: what was signed, else what is computed; None while it is not complete."""
    response = told.get(assessment.pk)
    verdict = assessment.recist if assessment.is_signed else response and response.response
    if not verdict:
        return None
    target = response.target if response else None
    mm = target.sum_mm if target and not target.missing else None
    change = target.from_baseline_percent if target else None
    parts = [
        f"{verdict} by RECIST 1.1",
        *([f"sum {millimetres(mm)}"] if mm is not None else []),
        *([f"{percent(change)} from baseline"] if change is not None else []),
        words(assessment.on),
        "signed" if assessment.is_signed else "computed, not signed",
    ]
    return SumPoint(assessment.on, mm, str(verdict), ", ".join(parts), assessment.is_signed)


def points_of(scans: Iterable[Comparison]) -> list[Point]:
    """Return the totals that count, as a picture shows them."""
    return [
        Point(
            each.score.study.imaged_on,
            each.score.counts.total,
            f"{each.score.study.facts.tracer}, {each.score.study.facts.modality}",
            after_therapy=each.score.study.facts.post_therapy,
        )
        for each in scans
        if each.score.counts
    ]


def picture_of(scheme: Scheme, scans: Iterable[Comparison], infusions: Sequence[date]) -> Spec | None:
    """Return the picture of the totals that count; None while there is none."""
    points = points_of(scans)
    return score_picture(scheme, points, infusions) if points else None
