"""Laboratories: the list, one with its codes, units and ranges, and what is changed of them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.csv_files import csv_file
from iotrex_followup.refusals import attempt
from labs.actions import laboratories as actions
from labs.actions.laboratory_files import FileOutcome, import_laboratory_file
from labs.actions.mappings import take_back_mapping
from labs.actions.quarantine import map_code_and_take_in, map_unit_and_take_in, take_in_waiting
from labs.forms.laboratories import CodeForm, LaboratoryFileForm, LaboratoryForm, UnitForm
from labs.intake.laboratory_files import COLUMNS, FileRefused, codes_file, ranges_file, units_file
from labs.models import CodeMapping, Laboratory, UnitMapping
from labs.pages.laboratory_page import code_rows, laboratories_of, range_rows, unmapped_of
from labs.views.laboratory_forms import form_page, saved_as_seen
from labs.views.said import say_done
from schedules.views.answers import page_before


@require_GET
@requires(May.VIEW)
def laboratories(request: ClinicRequest) -> HttpResponse:
    """Show the clinic's laboratories, and how much of each waits to be mapped."""
    context = {"laboratories": laboratories_of(request.clinic), "may_decide": may_here(request, May.DECIDE)}
    return render(request, "labs/laboratories.html", context)


@require_GET
@requires(May.VIEW)
def laboratory(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one laboratory: what waits, codes, units, ranges, files."""
    return laboratory_page(request, find_laboratory(request, pk), LaboratoryFileForm())


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def add_laboratory(request: ClinicRequest) -> HttpResponse:
    """Enter a laboratory."""
    form = LaboratoryForm(request.POST or None)
    if form.is_valid() and (
        added := attempt(
            form, lambda: actions.add_laboratory(clinic=request.clinic, by=request.user, **form.cleaned_data)
        )
    ):
        say_done(request, "laboratory.added")
        return redirect("labs:laboratory", added.pk)
    return form_page(request, form, "Add a laboratory", "Add laboratory", reverse("labs:laboratories"))


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def change_laboratory(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change a laboratory's name, telephone or decimal sign."""
    found = find_laboratory(request, pk)
    known = {name: getattr(found, name) for name in LaboratoryForm.base_fields}
    form = LaboratoryForm(request.POST or None, initial=known)
    back, title = reverse("labs:laboratory", args=[pk]), f"Change {found}"

    def change(seen: str) -> object:
        return actions.change_laboratory(laboratory=found, fields=form.cleaned_data, by=request.user, seen=seen)

    is_saved, seen = saved_as_seen(request, form, found, change)
    if is_saved:
        if form.has_changed():
            say_done(request, "laboratory.changed")
        return redirect(back)
    return form_page(request, form, title, "Save", back, seen=seen)


@require_POST
@requires(May.DECIDE)
def retire_laboratory(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Offer a laboratory no longer."""
    actions.retire_laboratory(laboratory=find_laboratory(request, pk), by=request.user)
    say_done(request, "laboratory.retired")
    return redirect("labs:laboratory", pk)


@require_POST
@requires(May.DECIDE)
def reinstate_laboratory(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Offer a laboratory again."""
    actions.reinstate_laboratory(laboratory=find_laboratory(request, pk), by=request.user)
    say_done(request, "laboratory.reinstated")
    return redirect("labs:laboratory", pk)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def add_code(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say what a code stands for; `code` and `analyte` may be filled in already."""
    form = CodeForm(request.POST or None, initial={name: request.GET.get(name, "") for name in ("code", "analyte")})
    return code_page(request, find_laboratory(request, pk), form, "What a code stands for")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def change_code(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say that a code stands for something else."""
    mapping: CodeMapping = visible_or_404(request, CodeMapping.objects.select_related("laboratory__clinic"), pk=pk)
    form = CodeForm(request.POST or None, initial=CodeForm.initial_of(mapping))
    form.fields["code"].disabled = True
    return code_page(request, mapping.laboratory, form, f"What {mapping.code} stands for", mapping)


def code_page(
    request: ClinicRequest, found: Laboratory, form: CodeForm, title: str, mapping: CodeMapping | None = None
) -> HttpResponse:
    """Map the code of the form and take in what waits for it, or show the form."""

    def change(seen: str) -> object:
        code, reason = form.cleaned_data["code"], form.cleaned_data["reason"]
        by, now = request.user, timezone.now()
        return map_code_and_take_in(
            laboratory=found, code=code, meaning=form.meaning, by=by, now=now, reason=reason, seen=seen
        )

    return mapping_page(request, found, form, change, title, "laboratory.code_mapped", mapping)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def add_unit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say what a spelling of a unit means."""
    form = UnitForm(request.POST or None, initial={"spelling": request.GET.get("spelling", "")})
    return unit_page(request, find_laboratory(request, pk), form, "What a unit means")


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def change_unit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Say that a spelling of a unit means another."""
    mapping: UnitMapping = visible_or_404(request, UnitMapping.objects.select_related("laboratory__clinic"), pk=pk)
    form = UnitForm(request.POST or None, initial={"spelling": mapping.spelling, "unit": mapping.unit})
    form.fields["spelling"].disabled = True
    return unit_page(request, mapping.laboratory, form, f"What {mapping.spelling} means", mapping)


def unit_page(
    request: ClinicRequest, found: Laboratory, form: UnitForm, title: str, mapping: UnitMapping | None = None
) -> HttpResponse:
    """Map the spelling of the form and take in what waits for it, or show the form."""

    def change(seen: str) -> object:
        entered, now = form.cleaned_data, timezone.now()
        return map_unit_and_take_in(laboratory=found, by=request.user, now=now, seen=seen, **entered)

    return mapping_page(request, found, form, change, title, "laboratory.unit_mapped", mapping)


def mapping_page(
    request: ClinicRequest,
    found: Laboratory,
    form: forms.Form,
    change: Callable[[str], object],
    title: str,
    kind: str,
    mapping: CodeMapping | UnitMapping | None,
) -> HttpResponse:
    """Make the change, or show the form with its mistakes."""
    back = reverse("labs:laboratory", args=[found.pk])
    is_saved, seen = saved_as_seen(request, form, mapping, change)
    if is_saved:
        say_done(request, kind)
        return redirect(page_before(request, default=back))
    told = "It holds for what comes from now on, and for what is held back because of it."
    return form_page(request, form, f"{found}: {title[:1].lower()}{title[1:]}", "Save", back, told=told, seen=seen)


@require_POST
@requires(May.DECIDE)
def take_back_code(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take back what was said of a code."""
    return taken_back(request, visible_or_404(request, CodeMapping.objects.select_related("laboratory__clinic"), pk=pk))


@require_POST
@requires(May.DECIDE)
def take_back_unit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take back what was said of a unit."""
    return taken_back(request, visible_or_404(request, UnitMapping.objects.select_related("laboratory__clinic"), pk=pk))


def taken_back(request: ClinicRequest, mapping: CodeMapping | UnitMapping) -> HttpResponse:
    take_back_mapping(mapping=mapping, by=request.user)
    say_done(request, "laboratory.mapping_taken_back")
    return redirect("labs:laboratory", mapping.laboratory_id)


@require_POST
@requires(May.DECIDE)
def upload_laboratory_file(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take over codes, units or ranges from a file, or say everything that is wrong with it."""
    found = find_laboratory(request, pk)
    form = LaboratoryFileForm(request.POST, request.FILES)
    outcome = taken_over(request, form, found) if form.is_valid() else None
    if isinstance(outcome, FileOutcome):
        take_in_waiting(laboratory=found, by=request.user, now=timezone.now())
        say_done(request, "laboratory.file_imported")
        return redirect("labs:laboratory", pk)
    return laboratory_page(request, found, form, findings=outcome.findings if outcome else ())


def taken_over(
    request: ClinicRequest, form: LaboratoryFileForm, found: Laboratory | None
) -> FileOutcome | FileRefused | None:
    """Return what came of the file, or the refusal with every mistake; other refusals are the form's errors."""
    content, reason = form.cleaned_data["file"].read(), form.cleaned_data["reason"]

    def take_over() -> FileOutcome | FileRefused:
        try:
            return import_laboratory_file(
                clinic=request.clinic, laboratory=found, content=content, by=request.user, reason=reason
            )
        except FileRefused as refused:
            form.add_error("file", "Nothing was written. Each mistake is named above.")
            return refused

    return attempt(form, take_over)


@require_GET
@requires(May.VIEW)
def laboratory_file(request: ClinicRequest, pk: UUID, kind: str) -> HttpResponse:
    """Send a laboratory's codes, units or ranges as the file that can be read back."""
    found = find_laboratory(request, pk)
    if kind not in COLUMNS:
        raise Http404
    content = {
        "codes": lambda: codes_file(found.codes.filter(is_active=True)),
        "units": lambda: units_file(found.units.filter(is_active=True)),
        "ranges": lambda: ranges_file(found.ranges.filter(is_active=True)),
    }[kind]()
    return csv_response(content, f"{kind}.csv")


@require_GET
@requires(May.VIEW)
def blank_laboratory_file(request: ClinicRequest, kind: str) -> HttpResponse:
    """Send the header of a file to fill in."""
    if kind not in COLUMNS:
        raise Http404
    return csv_response(csv_file(COLUMNS[kind], []), f"{kind}.csv")


def csv_response(content: bytes, name: str) -> HttpResponse:
    """Return a CSV file for saving."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def find_laboratory(request: ClinicRequest, pk: UUID) -> Laboratory:
    """Return a laboratory this person may see; a foreign one is 404."""
    found: Laboratory = visible_or_404(request, Laboratory.objects.select_related("clinic"), pk=pk)
    return found


def laboratory_page(
    request: ClinicRequest, found: Laboratory, form: LaboratoryFileForm, findings: Any = ()
) -> HttpResponse:
    """Show a laboratory, and what is wrong with a file that was not taken over."""
    context = {
        "laboratory": found,
        "unmapped": unmapped_of(found),
        "codes": code_rows(found),
        "units": found.units.filter(is_active=True),
        "ranges": range_rows(found.ranges.filter(is_active=True)),
        "form": form,
        "findings": findings,
        "columns": COLUMNS.items(),
        "may_decide": may_here(request, May.DECIDE),
    }
    return render(request, "labs/laboratory.html", context, status=422 if form.errors else 200)
