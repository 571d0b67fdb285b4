"""Importing a file of results: upload, see what a check finds, import, follow the job."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from events.models import Job
from interop.actions import keep_results, order_results_import
from interop.forms import ResultsForm
from interop.labs.csv_results import COLUMNS, HINTS, REQUIRED
from interop.labs.sources import AUTO
from interop.tasks import wake_worker
from iotrex_followup.csv_files import csv_file
from iotrex_followup.refusals import attempt

ROWS_SHOWN = 200
JOBS_SHOWN = 10
SOON = timedelta(seconds=15)  # within it a worker takes a job up, if one runs


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def upload(request: ClinicRequest) -> HttpResponse:
    form = ResultsForm(request.POST, request.FILES) if request.method == "POST" else ResultsForm()
    if form.is_valid() and (check := _ordered_check(request, form)):
        return redirect("results_import:job", check.pk)
    columns = [{"name": name, "hint": hint, "required": name in REQUIRED} for name, hint in HINTS.items()]
    context = {"form": form, "columns": columns, "jobs": _imports().filter(clinic=request.clinic)[:JOBS_SHOWN]}
    return render(request, "interop/results.html", context, status=422 if form.errors else 200)


@require_GET
@requires(May.RECORD)
def template_file(request: ClinicRequest) -> HttpResponse:
    return _csv(csv_file(COLUMNS, []), "results.csv")


@require_GET
@requires(May.RECORD)
def job(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show how far a check or an import is, or what came of it. Asked by htmx, only the part that changes."""
    found = visible_or_404(request, _imports(), pk=pk)
    context = {
        "job": found,
        "is_late": found.state == Job.State.WAITING and timezone.now() - found.created_at > SOON,
        "url": reverse("results_import:job", args=[pk]),
        "held_back": found.result.get("quarantined_rows", [])[:ROWS_SHOWN],
        "notes": found.result.get("notes", []),
    }
    page = "interop/results_job.html#state" if request.htmx else "interop/results_job.html"
    return render(request, page, context)


@require_GET
@requires(May.RECORD)
def held_back_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Send what was or would be held back as a file to work through."""
    rows = visible_or_404(request, _imports(), pk=pk).result.get("quarantined_rows", [])
    return _csv(csv_file(["position", "reason"], ([r["position"], r["reason"]] for r in rows)), "held-back.csv")


@require_POST
@requires(May.RECORD)
def start(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Order the import of a file that was checked, and hand it to a worker."""
    check = visible_or_404(request, _imports().filter(source__isnull=False), pk=pk)
    ordered = order_results_import(source=check.source, format=check.options["format"], dry_run=False, by=request.user)
    wake_worker(ordered)
    return redirect("results_import:job", ordered.pk)


def _ordered_check(request: ClinicRequest, form: ResultsForm) -> Job | None:
    """Keep the file and order its check; None when it cannot be read, which the form says."""
    file = form.cleaned_data["file"]
    source = attempt(
        form,
        lambda: keep_results(clinic=request.clinic, name=file.name, content=file.read(), format=AUTO, by=request.user),
    )
    if source is None:
        return None
    check = order_results_import(source=source, format=AUTO, dry_run=True, by=request.user)
    wake_worker(check)
    return check


def _imports() -> QuerySet[Job]:
    return Job.objects.filter(kind=Job.Kind.LAB_IMPORT).select_related("clinic", "source", "created_by")


def _csv(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
