"""What was written to and about a patient, and what became of it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from events.ledger import about_patient
from events.views.ledger import ledger_page
from patients.models import Patient
from schedules.views.answers import about


@require_GET
@requires(May.VIEW)
def patient_messages(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the patient's ledger: to their contacts, and to staff and systems about them."""
    patient: Patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    today = request.clinic.local_date(timezone.now())
    context = {**about(patient, today), **ledger_page(request, about_patient(patient.pk))}
    return render(request, "schedules/messages.html", context)
