"""A patient's medicines: the list, and what is entered in it."""

from uuid import UUID

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Event
from imaging.actions import medicines as actions
from imaging.forms.preparation import EndMedicineForm, MedicineForm
from imaging.occasions import coming_occasions, table_of
from imaging.pages.preparation import medicines_of, prepared
from iotrex_followup.refusals import accepted
from patients.models import Medicine, Patient
from patients.views import find_patient, form_page
from schedules.forms.treatments import ReasonForm
from schedules.wording import event_sentence

TEMPLATE = "imaging/medicine.html"


@require_GET
@requires(May.VIEW)
def medicines(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """List a patient's medicines, and the scans and infusions they are to be prepared for.

    To another page, by htmx, in a line each.
    """
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    table = table_of(request.clinic)
    context = {
        "patient": patient,
        "last_treatment": patient.treatments.given_therapeutic().last(),
        "medicines": medicines_of(patient, today=today),
        "coming": [prepared(each, table, today=today) for each in coming_occasions(patient, today=today)[:3]],
        "may_record": may_here(request, May.RECORD) and patient.status == Patient.Status.ACTIVE,
        "today": today,
    }
    return render(request, f"imaging/medicines.html{'#panel' if request.htmx else ''}", context)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def record_medicine(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record a medicine."""
    patient = find_patient(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = MedicineForm(request.POST or None, today=today)
    if accepted(form, lambda: actions.record_medicine(patient=patient, facts=form.facts, by=request.user, today=today)):
        return back_to_list(request, patient)
    return form_page(request, form, patient, title="Medicine", button="Add medicine", template=TEMPLATE)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def change_medicine(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change what is known of a medicine."""
    medicine = find_medicine(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = MedicineForm(request.POST or None, initial=model_to_dict(medicine), today=today)
    if accepted(
        form,
        lambda: actions.change_medicine(medicine=medicine, fields=form.cleaned_data, by=request.user, today=today),
    ):
        return back_to_list(request, medicine.patient)
    title = f"Change {medicine.name}"
    return form_page(request, form, medicine.patient, title=title, button="Save change", template=TEMPLATE)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def end_medicine(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Record the last day on which a medicine was taken."""
    medicine = find_medicine(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = EndMedicineForm(request.POST or None, initial={"ended_on": today})
    if accepted(
        form,
        lambda: actions.end_medicine(
            medicine=medicine, ended_on=form.cleaned_data["ended_on"], by=request.user, today=today
        ),
    ):
        return back_to_list(request, medicine.patient)
    told = "For good. What is withheld for a scan or infusion is not ended: that stands on the page of its preparation."
    title = f"{medicine.name} is not taken any more"
    return form_page(request, form, medicine.patient, title=title, button="Record end", told=told, template=TEMPLATE)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def withdraw_medicine(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Mark a medicine as entered in error."""
    medicine = find_medicine(request, pk)
    form = ReasonForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.withdraw_medicine(medicine=medicine, reason=form.cleaned_data["reason"], by=request.user),
    ):
        return back_to_list(request, medicine.patient)
    title, button = f"{medicine.name}: entered in error", "Mark as entered in error"
    return form_page(request, form, medicine.patient, title=title, button=button, template=TEMPLATE)


def find_medicine(request: ClinicRequest, pk: UUID) -> Medicine:
    rows = Medicine.objects.standing().select_related("patient__clinic", "clinic")
    found: Medicine = visible_or_404(request, rows, pk=pk)
    return found


def back_to_list(request: ClinicRequest, patient: Patient) -> HttpResponse:
    """Go back to the patient's medicines and say what this person did last, with its Undo."""
    say_last(request, patient)
    return redirect("imaging:medicines", patient.pk)


def say_last(request: ClinicRequest, patient: Patient) -> None:
    """Say what this person did last about the patient, with its Undo."""
    event = Event.objects.filter(patient=patient, by=request.user).order_by("-at", "-id").first()
    if event:
        undo = reverse("schedules:undo", args=[event.pk]) if event.facts.get("rows") else ""
        messages.success(request, f"{event_sentence(event)}.", extra_tags=undo)
