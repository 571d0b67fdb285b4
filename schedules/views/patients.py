"""The patient list and the patient page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from patients.forms import PatientFilterForm
from patients.models import Patient
from schedules.patient_list import chosen_patients, page_of


@require_GET
@requires(May.VIEW)
def patient_list(request: ClinicRequest) -> HttpResponse:
    """List the clinic's patients by name; `after` names the patient the page follows."""
    today = request.clinic.local_date(timezone.now())
    form = PatientFilterForm(request.GET, clinic=request.clinic)
    form.is_valid()
    of_clinic = Patient.objects.filter(clinic=request.clinic)
    page = page_of(chosen_patients(of_clinic, form.chosen, today=today), after=shown_last(request), today=today)
    context = {
        "form": form,
        "rows": page.rows,
        "next_url": next_url(request, page.after),
        "today": today,
        "may_record": may_here(request, May.RECORD),
    }
    if not page.rows:
        context["clinic_is_empty"] = not of_clinic.exists()
    return render(request, "patients/list.html", context)


def shown_last(request: ClinicRequest) -> Patient | None:
    """Return the patient the asked page follows; None for the first page, or when there is no such patient."""
    try:
        after = UUID(request.GET.get("after", ""))
    except ValueError:
        return None
    return Patient.objects.filter(clinic=request.clinic, pk=after).first()


def next_url(request: ClinicRequest, after: Patient | None) -> str:
    """Return the address of the page that follows `after` under the same filters, empty when there is none."""
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(after.pk)
    return f"{request.path}?{query.urlencode()}"


@require_GET
@requires(May.VIEW)
def patient(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show everything about one patient."""
    shown = visible_or_404(request, Patient.objects.all(), pk=pk)
    return render(request, "schedules/patient.html", {"patient": shown})
