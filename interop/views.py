"""Importing a list of patients: upload, match columns, see the check, import, follow the job."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from events.models import Job, StoredFile
from interop.actions import check_file, keep_upload, order_import
from interop.csv.checking import Check
from interop.csv.columns import COLUMNS, REQUIRED, guess_matching
from interop.csv.writing import findings_file, template
from interop.forms import MatchForm, UploadForm, as_choices
from interop.tasks import wake_worker
from iotrex_followup.csv_reading import Sheet, read_sheet
from iotrex_followup.refusals import attempt

FINDINGS_SHOWN = 200
JOBS_SHOWN = 10
SOON = timedelta(seconds=15)  # within it a worker takes a job up, if one runs


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def upload(request: ClinicRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid() and (source := _kept(request, form)):
        return redirect("interop:uploaded", source.pk)
    jobs = Job.objects.filter(clinic=request.clinic, kind=Job.Kind.PATIENT_IMPORT)
    context = {"form": form, "columns": COLUMNS, "jobs": jobs.select_related("source", "created_by")[:JOBS_SHOWN]}
    return render(request, "interop/import.html", context, status=422 if form.errors else 200)


@require_GET
@requires(May.RECORD)
def template_file(request: ClinicRequest) -> HttpResponse:
    return _csv(template(), "patients.csv")


@require_GET
@requires(May.RECORD)
def uploaded(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show where each column is in the file, and once that is known, what a check finds."""
    source = _source(request, pk)
    sheet = read_sheet(bytes(source.content))
    guess = guess_matching(sheet.heads)
    if request.GET or all(name in guess for name in REQUIRED):
        form = MatchForm(request.GET or as_choices(guess), sheet=sheet)
    else:
        form = MatchForm(initial=as_choices(guess), sheet=sheet)
    return _uploaded_page(request, source, sheet, form)


@require_GET
@requires(May.RECORD)
def problems_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Send what the check finds as a file to work through."""
    source = _source(request, pk)
    sheet = read_sheet(bytes(source.content))
    form = MatchForm(request.GET, sheet=sheet)
    if not form.is_valid():
        return redirect("interop:uploaded", pk)
    check = _check(request, sheet, form)
    return _csv(findings_file([*check.mistakes, *check.notes]), "problems.csv")


@require_POST
@requires(May.RECORD)
def start(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Order the import and hand it to a worker."""
    source = _source(request, pk)
    sheet = read_sheet(bytes(source.content))
    form = MatchForm(request.POST, sheet=sheet)
    if not form.is_valid():
        return _uploaded_page(request, source, sheet, form)
    skip_bad_rows = request.POST.get("skip_bad_rows") == "yes"
    ordered = order_import(source=source, matching=form.matching, skip_bad_rows=skip_bad_rows, by=request.user)
    wake_worker(ordered)
    return redirect("interop:job", ordered.pk)


@require_GET
@requires(May.RECORD)
def job(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show how far an import is, or what came of it. Asked by htmx, only the part that changes."""
    imports = Job.objects.filter(kind=Job.Kind.PATIENT_IMPORT).select_related("clinic", "source", "created_by")
    found = visible_or_404(request, imports, pk=pk)
    context = {
        "job": found,
        "is_late": found.state == Job.State.WAITING and timezone.now() - found.created_at > SOON,
        "url": reverse("interop:job", args=[pk]),
        "query": urlencode(as_choices(found.options["columns"])),
        "mistakes": found.result.get("mistakes", [])[:FINDINGS_SHOWN],
        "notes": found.result.get("notes", [])[:FINDINGS_SHOWN],
    }
    page = "interop/job.html#state" if request.htmx else "interop/job.html"
    return render(request, page, context)


def _kept(request: ClinicRequest, form: UploadForm) -> StoredFile | None:
    file = form.cleaned_data["file"]
    return attempt(
        form, lambda: keep_upload(clinic=request.clinic, name=file.name, content=file.read(), by=request.user)
    )


def _source(request: ClinicRequest, pk: UUID) -> StoredFile:
    return get_object_or_404(StoredFile, pk=pk, clinic=request.clinic, content_type="text/csv")


def _check(request: ClinicRequest, sheet: Sheet, form: MatchForm) -> Check:
    today = request.clinic.local_date(timezone.now())
    return check_file(sheet=sheet, matching=form.matching, clinic=request.clinic, by=request.user, today=today)


def _uploaded_page(request: ClinicRequest, source: StoredFile, sheet: Sheet, form: MatchForm) -> HttpResponse:
    check = _check(request, sheet, form) if form.is_valid() else None
    read = {value for value in form.matching.values() if isinstance(value, int)} if check else set()
    chosen = {name: value for name, value in form.data.items() if name in form.fields and value}
    context = {
        "source": source,
        "form": form,
        "check": check,
        "not_read": [head for position, head in enumerate(sheet.heads) if head and position not in read],
        "chosen": chosen,
        "query": urlencode(chosen),
        "mistakes": check.mistakes[:FINDINGS_SHOWN] if check else [],
        "notes": check.notes[:FINDINGS_SHOWN] if check else [],
    }
    return render(request, "interop/uploaded.html", context, status=422 if form.errors else 200)


def _csv(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
