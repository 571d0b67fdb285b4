"""One analyte over time as a picture and a table; several beside each other."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from labs.grading.analytes import catalogue
from labs.pages.axes import SMALL, time_ends
from labs.pages.flowsheet import PANEL_NAMES
from labs.pages.pictures import trend_picture
from labs.pages.trends import Trend, measured, trends
from labs.readings import name_of
from labs.views.flowsheet import find_patient
from schedules.views.answers import about


@require_GET
@requires(May.VIEW)
def trend(request: ClinicRequest, pk: UUID, analyte: str) -> HttpResponse:
    """Show one analyte of a patient over time."""
    patient = find_patient(request, pk)
    found = next(iter(trends(patient, [analyte])), None)
    context = {
        **about(patient, request.clinic.local_date(timezone.now())),
        "analyte": catalogue()[analyte],
        "name": name_of(analyte),
        "trend": found,
        "picture": trend_picture(found) if found and found.points else None,
        "measured": measured(patient).values(),
    }
    return render(request, "labs/trend.html", context)


@require_GET
@requires(May.VIEW)
def charts(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show all analytes of a panel as small pictures over the same time."""
    patient = find_patient(request, pk)
    panel = request.GET.get("panel", "cbc")
    if panel not in PANEL_NAMES:
        raise Http404
    found = [each for each in trends(patient, [a.key for a in catalogue().panel(panel)]) if each.points]
    context = {
        **about(patient, request.clinic.local_date(timezone.now())),
        "charts": beside_each_other(found),
        "panel": panel,
        "panel_name": PANEL_NAMES[panel],
        "panel_names": PANEL_NAMES.items(),
    }
    return render(request, "labs/charts.html", context)


def beside_each_other(found: list[Trend]) -> list[dict[str, object]]:
    """Return each trend with its small picture; all over the same days."""
    if not found:
        return []
    first, last = time_ends(found)
    return [
        {
            "trend": each,
            "name": name_of(each.analyte.key),
            "picture": trend_picture(each, SMALL, first=first, last=last),
        }
        for each in found
    ]
