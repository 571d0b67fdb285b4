"""Transfusions and growth factors of a patient: recorded in one line, marked when entered in error."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted
from labs.actions.supportive import record_support, withdraw_support
from labs.forms.corrections import ReasonForm
from labs.forms.support import SupportForm
from labs.views.flowsheet import find_patient
from patients.models import SupportiveCare
from schedules.views.answers import about, page_before, say_done


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def support(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show what the patient was given, and record more of it."""
    patient, now = find_patient(request, pk), timezone.now()
    today = request.clinic.local_date(now)
    form = SupportForm(request.POST or None, today=today)
    if accepted(form, lambda: record_support(patient=patient, facts=form.facts, by=request.user, now=now)):
        say_done(request, patient)
        return redirect(page_before(request, default=reverse("labs:results", args=[patient.pk])))
    context = {
        **about(patient, today),
        "support": patient.supportive_care.filter(withdrawn=False),
        "support_form": form,
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "labs/support.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark what was recorded as entered in error, after asking why."""
    rows = SupportiveCare.objects.select_related("patient__clinic", "clinic")
    given: SupportiveCare = visible_or_404(request, rows, pk=pk)
    form, now = ReasonForm(request.POST or None), timezone.now()
    if accepted(
        form,
        lambda: withdraw_support(given=given, reason=form.cleaned_data["reason"], by=request.user, now=now),
    ):
        say_done(request, given.patient)
        return redirect("labs:results", given.patient_id)
    context = {**about(given.patient, request.clinic.local_date(now)), "form": form, "given": given}
    return render(request, "labs/support_withdraw.html", context, status=422 if form.is_bound else 200)
