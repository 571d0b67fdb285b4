"""A patient's studies: the list, one study, and what is entered about it."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.attachments import attachment_response
from imaging.actions import reports
from imaging.actions import studies as actions
from imaging.actions.studies import StudyFacts
from imaging.forms.studies import ChangeStudyForm, LinkForm, ReportForm, StudyForm
from imaging.fulfilling import scans_planned
from imaging.models import ImagingStudy
from imaging.pages.study_page import gaps_of, studies_of, viewer_link
from imaging.scoring.schemes import policy_of
from iotrex_followup.refusals import accepted, attempt
from patients.models import Patient
from patients.views import find_patient, form_page
from schedules.forms.treatments import ReasonForm
from schedules.views.answers import about, say_done

TEMPLATE = "imaging/form.html"
RELATED = ("patient__clinic", "clinic", "activity__visit", "report_file", "recorded_by")


@require_GET
@requires(May.VIEW)
def studies(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """List a patient's studies, the latest first; to another page, by htmx, the latest in a line each."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    rows = studies_of(patient)
    context = {
        **about(patient, today),
        "studies": rows,
        "gaps": gaps_of([patient.pk], today).get(patient.pk, ()),
        "may_record": may_here(request, May.RECORD) and patient.status == Patient.Status.ACTIVE,
    }
    return render(request, f"imaging/studies.html{'#panel' if request.htmx else ''}", context)


@require_GET
@requires(May.VIEW)
def study(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one study with everything that is known of it."""
    found = find_study(request, pk)
    open_record = found.patient.status == Patient.Status.ACTIVE and not found.withdrawn
    context = {
        **about(found.patient, request.clinic.local_date(timezone.now())),
        "study": found,
        "viewer": viewer_link(found, policy_of(found.clinic)),
        "can_stand_for": bool(found.facts.fulfils),
        "may_record": may_here(request, May.RECORD) and open_record,
        "may_decide": may_here(request, May.DECIDE) and open_record,
    }
    return render(request, "imaging/study.html", context)


@require_GET
@requires(May.VIEW)
def report_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the file of a study's report."""
    found = find_study(request, pk)
    if found.report_file is None:
        raise Http404
    return attachment_response(found.report_file)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def record(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record a study; the address may say its kind and day."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    known = {name: request.GET[name] for name in ("kind", "imaged_on") if name in request.GET}
    form = StudyForm(request.POST or None, initial=known, today=today)
    if form.is_valid():
        done = attempt(
            form, lambda: actions.record_study(patient=patient, facts=form.facts, by=request.user, today=today)
        )
        if done:
            say_done(request, patient)
            return redirect("imaging:study", done.pk)
    return form_page(request, form, patient, title="Record imaging", button="Record imaging", template=TEMPLATE)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def change(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change what is known of a study."""
    found = find_study(request, pk)
    today = request.clinic.local_date(timezone.now())
    known = {name: getattr(found, name) for name in StudyFacts.__dataclass_fields__}
    form = ChangeStudyForm(request.POST or None, initial=known, today=today)
    if accepted(
        form,
        lambda: actions.change_study(
            study=found,
            fields=form.fields_entered,
            reason=form.cleaned_data["reason"],
            by=request.user,
            today=today,
        ),
    ):
        return back_to(request, found, changed=bool(form.changed_data))
    return study_form(request, form, found, title="Change imaging", button="Save change")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def report(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record what was reported of a study, or amend it."""
    found = find_study(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = ReportForm(request.POST or None, request.FILES or None, study=found, today=today)
    if accepted(
        form,
        lambda: reports.record_report(
            study=found,
            facts=form.facts,
            attached=form.cleaned_data["attached"],
            reason=form.cleaned_data.get("reason", ""),
            by=request.user,
            today=today,
        ),
    ):
        return back_to(request, found)
    amends = found.report_status == ImagingStudy.ReportStatus.FINAL
    title, button = ("Amend the report", "Save amendment") if amends else ("Report", "Record report")
    return study_form(request, form, found, title=title, button=button)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def link(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say which planned scan a study stands for."""
    found = find_study(request, pk)
    offered = [each for each in scans_planned(found) if each.pk != found.activity_id]
    form = LinkForm(request.POST or None, offered=offered)
    if accepted(
        form,
        lambda: actions.link_study(
            study=found,
            activity=form.planned,
            reason=form.cleaned_data["reason"],
            by=request.user,
        ),
    ):
        return back_to(request, found)
    return study_form(request, form, found, title="What it stands for", button="Save")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def release(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say that a study does not stand for the planned scan."""
    found = find_study(request, pk)
    form = ReasonForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.release_study(study=found, reason=form.cleaned_data["reason"], by=request.user),
    ):
        return back_to(request, found)
    return study_form(request, form, found, title="Open the planned scan again", button="Open it again")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark a study as entered in error."""
    found = find_study(request, pk)
    form = ReasonForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.withdraw_study(study=found, reason=form.cleaned_data["reason"], by=request.user),
    ):
        say_done(request, found.patient)
        return redirect("imaging:studies", found.patient_id)
    return study_form(
        request, form, found, title=f"{found.get_kind_display()} entered in error", button="Mark as error"
    )


@require_POST
@requires(May.DECIDE)
def baseline(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Make a study a baseline, or take that back."""
    found = find_study(request, pk)
    reports.mark_baseline(study=found, is_baseline=request.POST.get("is_baseline") == "yes", by=request.user)
    return back_to(request, found)


def find_study(request: ClinicRequest, pk: UUID) -> ImagingStudy:
    rows = ImagingStudy.objects.select_related(*RELATED)
    found: ImagingStudy = visible_or_404(request, rows, pk=pk)
    return found


def study_form(
    request: ClinicRequest, form: forms.BaseForm, found: ImagingStudy, *, title: str, button: str
) -> HttpResponse:
    """Show a form about one study."""
    more = {"study": found}
    return form_page(request, form, found.patient, title=title, button=button, template=TEMPLATE, more=more)


def back_to(request: ClinicRequest, found: ImagingStudy, *, changed: bool = True) -> HttpResponse:
    """Go back to the study and say what was done, with its Undo."""
    if changed:
        say_done(request, found.patient)
    return redirect("imaging:study", found.pk)
