"""The flowsheet of a patient, its file, and the panel that stands on the patient's page."""

from datetime import UTC, datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.csv_files import csv_file
from labs.forms.support import SupportForm
from labs.models import SpecimenMatch
from labs.pages.baseline_page import without_baseline
from labs.pages.flowsheet import PANEL_NAMES, flowsheet
from labs.pages.monitoring import latest_monitoring
from labs.pages.result_file import COLUMNS, result_lines
from labs.settling.charts import policy_of
from patients.models import Patient
from schedules.views.answers import about


@require_GET
@requires(May.VIEW)
def results(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the newest specimens of a patient; `panel` narrows to one panel, `before` (an instant) goes back in time."""
    patient = find_patient(request, pk)
    panel = request.GET.get("panel", "")
    if panel and panel not in PANEL_NAMES:
        raise Http404
    today = request.clinic.local_date(timezone.now())
    context = {
        **about(patient, today),
        "support_form": SupportForm(today=today),
        "sheet": flowsheet(patient, panel=panel, before=instant_asked(request)),
        "panel": panel,
        "panel_names": PANEL_NAMES.items(),
        "ctcae": policy_of(patient.clinic).ctcae,
        "may_record": may_here(request, May.RECORD) and patient.status == Patient.Status.ACTIVE,
    }
    return render(request, "labs/flowsheet.html", context)


@require_GET
@requires(May.VIEW)
def results_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Return all results of a patient that stand, as CSV."""
    content = csv_file(COLUMNS, result_lines(find_patient(request, pk)))
    headers = {"Content-Disposition": 'attachment; filename="results.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@require_GET
@requires(May.VIEW)
def panel(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show where the blood counts stand: a part of the patient's page, and a page of its own without htmx."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    context = {
        **about(patient, today),
        "monitored": latest_monitoring(patient, today=today),
        "without_baseline": without_baseline(patient),
        "asked": SpecimenMatch.objects.filter(patient=patient, state=SpecimenMatch.State.PROPOSED).count(),
    }
    return render(request, "labs/panel.html#panel" if request.htmx else "labs/panel.html", context)


def find_patient(request: ClinicRequest, pk: UUID) -> Patient:
    """Return a patient this person may see; a foreign one is 404."""
    found: Patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    return found


def instant_asked(request: HttpRequest) -> datetime | None:
    """Return the instant in `before`; None without one.

    Raises   Http404: it is not an instant with its offset, or beyond the calendar's ends.
    """
    text = request.GET.get("before")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise Http404
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
