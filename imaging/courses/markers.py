"""The tumour markers beside a time point."""

from datetime import timedelta

from imaging.courses.recist import Course
from imaging.models import ResponseAssessment
from patients.tumour_markers import MarkerCourse, marker_courses

# What is drawn within four weeks after the images belongs to them. Ours, not from a source.
AFTER = timedelta(days=28)


def markers_at(course: Course, assessment: ResponseAssessment) -> tuple[MarkerCourse, ...]:
    """Return each marker against what it was before the treatment, or the baseline where none was given by then."""
    given = course.started_on
    if assessment.is_baseline:
        return marker_courses(assessment.patient, given or assessment.on, given or assessment.on)
    since = given if given and given <= assessment.on else course.baseline.on
    return marker_courses(assessment.patient, since, assessment.on + AFTER)
