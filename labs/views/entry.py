"""Results typed in by hand: the form, what a value would be while it is typed, and the reports attached."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from events.attachments import attachment_response
from iotrex_followup.refusals import attempt
from labs.actions.entering import enter_results, said_of
from labs.forms.entry import EntryForm, EntryRow
from labs.grading.analytes import catalogue
from labs.models import LabReport
from labs.pages.flowsheet import PANEL_NAMES
from labs.views.flowsheet import find_patient
from patients.models import Patient
from schedules.views.answers import about


class Panel(NamedTuple):
    """A panel of the form: what the follow-up asks for, and what else laboratories report."""

    name: str
    asked: list[EntryRow]
    more: list[EntryRow]
    is_asked: bool

    @property
    def is_open(self) -> bool:
        return self.is_asked or self.has_more or any(row.value.value() for row in self.asked)

    @property
    def has_more(self) -> bool:
        return any(row.value.value() for row in self.more)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def enter(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Enter the results of one specimen; another laboratory changes the units and ranges of what stands there."""
    patient, now = find_patient(request, pk), timezone.now()
    analytes = catalogue().values()
    if request.htmx.target == "analytes":
        form = EntryForm(initial=request.POST.dict(), patient=patient, analytes=analytes, now=now)
        form.assess_all()
        return render(request, "labs/enter.html#analytes", {"panels": panels_of(form, ""), "patient": patient})
    form = EntryForm(request.POST or None, request.FILES or None, patient=patient, analytes=analytes, now=now)
    if form.is_valid() and (done := save(request, form, patient)):
        return done
    context = {
        **about(patient, request.clinic.local_date(now)),
        "form": form,
        "panels": panels_of(form, request.GET.get("panel", "")),
    }
    return render(request, "labs/enter.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(May.RECORD)
def grade_typed(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say what the value that is being typed would be: its grade, who would be told, or why it cannot be graded."""
    patient = find_patient(request, pk)
    analyte = catalogue().get(request.POST.get("analyte", ""))
    if analyte is None:
        raise Http404
    form = EntryForm(initial=request.POST.dict(), patient=patient, analytes=[analyte], now=timezone.now())
    form.assess_all()
    return render(request, "labs/entry_row.html#said", {"row": form.row(analyte)})


@require_GET
@requires(May.VIEW)
def attachment(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the file that a report's results were read from."""
    report: LabReport = visible_or_404(request, LabReport.objects.select_related("attachment"), pk=pk)
    if report.attachment is None:
        raise Http404
    return attachment_response(report.attachment)


def save(request: ClinicRequest, form: EntryForm, patient: Patient) -> HttpResponse | None:
    """Take in what was entered and go to the flowsheet; None when it was refused, which the form then says."""
    now = timezone.now()
    received = attempt(form, lambda: enter_results(patient=patient, by=request.user, now=now, **form.facts))
    if received is None:
        return None
    messages.success(request, said_of(received, patient, now=now))
    return redirect("labs:results", patient.pk)


def panels_of(form: EntryForm, asked: str) -> list[Panel]:
    """Return the panels with their rows; open are the one asked for (else the first) and those with values."""
    opened = asked if asked in PANEL_NAMES else next(iter(PANEL_NAMES))
    return [
        Panel(
            name,
            form.rows(each for each in form.analytes if each.panel == key and each.in_protocol),
            form.rows(each for each in form.analytes if each.panel == key and not each.in_protocol),
            key == opened,
        )
        for key, name in PANEL_NAMES.items()
    ]
