"""Fewest trips of a patient: proposed, and accepted one by one or all."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import attempt
from patients.models import Patient
from schedules.actions.bundles import accept_trips
from schedules.appointments.bundling import propose_trips
from schedules.forms.bundles import AcceptForm, SpanForm
from schedules.views.answers import about, page_before, say_done


@require_GET
@requires(May.VIEW)
def fewest_trips(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show the fewest trips for the chosen span; nothing is stored."""
    patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    today = request.clinic.local_date(timezone.now())
    form = SpanForm(request.GET)
    months, local_laboratory = form.chosen
    context = {
        **about(patient, today),
        "form": SpanForm(initial={"months": months, "local_laboratory": local_laboratory}),
        "proposal": propose_trips(patient, months=months, local_laboratory=local_laboratory, today=today),
        "local_laboratory": local_laboratory,
        "may_record": may_here(request, May.RECORD) and patient.status == Patient.Status.ACTIVE,
        "here": request.get_full_path(),
    }
    return render(request, "schedules/fewest_trips.html", context)


@require_POST
@requires(May.RECORD)
def accept(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Book the trips the person accepted, all or none of them; what they saw is what is booked."""
    patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    today = request.clinic.local_date(timezone.now())
    form = AcceptForm(request.POST, patient=patient)
    booked = (
        attempt(
            form,
            lambda: accept_trips(patient=patient, trips=form.cleaned_data["trips"], by=request.user, today=today),
        )
        if form.is_valid()
        else None
    )
    if booked is None:
        said = " ".join(str(each) for errors in form.errors.values() for each in errors)
        messages.error(request, f"Nothing was booked. {said}")
    elif len(booked) == 1:
        say_done(request, patient)
    else:
        messages.success(request, f"{len(booked)} trips are booked. Each can be undone in the patient’s history.")
    return redirect(page_before(request, default=reverse("schedules:fewest_trips", args=[patient.pk])))
