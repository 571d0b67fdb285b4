"""The response report of one assessment, or of the course it belongs to."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from imaging import documents
from imaging.views.assessments import find_assessment, today_of


@require_GET
@requires(May.VIEW)
def assessment_report(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the report of one assessment."""
    found = find_assessment(request, pk)
    return pdf(documents.assessment_report_pdf(found, today=today_of(request)), "response")


@require_GET
@requires(May.VIEW)
def course_report(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the report of the course an assessment belongs to."""
    found = find_assessment(request, pk)
    return pdf(documents.course_report_pdf(found.baseline or found, today=today_of(request)), "course-of-response")


def pdf(content: bytes, name: str) -> HttpResponse:
    """Answer with a PDF; its name says nothing of the patient."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
