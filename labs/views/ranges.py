"""Reference ranges: a laboratory's, and those of the clinic beside the ones that are shipped."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from labs.actions.laboratory_files import FileOutcome
from labs.actions.ranges import retire_range, set_range, standing_ranges
from labs.forms.laboratories import PANEL_NAMES, LaboratoryFileForm, RangeForm
from labs.intake.laboratory_files import ranges_file
from labs.models import Laboratory, ReferenceRange
from labs.pages.laboratory_page import clinic_ranges
from labs.views.laboratories import csv_response, find_laboratory, taken_over
from labs.views.laboratory_forms import form_page, saved_as_seen
from labs.views.said import say_done


@require_GET
@requires(May.VIEW)
def ranges(request: ClinicRequest) -> HttpResponse:
    """Show the ranges that hold where neither the report nor the laboratory has any."""
    return ranges_page(request, LaboratoryFileForm())


@require_POST
@requires(May.DECIDE)
def upload_ranges_file(request: ClinicRequest) -> HttpResponse:
    """Take over the clinic's own ranges from a file, or say everything that is wrong with it."""
    form = LaboratoryFileForm(request.POST, request.FILES)
    outcome = taken_over(request, form, None) if form.is_valid() else None
    if isinstance(outcome, FileOutcome):
        say_done(request, "laboratory.file_imported")
        return redirect("labs:ranges")
    return ranges_page(request, form, findings=outcome.findings if outcome else ())


@require_GET
@requires(May.VIEW)
def own_ranges_file(request: ClinicRequest) -> HttpResponse:
    """Send the clinic's own ranges as the file that can be read back."""
    return csv_response(ranges_file(standing_ranges(request.clinic, None)), "ranges.csv")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def add_range(request: ClinicRequest) -> HttpResponse:
    """Set a range of the clinic's own."""
    form = RangeForm(request.POST or None, initial={"analyte": request.GET.get("analyte", "")})
    return range_page(request, form, laboratory=None, existing=None)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def add_laboratory_range(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Set a range of a laboratory."""
    return range_page(request, RangeForm(request.POST or None), find_laboratory(request, pk), existing=None)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def change_range(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change a range, whose ever it is."""
    existing = find_range(request, pk)
    form = RangeForm(request.POST or None, initial=RangeForm.initial_of(existing))
    return range_page(request, form, existing.laboratory, existing)


@require_POST
@requires(May.DECIDE)
def take_back_range(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take back a range."""
    existing = find_range(request, pk)
    retire_range(existing=existing, by=request.user)
    say_done(request, "range.retired")
    return redirect(page_of(existing.laboratory))


def range_page(
    request: ClinicRequest, form: RangeForm, laboratory: Laboratory | None, existing: ReferenceRange | None
) -> HttpResponse:
    """Set the range of the form, or show the form with its mistakes."""
    clinic = request.clinic

    def change(seen: str) -> object:
        facts, by = form.facts, request.user
        return set_range(clinic=clinic, laboratory=laboratory, facts=facts, existing=existing, by=by, seen=seen)

    is_saved, seen = saved_as_seen(request, form, existing, change)
    if is_saved:
        say_done(request, "range.set")
        return redirect(page_of(laboratory))
    title = f"Range of {laboratory or clinic}"
    told = "Results taken in before keep the limits they were graded with."
    return form_page(request, form, title, "Save range", page_of(laboratory), told=told, seen=seen)


def page_of(laboratory: Laboratory | None) -> str:
    """Return the page on which a laboratory's ranges stand, or the clinic's own."""
    return reverse("labs:laboratory", args=[laboratory.pk]) if laboratory else reverse("labs:ranges")


def find_range(request: ClinicRequest, pk: UUID) -> ReferenceRange:
    rows = ReferenceRange.objects.select_related("clinic", "laboratory")
    found: ReferenceRange = visible_or_404(request, rows, pk=pk)
    return found


def ranges_page(request: ClinicRequest, form: LaboratoryFileForm, findings: object = ()) -> HttpResponse:
    """Show a panel's ranges, and what is wrong with a file that was not taken over."""
    panel = request.GET.get("panel", "")
    panel = panel if panel in PANEL_NAMES else next(iter(PANEL_NAMES))
    context = {
        "panel": panel,
        "panels": PANEL_NAMES.items(),
        "rows": clinic_ranges(request.clinic, panel),
        "form": form,
        "findings": findings,
        "may_decide": may_here(request, May.DECIDE),
    }
    return render(request, "labs/ranges.html", context, status=422 if form.errors else 200)
