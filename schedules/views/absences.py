"""Days on which a patient cannot come."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted, attempt
from patients.models import Patient
from schedules.actions.absences import add_absence, change_absence, withdraw_absence
from schedules.appointments.agenda import booked_in
from schedules.forms.appointments import AbsenceForm
from schedules.models import Absence
from schedules.views.answers import about, say_done


@require_GET
@requires(May.VIEW)
def absences(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show when a patient is away, and what is booked then."""
    patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    return absences_page(request, patient, AbsenceForm())


@require_POST
@requires(May.RECORD)
def add(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Note that a patient cannot come on some days."""
    patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    form = AbsenceForm(request.POST)
    absence = (
        attempt(form, lambda: add_absence(patient=patient, by=request.user, **form.cleaned_data))
        if form.is_valid()
        else None
    )
    if absence is None:
        return absences_page(request, patient, form)
    say_done(request, patient)
    say_what_is_booked(request, absence)
    return redirect("schedules:absences", patient.pk)


def absences_page(request: ClinicRequest, patient: Patient, form: AbsenceForm) -> HttpResponse:
    """Show the absences with the form for another; 422 with its mistakes."""
    today = request.clinic.local_date(timezone.now())
    known = patient.absences.filter(withdrawn=False)
    context = {
        **about(patient, today),
        "form": form,
        "coming": booked_in(known.filter(last_day__gte=today)),
        "past": known.filter(last_day__lt=today),
        "may_record": may_here(request, May.RECORD) and patient.status == Patient.Status.ACTIVE,
    }
    return render(request, "schedules/absences.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def change(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Correct the days of an absence."""
    absence = find_absence(request, pk)
    entered = {name: getattr(absence, name) for name in ("first_day", "last_day", "reason")}
    form = AbsenceForm(request.POST or None, initial=entered)
    if accepted(form, lambda: change_absence(absence=absence, by=request.user, **form.cleaned_data)):
        say_done(request, absence.patient)
        absence.refresh_from_db()
        say_what_is_booked(request, absence)
        return redirect("schedules:absences", absence.patient_id)
    today = request.clinic.local_date(timezone.now())
    context = {**about(absence.patient, today), "form": form, "absence": absence}
    return render(request, "schedules/absence.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(May.RECORD)
def withdraw(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take an absence back."""
    absence = find_absence(request, pk)
    withdraw_absence(absence=absence, by=request.user)
    say_done(request, absence.patient)
    return redirect("schedules:absences", absence.patient_id)


def find_absence(request: ClinicRequest, pk: UUID) -> Absence:
    """Return an absence this person may see; a foreign one is 404."""
    found: Absence = visible_or_404(request, Absence.objects.select_related("patient__clinic"), pk=pk)
    return found


def say_what_is_booked(request: ClinicRequest, absence: Absence) -> None:
    """Warn of appointments that fall into the absence: they stay until somebody moves them."""
    ((_, appointments),) = booked_in([absence])
    booked = len(appointments)
    if booked:
        what = "1 appointment falls" if booked == 1 else f"{booked} appointments fall"
        messages.warning(request, f"{what} into these days: move what cannot stay.")
