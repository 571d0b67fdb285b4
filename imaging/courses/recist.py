"""Lesions as they are stored, as RECIST 1.1 sees them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from imaging.models import ImagingStudy, Lesion, LesionMeasurement, ResponseAssessment
from imaging.response import recist
from imaging.response.reasons import ResponseError
from patients.models import Patient, Treatment

Seen = LesionMeasurement.Seen
Role = Lesion.Role
UNMEASURED = {
    Seen.ABSENT: recist.Seen.ABSENT,
    Seen.TOO_SMALL: recist.Seen.TOO_SMALL,
    Seen.NOT_EVALUATED: recist.Seen.NOT_EVALUATED,
}
STATES = {
    Seen.ABSENT: recist.NonTargetState.ABSENT,
    Seen.PRESENT: recist.NonTargetState.PRESENT,
    Seen.PROGRESSED: recist.NonTargetState.PROGRESSED,
    Seen.NOT_EVALUATED: recist.NonTargetState.NOT_EVALUATED,
}
# What can be told of a lesion, by its role.
OF_ROLE: Mapping[str, tuple[str, ...]] = {
    Role.TARGET: (*UNMEASURED, Seen.MEASURED, Seen.MERGED, Seen.SPLIT),
    Role.NON_TARGET: (*STATES, Seen.MEASURED),
    Role.NEW: (Seen.PRESENT, Seen.MEASURED, Seen.EQUIVOCAL, Seen.ABSENT, Seen.NOT_EVALUATED),
}


@dataclass
class Course:
    """A baseline with its lesions, and the time points after it by day, with what was seen of each lesion."""

    baseline: ResponseAssessment
    lesions: list[Lesion] = field(default_factory=list)
    time_points: list[ResponseAssessment] = field(default_factory=list)
    seen: dict[tuple[UUID, UUID], LesionMeasurement] = field(default_factory=dict)  # by lesion and assessment
    started_on: date | None = None

    def of(self, role: str) -> list[Lesion]:
        """Return the lesions of a role, by name."""
        return [each for each in self.lesions if each.role == role]

    def at(self, lesion: Lesion, assessment: ResponseAssessment) -> LesionMeasurement | None:
        """Return what was seen of the lesion at a time point; None: nothing was entered."""
        return self.seen.get((lesion.pk, assessment.pk))


def course_of(baseline: ResponseAssessment) -> Course:
    """Return the course that is held against `baseline`, by four queries."""
    return courses_of([baseline])[0]


def courses_of(baselines: Iterable[ResponseAssessment]) -> list[Course]:
    """Return the course of each of `baselines`, in their order, by the same four queries for any number."""
    courses = {each.pk: Course(each) for each in baselines}
    lesions = Lesion.objects.filter(baseline__in=courses.keys(), withdrawn=False).select_related("first_seen")
    for lesion in lesions.order_by("-role", "name"):
        courses[lesion.baseline_id].lesions.append(lesion)
    points = ResponseAssessment.objects.standing().filter(baseline__in=courses.keys()).select_related("signed_by")
    for point in points.order_by("on", "id"):
        if point.baseline_id:
            courses[point.baseline_id].time_points.append(point)
    measured = LesionMeasurement.objects.filter(lesion__baseline__in=courses.keys(), withdrawn=False)
    for each in measured.select_related("lesion", "study", "merged_into"):
        courses[each.lesion.baseline_id].seen[each.lesion_id, each.assessment_id] = each
    therapies = Treatment.objects.filter(patient__in={each.baseline.patient_id for each in courses.values()})
    days = list(therapies.given_therapeutic().order_by("started_on").values_list("patient", "started_on"))
    for course in courses.values():
        own = (on for patient, on in days if patient == course.baseline.patient_id and on >= course.baseline.on)
        course.started_on = next(own, None)
    return list(courses.values())


def courses_of_patient(patient: Patient) -> list[Course]:
    """Return a patient's courses, the latest baseline first."""
    return courses_of(ResponseAssessment.objects.baselines().filter(patient=patient).order_by("-on", "-id"))


def measured_on(method: str, studies: Iterable[ImagingStudy]) -> ImagingStudy | None:
    """Return the study a lesion was measured on: the one of its method, where there is one only."""
    of_method = [study for study in studies if study.kind == method]
    return of_method[0] if len(of_method) == 1 else None


