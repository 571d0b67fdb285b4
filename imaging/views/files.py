"""What leaves as a file: a patient's response over time."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from imaging.pages.response_file import COLUMNS, response_lines
from iotrex_followup.csv_files import csv_file
from patients.views import find_patient


@require_GET
@requires(May.VIEW)
def response_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Return every lesion at every time point of a patient, as CSV."""
    content = csv_file(COLUMNS, response_lines(find_patient(request, pk)))
    headers = {"Content-Disposition": 'attachment; filename="response.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
