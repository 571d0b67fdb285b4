"""What is printed or taken along of one patient: visit plan, patient sheet, request letter, calendar file."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from patients.models import Patient
from schedules import documents
from schedules.appointments.ics import calendar_file
from schedules.calendars import working_calendar
from schedules.models import PlannedVisit


@require_GET
@requires(May.VIEW)
def visit_plan_pdf(request: ClinicRequest, pk: UUID) -> HttpResponse:
    patient = _patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    calendar = working_calendar(request.clinic)
    return _pdf(documents.visit_plan_pdf(patient, calendar=calendar, today=today), "visit-plan")


@require_GET
@requires(May.VIEW)
def patient_sheet_pdf(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the patient sheet in the language asked for (`?language=es`), else in that of the first contact."""
    patient = _patient(request, pk)
    asked = request.GET.get("language")
    language = asked if asked in documents.LANGUAGES else documents.language_of(patient)
    today = request.clinic.local_date(timezone.now())
    return _pdf(documents.patient_sheet_pdf(patient, language=language, today=today), "visits")


@require_GET
@requires(May.VIEW)
def request_letter_pdf(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the letter that asks an outside laboratory for the tests of one planned visit."""
    return _letter(request, _visit(request, pk))


@require_GET
@requires(May.VIEW)
def next_request_letter_pdf(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the letter for the patient's next blood count."""
    patient = _patient(request, pk)
    found = documents.next_blood_count(patient, today=request.clinic.local_date(timezone.now()))
    return _letter(request, _visit(request, found.pk))


@require_GET
@requires(May.VIEW)
def patient_ics(request: ClinicRequest, pk: UUID) -> HttpResponse:
    patient = _patient(request, pk)
    content = calendar_file(patient, today=request.clinic.local_date(timezone.now()))
    headers = {"Content-Disposition": 'attachment; filename="visits.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


def _patient(request: ClinicRequest, pk: UUID) -> Patient:
    patient: Patient = visible_or_404(request, Patient.objects.select_related("clinic", "responsible_clinician"), pk=pk)
    return patient


def _visit(request: ClinicRequest, pk: UUID) -> PlannedVisit:
    visits = PlannedVisit.objects.select_related(
        "patient__clinic", "patient__responsible_clinician", "plan__protocol", "plan__treatment"
    )
    visit: PlannedVisit = visible_or_404(request, visits, pk=pk)
    return visit


def _letter(request: ClinicRequest, visit: PlannedVisit) -> HttpResponse:
    today = request.clinic.local_date(timezone.now())
    return _pdf(documents.request_letter_pdf(visit, by=request.user, today=today), "laboratory-request")


def _pdf(content: bytes, name: str) -> HttpResponse:
    """Return a PDF that the browser shows; its file name says nothing of the patient."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
