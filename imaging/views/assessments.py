"""Response over time: a patient's courses, one time point, its lesions, its signature."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from imaging.actions import assessments as actions
from imaging.actions import lesions
from imaging.courses.comparing import compared
from imaging.courses.proposing import questions_of
from imaging.courses.recist import course_of, courses_of_patient
from imaging.courses.verdicts import best_response, proposed, target_findings, what_is_missing
from imaging.forms.assessments import DescribeForm, FindingsForm, LesionForm, OpenForm, VerdictForm, mm_words
from imaging.models import ImagingStudy, Lesion, ResponseAssessment
from imaging.pages.course_page import shown
from imaging.pages.over_time import PatientScans, over_time
from imaging.scoring.schemes import policy_of
from iotrex_followup.refusals import accepted, attempt
from patients.models import Patient
from patients.views import find_patient, form_page
from schedules.forms.treatments import ReasonForm
from schedules.views.answers import about, say_done

TEMPLATE = "imaging/assessment_form.html"


@require_GET
@requires(May.VIEW)
def response(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show a patient's courses, the latest first, with every time point and lesion."""
    patient = find_patient(request, pk)
    courses = courses_of_patient(patient)
    scans = PatientScans.of(patient, policy_of(patient.clinic))
    ends = [None, *(course.baseline.on for course in courses)]  # a course ends with the baseline of the next
    context = {
        **about(patient, today_of(request)),
        "courses": [
            (shown(course), best_response(course), over_time(course, scans, last))
            for course, last in zip(courses, ends, strict=False)
        ],
        "may_decide": may_here(request, May.DECIDE) and patient.status == Patient.Status.ACTIVE,
        "has_studies": ImagingStudy.objects.standing().filter(patient=patient).exists(),
    }
    return render(request, "imaging/response.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def open_assessment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Choose the studies that are read together; the address may name one, and those of its day are chosen with it."""
    patient = find_patient(request, pk)
    offered = list(ImagingStudy.objects.standing().filter(patient=patient).order_by("-imaged_on", "-id"))
    has_baseline = ResponseAssessment.objects.baselines().filter(patient=patient).exists()
    days = {each.imaged_on for each in offered if str(each.pk) in request.GET.getlist("study")}
    known = {
        "studies": [str(each.pk) for each in offered if each.imaged_on in days],
        "begins": "no" if has_baseline else "yes",
    }
    form = OpenForm(request.POST or None, offered=offered, initial=known)
    if form.is_valid():
        chosen, is_baseline = form.chosen, form.is_baseline
        opened = attempt(
            form,
            lambda: actions.open_assessment(patient=patient, studies=chosen, is_baseline=is_baseline, by=request.user),
        )
        if opened:
            return redirect("imaging:assessment", opened.pk)
    return form_page(request, form, patient, title="Assess response", button="Open assessment", template=TEMPLATE)


@require_GET
@requires(May.VIEW)
def assessment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show a time point with what was computed of it."""
    return render(request, "imaging/assessment.html", Page(request, find_assessment(request, pk)).context())


@require_POST
@requires(May.DECIDE)
def save(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Keep what was entered of a time point, and sign it when that was asked for."""
    page = Page(request, find_assessment(request, pk))
    if page.save():
        return redirect("imaging:assessment", pk)
    return render(request, "imaging/assessment.html", page.context(), status=422)


class Page:
    """One time point with its three forms; what is entered is saved even where the signature is refused."""

    def __init__(self, request: ClinicRequest, found: ResponseAssessment) -> None:
        self.request, self.found = request, found
        data = request.POST if request.method == "POST" else None
        self.studies = list(found.studies.order_by("imaged_on", "id"))
        self.course = course_of(found.baseline or found)
        self.findings = FindingsForm(data, course=self.course, assessment=found, studies=self.studies)
        self.description = DescribeForm(data, assessment=found, baseline=self.course.baseline)
        self.verdict = VerdictForm(data, assessment=found, computed=proposed(self.course, found))

    def save(self) -> bool:
        """Save what was entered, then sign when that was asked for and all was taken; return whether it was."""
        kept = [accepted(self.findings, self.measure), accepted(self.description, self.describe)]
        return all(kept) and ("sign" not in self.request.POST or accepted(self.verdict, self.sign))

    def measure(self) -> object:
        found = self.findings.found
        return lesions.measure(assessment=self.found, found=found, by=self.request.user)

    def describe(self) -> object:
        described = self.description.described
        return actions.describe(assessment=self.found, fields=described, by=self.request.user)

    def sign(self) -> object:
        signed = actions.sign_assessment(
            assessment=self.found, verdict=self.verdict.verdict, by=self.request.user, today=today_of(self.request)
        )
        say_done(self.request, self.found.patient)
        return signed

    def context(self) -> dict[str, Any]:
        """Return what the page shows, as it is stored by now."""
        self.found.refresh_from_db()
        course = course_of(self.found.baseline or self.found)
        may_decide = may_here(self.request, May.DECIDE) and self.found.patient.status == Patient.Status.ACTIVE
        return {
            **about(self.found.patient, today_of(self.request)),
            "assessment": self.found,
            "studies": self.studies,
            "compared": [each for each in compared(self.found) if each.obstacles],
            "scored": [study for study in self.studies if study.facts.scored],
            "findings": self.findings,
            "description": self.description,
            "verdict": self.verdict,
            "missing": what_is_missing(course, self.found),
            "computed": proposed(course, self.found),
            "selection": target_findings(course) if self.found.is_baseline else (),
            "questions": questions_of(self.found),
            "shown": shown(course),
            "may_edit": may_decide and self.found.state == ResponseAssessment.State.DRAFT,
            "may_reopen": may_decide and self.found.is_signed,
            "may_withdraw": may_decide and self.found.state != ResponseAssessment.State.WITHDRAWN,
        }


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def add_lesion(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Add a lesion: to the baseline, or one that is new."""
    found = find_assessment(request, pk)
    form = LesionForm(request.POST or None, assessment=found, studies=list(found.studies.all()))
    if accepted(
        form,
        lambda: lesions.add_lesion(assessment=found, facts=form.facts, found=form.found, by=request.user),
    ):
        say_done(request, found.patient)
        again = "another" in request.POST
        return redirect("imaging:add_lesion" if again else "imaging:assessment", found.pk)
    title = "Add a lesion" if found.is_baseline else "Add a new lesion"
    return assessment_form(request, form, found, title=title, button="Add lesion", another=True)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def change_lesion(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change what a lesion is, and what was seen of it where it was entered first."""
    lesion = find_lesion(request, pk)
    at = lesion.first_seen
    measured = lesion.measurements.filter(assessment=at, withdrawn=False).first()
    known = model_to_dict(lesion) | {"mm": mm_words(measured), "equivocal": measured and measured.seen == "equivocal"}
    form = LesionForm(request.POST or None, initial=known, assessment=at, studies=list(at.studies.all()))
    if accepted(
        form,
        lambda: lesions.change_lesion(
            lesion=lesion, fields=form.fields_entered, found=form.found_besides(measured), by=request.user
        ),
    ):
        if form.changed_data:
            say_done(request, lesion.patient)
        return redirect("imaging:assessment", at.pk)
    return assessment_form(request, form, at, title=f"Change {lesion}", button="Save change")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def withdraw_lesion(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark a lesion as entered in error."""
    lesion = find_lesion(request, pk)
    return reasoned(
        request,
        lesion.first_seen,
        lambda reason: lesions.withdraw_lesion(lesion=lesion, reason=reason, by=request.user),
        title=f"{lesion} entered in error",
        button="Mark as entered in error",
    )


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def reopen(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take the signature back, to amend what was assessed."""
    found = find_assessment(request, pk)
    return reasoned(
        request,
        found,
        lambda reason: actions.reopen_assessment(
            assessment=found, reason=reason, by=request.user, today=today_of(request)
        ),
        title="Reopen the assessment",
        button="Reopen",
    )


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def withdraw(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark an assessment as entered in error."""
    found = find_assessment(request, pk)
    return reasoned(
        request,
        found,
        lambda reason: actions.withdraw_assessment(
            assessment=found, reason=reason, by=request.user, today=today_of(request)
        ),
        title="Assessment entered in error",
        button="Mark as entered in error",
    )


def reasoned(
    request: ClinicRequest, found: ResponseAssessment, change: Callable[[str], object], *, title: str, button: str
) -> HttpResponse:
    """Ask for a reason, and change what it is given for."""
    form = ReasonForm(request.POST or None)
    if accepted(form, lambda: change(form.cleaned_data["reason"])):
        say_done(request, found.patient)
        return redirect("imaging:assessment", found.pk)
    return assessment_form(request, form, found, title=title, button=button)


def assessment_form(
    request: ClinicRequest,
    form: forms.BaseForm,
    found: ResponseAssessment,
    *,
    title: str,
    button: str,
    another: bool = False,
) -> HttpResponse:
    """Show a form about one assessment."""
    more = {"assessment": found, "another": another}
    return form_page(request, form, found.patient, title=title, button=button, template=TEMPLATE, more=more)


def find_assessment(request: ClinicRequest, pk: UUID) -> ResponseAssessment:
    rows = ResponseAssessment.objects.select_related(
        "patient__clinic", "clinic", "baseline__patient__clinic", "baseline__signed_by", "signed_by"
    )
    found: ResponseAssessment = visible_or_404(request, rows, pk=pk)
    return found


def find_lesion(request: ClinicRequest, pk: UUID) -> Lesion:
    rows = Lesion.objects.filter(withdrawn=False).select_related("patient__clinic", "clinic", "first_seen__patient")
    found: Lesion = visible_or_404(request, rows, pk=pk)
    return found


def today_of(request: ClinicRequest) -> date:
    return request.clinic.local_date(timezone.now())
