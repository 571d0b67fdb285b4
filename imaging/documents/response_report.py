"""The response report: one assessment with all it stands on, or a whole course, for the file and for colleagues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from imaging.courses.recist import Course, course_of
from imaging.courses.verdicts import best_response
from imaging.documents.lesions import LesionTable, lesion_tables, telling_points
from imaging.documents.scores import ScorePart, score_part
from imaging.documents.time_points import in_words, mark_of, told_of
from imaging.models import ResponseAssessment
from imaging.pages.course_page import shown
from imaging.pages.over_time import PatientScans, Span, over_time, scans_in, span_of
from imaging.pages.scores import is_of_cut_offs
from imaging.response.recist import VERSION
from imaging.scoring.schemes import policy_of
from iotrex_followup.documents import render_pdf
from iotrex_followup.paper_pictures import paper_svg
from patients.models import Patient, Treatment

TEMPLATE = "documents/response_report.html"
SAYS = "The course as a picture: the sum of target lesions with the responses, and the scores. The tables say the same."


@dataclass(frozen=True)
class Part:
    """What is printed: a course up to the day `last` (None: it goes on), and which of it is told in full."""

    course: Course
    told: Sequence[ResponseAssessment]
    last: date | None

    @property
    def patient(self) -> Patient:
        return self.course.baseline.patient


def assessment_report_pdf(assessment: ResponseAssessment, *, today: date) -> bytes:
    """Return the report of one assessment, with what came before it in its course and nothing of what came after.

    `assessment` needs its patient (with clinic), its baseline and who signed it loaded.
    """
    whole = course_of(assessment.baseline or assessment)
    earlier = [each for each in whole.time_points if (each.on, each.pk) < (assessment.on, assessment.pk)]
    course = replace(whole, time_points=[] if assessment.is_baseline else [*earlier, assessment])
    part = Part(course, [assessment], assessment.on)
    own = set(assessment.studies.values_list("pk", flat=True))
    more = {"assessment": assessment, "lesion_tables": lesion_tables(course, telling_points(course))}
    return render(part, mark_of([assessment]), today, more, only=own)


def course_report_pdf(baseline: ResponseAssessment, *, today: date) -> bytes:
    """Return the report of the course held against `baseline`: every time point, up to the next baseline.

    `baseline` needs its patient (with clinic) and who signed it loaded.
    """
    course = course_of(baseline)
    later = ResponseAssessment.objects.baselines().filter(patient=baseline.patient, on__gt=baseline.on)
    last = later.order_by("on").values_list("on", flat=True).first()
    part = Part(course, [baseline, *course.time_points], last)
    tables: list[LesionTable] = lesion_tables(course, course.time_points)
    more = {"shown": shown(course), "lesion_tables": tables}
    return render(part, mark_of(part.told), today, more)


def render(part: Part, mark: str, today: date, more: Mapping[str, object], only: set[UUID] | None = None) -> bytes:
    """Return the report of `part`; `only` are the scans of which scores are printed, None: all of the course."""
    patient = part.patient
    scans = PatientScans.of(patient, policy_of(patient.clinic))
    span, picture = span_of(part.course, part.last), over_time(part.course, scans, part.last).paper_picture
    parts = scores_in(scans, span, only)
    compared = {each.score.study.pk for one in parts for each in one.scans if each.baseline}
    best = best_response(part.course)
    context = {
        "clinic": patient.clinic,
        "patient": patient,
        "today": today,
        "mark": mark,
        "baseline": part.course.baseline,
        "treatments": treatments_in(patient, span),
        "best": in_words(best.response) if best else "",
        "told": [told_of(part.course, each, compared) for each in part.told],
        "picture": paper_svg(picture, says=SAYS) if picture else "",
        "scores": parts,
        "of_cut_offs": is_of_cut_offs(patient),
        "version": VERSION,
        **more,
    }
    return render_pdf(TEMPLATE, context, paper=patient.clinic.paper)


def treatments_in(patient: Patient, span: Span) -> list[Treatment]:
    """Return the treatments given in the days of a course."""
    given = patient.treatments.given_therapeutic().order_by("started_on")
    return [each for each in given if span.holds(each.started_on)]


def scores_in(scans: PatientScans, span: Span, only: set[UUID] | None) -> list[ScorePart]:
    """Return the scores that are printed, scheme by scheme; of `only` some scans each beside its baseline."""
    found = {
        scheme: scans_in(span, rows) if only is None else [each for each in rows if each.score.study.pk in only]
        for scheme, rows in scans.by_scheme.items()
    }
    return [
        score_part(scheme, rows, scans.policy, beside_baseline=only is not None)
        for scheme, rows in found.items()
        if rows
    ]
