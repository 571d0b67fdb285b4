"""A patient's response over time as lines of a file: a line for each lesion at each time point."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from uuid import UUID

from imaging.courses.recist import Course, courses_of_patient, responses_of
from imaging.models import AssessedStudy, Lesion, ResponseAssessment
from imaging.pages.course_page import first_sum, seen_words
from imaging.response.recist import TimePointResponse
from imaging.response.words import HUNDREDTH, plain
from imaging.scoring.counting import scores_by
from imaging.scoring.schemes import SCHEMES, policy_of
from patients.models import Patient

COLUMNS = (
    *("mrn", "baseline", "time_point", "signed", "lesion", "role", "organ", "node", "seen", "diameter_mm", "sum_mm"),
    *("from_baseline_percent", "from_nadir_percent", "recist_computed", "recist_signed", "mibg_signed"),
    *(f"{scheme.lower()}_total" for scheme in SCHEMES),
)
Cell = str | Decimal | None


@dataclass(frozen=True)
class Point:
    """A baseline or time point of a course, with what is computed of it now; None of a baseline."""

    course: Course
    assessment: ResponseAssessment
    response: TimePointResponse | None
    totals: Sequence[str]


def response_lines(patient: Patient) -> Iterator[tuple[Cell, ...]]:
    """Yield the lines, the first course first; a time point without lesions has one line, without a lesion."""
    totals = totals_of(patient)
    for course in reversed(courses_of_patient(patient)):
        told = responses_of(course)
        for assessment in (course.baseline, *course.time_points):
            point = Point(course, assessment, told.get(assessment.pk), totals[assessment.pk])
            for lesion in followed(point):
                yield _line(patient, point, lesion)


def followed(point: Point) -> Sequence[Lesion | None]:
    """Return the lesions known by then; without any, None for the line of the time point."""
    return [each for each in point.course.lesions if each.first_seen.on <= point.assessment.on] or [None]


def totals_of(patient: Patient) -> Mapping[UUID, Sequence[str]]:
    """Return the totals by each scheme of the scans of each assessment, where a score counts; of several joined."""
    read = AssessedStudy.objects.filter(assessment__patient=patient, study__withdrawn=False)
    pairs = list(read.select_related("study").order_by("study__imaged_on", "study_id"))
    studies = {each.study_id: each.study for each in pairs}
    policy = policy_of(patient.clinic)
    found: dict[UUID, Sequence[str]] = defaultdict(lambda: [""] * len(SCHEMES))
    counting = [
        {each.study.pk: str(each.counts.total) for each in scores_by(scheme, studies.values(), policy) if each.counts}
        for scheme in SCHEMES.values()
    ]
    for pk in {each.assessment_id for each in pairs}:
        own = [each.study_id for each in pairs if each.assessment_id == pk]
        found[pk] = [" and ".join(totals[study] for study in own if study in totals) for totals in counting]
    return found


def _line(patient: Patient, point: Point, lesion: Lesion | None) -> tuple[Cell, ...]:
    assessment = point.assessment
    is_told = assessment.is_signed and not assessment.is_baseline
    return (
        patient.mrn,
        point.course.baseline.on.isoformat(),
        assessment.on.isoformat(),
        assessment.signed_on.isoformat() if assessment.signed_on else "",
        *(_lesion_cells(point, lesion) if lesion else [""] * 6),
        *_sum_cells(point),
        str(point.response.response) if point.response else "",
        *((assessment.recist, assessment.get_mibg_display()) if is_told else ("", "")),
        *point.totals,
    )


def _lesion_cells(point: Point, lesion: Lesion) -> tuple[Cell, ...]:
    measured = point.course.at(lesion, point.assessment)
    return (
        lesion.name,
        lesion.get_role_display(),
        lesion.organ,
        "yes" if lesion.is_node else "no",
        measured.get_seen_display() if measured else "",
        seen_words(measured) if measured and (measured.diameter_mm or measured.parts_mm) else "",
    )


def _sum_cells(point: Point) -> tuple[Cell, ...]:
    if point.assessment.is_baseline:
        return first_sum(point.course), "", ""
    target = point.response.target if point.response else None
    if target is None:
        return "", "", ""
    return plain(target.sum_mm), _cut(target.from_baseline_percent), _cut(target.from_nadir_percent)


def _cut(percent: Decimal | None) -> Decimal | None:
    """Return a change as the pages print it: cut, so that what has not reached 20 % never reads so."""
    return None if percent is None else percent.quantize(HUNDREDTH, rounding=ROUND_DOWN)