def as_targets(course: Course) -> tuple[recist.TargetLesion, ...]:
    """Return the target lesions with their diameters at baseline; those without one are left out."""
    found = []
    for lesion in course.of(Role.TARGET):
        measured = course.at(lesion, course.baseline)
        if measured is None or measured.diameter_mm is None:
            continue
        found.append(
            recist.TargetLesion(
                name=lesion.name,
                organ=lesion.organ,
                diameter_mm=measured.diameter_mm,
                is_node=lesion.is_node,
                method=recist.Method(lesion.method),
                slice_mm=measured.study.slice_mm if measured.study else None,
                nature=recist.Nature(lesion.nature),
                irradiated=lesion.irradiated,
                progressed_since=lesion.progressed_since,
            )
        )
    return tuple(found)


def as_baseline(course: Course) -> recist.Baseline:
    """Return the baseline as RECIST sees it."""
    return recist.Baseline(
        on=course.baseline.on,
        targets=as_targets(course),
        non_targets=tuple(recist.NonTargetLesion(each.name, each.is_node) for each in course.of(Role.NON_TARGET)),
        marker_raised=course.baseline.marker_raised,
        started_on=course.started_on,
    )


def as_time_point(course: Course, assessment: ResponseAssessment) -> recist.TimePoint:
    """Return one time point as RECIST sees it; what was not entered is left out, which RECIST then says."""
    targets: dict[str, recist.Finding] = {}
    non_targets: dict[str, recist.NonTargetState | Decimal] = {}
    new: list[recist.NewLesion] = []
    for lesion in course.lesions:
        measured = course.at(lesion, assessment)
        if measured is None:
            continue
        if lesion.role == Role.TARGET:
            targets[lesion.name] = finding_of(measured)
        elif lesion.role == Role.NON_TARGET:
            state = STATES.get(Seen(measured.seen))
            non_targets[lesion.name] = state or measured.diameter_mm or Decimal(0)
        elif measured.seen in (Seen.PRESENT, Seen.MEASURED, Seen.EQUIVOCAL):
            new.append(recist.NewLesion(lesion.name, certain=measured.seen != Seen.EQUIVOCAL))
    return recist.TimePoint(
        on=assessment.on,
        targets=targets,
        non_targets=non_targets,
        new=tuple(new),
        marker_normal=assessment.marker_normal,
    )


def finding_of(measured: LesionMeasurement) -> recist.Finding:
    """Return what was seen of a target lesion."""
    if measured.seen == Seen.MERGED and measured.merged_into:
        return recist.Merged(measured.merged_into.name)
    if measured.seen == Seen.SPLIT:
        return recist.Split(tuple(measured.parts_mm))
    diameter: Decimal | None = measured.diameter_mm
    if measured.seen == Seen.MEASURED and diameter is not None:
        return diameter
    return UNMEASURED[Seen(measured.seen)]


def assessed(course: Course, *, until: ResponseAssessment | None = None) -> recist.Course:
    """Return the responses of the course, or of it up to one time point.

    Raises   ResponseError: what is entered cannot be assessed; all that is missing or contradictory at once.
    """
    points = [each for each in course.time_points if until is None or (each.on, each.pk) <= (until.on, until.pk)]
    return recist.assess(as_baseline(course), [as_time_point(course, each) for each in points])


def response_at(course: Course, assessment: ResponseAssessment) -> recist.TimePointResponse | tuple[str, ...]:
    """Return the response at a time point, or what is missing; earlier drafts that are not complete are passed over."""
    points = [each for each in course.time_points if each.on < assessment.on and is_complete(course, each)]
    try:
        told = recist.assess(as_baseline(course), [as_time_point(course, each) for each in (*points, assessment)])
    except ResponseError as error:
        return error.mistakes
    return told.responses[-1]


def is_complete(course: Course, assessment: ResponseAssessment) -> bool:
    """Say whether every lesion of the baseline has something told of it at a time point."""
    followed = [each for each in course.lesions if each.role != Role.NEW]
    return all(course.at(each, assessment) is not None for each in followed)


def responses_of(course: Course) -> dict[UUID, recist.TimePointResponse]:
    """Return the response of each time point that is complete, by its id."""
    points = [each for each in course.time_points if is_complete(course, each)]
    try:
        told = recist.assess(as_baseline(course), [as_time_point(course, each) for each in points])
    except ResponseError:
        return {}
    by_day = {response.on: response for response in told.responses}
    return {each.pk: by_day[each.on] for each in points}
