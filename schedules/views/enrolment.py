"""Enrolling a patient: the form, the timeline it would store, and the saving of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from iotrex_followup.refusals import attempt
from patients.models import Patient
from schedules import actions
from schedules.forms.enrolment import EnrolForm
from schedules.pages.preview import preview


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def enrol(request: ClinicRequest) -> HttpResponse:
    """Ask for patient and treatment, show what would be stored, and store it when that is asked for."""
    form = EnrolForm(request.POST or None, clinic=request.clinic, may_decide=may_here(request, May.DECIDE))
    step = request.POST.get("step", "preview")
    if step == "edit":
        form.is_valid()
        return render(request, "schedules/enrol.html", {"form": form})
    if form.is_valid():
        answer = save(request, form) if step == "save" else look(request, form)
        if answer:
            return answer
    return render(request, "schedules/enrol.html", {"form": form}, status=422 if form.is_bound else 200)


def look(request: ClinicRequest, form: EnrolForm) -> HttpResponse | None:
    """Show what saving would store; None when it is refused, which the form then says."""
    today = request.clinic.local_date(timezone.now())
    seen = attempt(form, lambda: preview(lambda: enrol_by(form, request), today=today))
    if seen is None:
        return None
    return render(request, "schedules/enrol_preview.html", {"form": form, "preview": seen, "today": today})


def save(request: ClinicRequest, form: EnrolForm) -> HttpResponse | None:
    """Enrol and go to the patient's page; None when it is refused, which the form then says."""
    patient = attempt(form, lambda: enrol_by(form, request))
    if patient is None:
        return None
    messages.success(request, f"{patient} is enrolled.")
    return redirect("schedules:patient", patient.pk)


def enrol_by(form: EnrolForm, request: ClinicRequest) -> Patient:
    return actions.enrol(
        clinic=request.clinic,
        patient=form.patient_facts,
        treatment=form.treatment_facts,
        choices=form.choices,
        contact=form.contact,
        by=request.user,
        today=request.clinic.local_date(timezone.now()),
    )
