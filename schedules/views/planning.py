"""Planning: what the plans expect of the clinic, and how far from plan it was. Each as picture, table and file."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.models import Clinic
from accounts.permissions import May, requires
from iotrex_followup.csv_files import csv_file
from schedules.forms.planning import DriftForm
from schedules.reports.drift import adherence_by_phase, drift_by_timepoint, phase_names
from schedules.reports.load import load_ahead
from schedules.reports.pictures import drift_picture, load_picture

DRIFT_COLUMNS = (
    *("timepoint", "phase", "due", "done", "median_days", "lower_quartile", "upper_quartile", "earliest", "latest"),
    *("in_window", "early", "late", "elsewhere", "missed", "overdue", "adherence_percent"),
)


@require_GET
@requires(May.VIEW)
def load(request: ClinicRequest) -> HttpResponse:
    """Show what each week of the next two years expects."""
    ahead = load_ahead(request.clinic, today=request.clinic.local_date(timezone.now()))
    context = {"load": ahead, "picture": None if ahead.is_empty else load_picture(ahead)}
    return render(request, "schedules/load.html", context)


@require_GET
@requires(May.VIEW)
def load_file(request: ClinicRequest) -> HttpResponse:
    """Return the load ahead as CSV: of each column the count, what is booked, and the room."""
    ahead = load_ahead(request.clinic, today=request.clinic.local_date(timezone.now()))
    heads = [f"{name}{part}" for name in ahead.names for part in ("", ", booked", ", places")]
    rows = (
        [
            week.name,
            week.monday.isoformat(),
            *(value for each in week.expected for value in (each.count, each.booked, each.places)),
        ]
        for week in ahead.weeks
    )
    return as_file(["week", "monday", *heads], rows, "load-ahead.csv")


@require_GET
@requires(May.VIEW)
def drift(request: ClinicRequest) -> HttpResponse:
    """Show how far from its target each timepoint took place, and how much was kept, by phase and clinic."""
    today = request.clinic.local_date(timezone.now())
    form = DriftForm(request.GET.dict(), clinic=request.clinic, today=today)
    rows = drift_by_timepoint(request.clinic, form.asked, today=today)
    clinics = list(Clinic.objects.visible_to(request.user))
    context = {
        "form": form,
        "asked": form.asked,
        "rows": rows,
        "picture": drift_picture(rows) if any(row.median is not None for row in rows) else None,
        "clinics": clinics,
        "phases": adherence_by_phase(clinics, form.asked, today=today),
        "phase_names": phase_names(),
        "query": request.GET.urlencode(),
    }
    return render(request, "schedules/drift.html", context, status=200 if form.is_valid() else 422)


@require_GET
@requires(May.VIEW)
def drift_file(request: ClinicRequest) -> HttpResponse:
    """Return the drift by timepoint as CSV; with a mistake in what is asked, the page that says so."""
    today = request.clinic.local_date(timezone.now())
    form = DriftForm(request.GET.dict(), clinic=request.clinic, today=today)
    if not form.is_valid():
        return drift(request)
    asked = form.asked
    rows = (
        [
            *(row.name, row.phase, row.tally.due, row.tally.done),
            *(row.median, row.lower, row.upper, row.least, row.most),
            *(row.tally.in_window, row.tally.early, row.tally.late, row.tally.elsewhere),
            *(row.tally.missed, row.tally.overdue, row.tally.adherence),
        ]
        for row in drift_by_timepoint(request.clinic, asked, today=today)
    )
    return as_file(DRIFT_COLUMNS, rows, "drift.csv")


def as_file(heads: Sequence[str], rows: Iterable[Sequence[str | int | None]], name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(csv_file(heads, rows), content_type="text/csv; charset=utf-8", headers=headers)
