"""The checks of a planned treatment: a part of other pages, and a page of its own without htmx."""

from datetime import date
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from labs.planned_treatment import checks_of
from patients.models import Patient, Treatment
from patients.views import find_patient
from schedules.views.answers import about


@require_GET
@requires(May.VIEW)
def planned_treatment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the checks of a planned treatment (`treatment`), or of the day in the form of one not entered yet."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    asked = asked_for(request, patient)
    template = "labs/planned_treatment.html"
    if asked is None:
        if request.htmx:
            return HttpResponse("")
        raise Http404
    planned_on, first = asked
    checks = checks_of(patient, planned_on, today=today, tandem_with=first)
    context = {**about(patient, today), "planned_on": planned_on, "checks": checks}
    return render(request, f"{template}#checks" if request.htmx else template, context)


def asked_for(request: ClinicRequest, patient: Patient) -> tuple[date, Treatment | None] | None:
    """Return the day that is asked about and the tandem course's first infusion; None when no day stands there."""
    asked = request.GET
    if pk := asked.get("treatment"):
        planned = treatment_of(patient, pk)
        return (planned.started_on, planned.tandem_with) if planned else None
    if asked.get("state", "planned") != "planned" or asked.get("kind", "therapeutic") != "therapeutic":
        return None
    try:
        planned_on = date.fromisoformat(asked.get("started_on", ""))
    except ValueError:
        return None
    first = asked.get("tandem_with")
    return planned_on, treatment_of(patient, first) if first else None


def treatment_of(patient: Patient, text: str) -> Treatment | None:
    """Return the patient's treatment whose id `text` is; None when it is none."""
    try:
        return patient.treatments.select_related("tandem_with").filter(pk=UUID(text)).first()
    except ValueError:
        return None
