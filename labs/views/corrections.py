"""Correcting, cancelling and withdrawing one result."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from iotrex_followup.refusals import attempt
from labs.actions.corrections import cancel_result, correct_result, withdraw_result
from labs.forms.corrections import CorrectionForm, ReasonForm
from labs.grading.analytes import catalogue
from labs.models import LabResult
from schedules.views.answers import about

RELATED = ("patient__clinic", "laboratory", "clinic")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def correct(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Enter what a result should have said."""
    result, now = find_result(request, pk), timezone.now()
    analyte = catalogue().get(result.analyte)
    form = CorrectionForm(request.POST or None, result=result, analyte=analyte, now=now) if analyte else None
    if form and form.is_valid():
        facts = form.facts
        if done := attempt(form, lambda: correct_result(result=result, by=request.user, now=now, **facts)):
            messages.success(request, "The corrected version is stored and holds from now on.")
            return redirect("labs:result", done.pk)
    return page(request, result, form=form)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def cancel(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that the laboratory takes a result back."""
    return taken_back(request, pk, cancel_result, "cancelling", "The result is cancelled.")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record that a result is another person's."""
    words = "The result is withdrawn. Enter it for the right patient now."
    return taken_back(request, pk, withdraw_result, "withdrawing", words)


def taken_back(
    request: ClinicRequest, pk: UUID, change: Callable[..., LabResult], name: str, words: str
) -> HttpResponse:
    result = find_result(request, pk)
    form = ReasonForm(request.POST or None, auto_id=f"id_{name}_%s")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if done := attempt(form, lambda: change(result=result, reason=reason, by=request.user, now=timezone.now())):
            messages.success(request, words)
            return redirect("labs:result", done.pk)
    return page(request, result, taken_back={name: form})


def page(
    request: ClinicRequest,
    result: LabResult,
    *,
    form: CorrectionForm | None = None,
    taken_back: Mapping[str, ReasonForm] | None = None,
) -> HttpResponse:
    """Show the three ways in which a result can be wrong, one of them perhaps with its mistakes."""
    now = timezone.now()
    analyte = catalogue().get(result.analyte)
    if form is None and analyte:
        form = CorrectionForm(result=result, analyte=analyte, now=now)
    context = {
        **about(result.patient, request.clinic.local_date(now)),
        "result": result,
        "form": form,
        "rows": form.rows() if form else [],
        **{name: ReasonForm(auto_id=f"id_{name}_%s") for name in ("cancelling", "withdrawing")},
        **(taken_back or {}),
    }
    return render(request, "labs/correct.html", context, status=422 if request.method == "POST" else 200)


def find_result(request: ClinicRequest, pk: UUID) -> LabResult:
    """Return a reported result this person may see; a derived or foreign one is 404."""
    reported = LabResult.objects.filter(derived_from__isnull=True).select_related(*RELATED)
    found: LabResult = visible_or_404(request, reported, pk=pk)
    return found
