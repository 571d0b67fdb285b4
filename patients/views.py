"""Changing what is known about a patient and the people around them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires, visible_or_404
from events.models import Event
from iotrex_followup.refusals import accepted, attempt
from patients import actions
from patients.forms import CareTeamForm, ContactForm, PatientForm
from patients.models import CarePhase, Contact, Patient


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def edit(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change the patient's details; a change of identity needs a reason."""
    patient = find_patient(request, pk)
    known = {name: getattr(patient, name) for name in PatientForm.base_fields if name != "reason"}
    form = PatientForm(request.POST or None, initial=known, clinic=request.clinic)
    if accepted(
        form,
        lambda: actions.update_patient(
            patient=patient,
            fields={name: form.cleaned_data[name] for name in known},
            by=request.user,
            reason=form.cleaned_data["reason"],
            today=request.clinic.local_date(timezone.now()),
        ),
    ):
        changed = bool(set(form.changed_data) & known.keys())
        return back_to(request, patient, "Patient details saved." if changed else "", undo=changed)
    return form_page(request, form, patient, title="Patient details", button="Save details")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def add_contact(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Add a way to reach the patient, a guardian or another person."""
    return contact_page(request, find_patient(request, pk), None)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def change_contact(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Change how somebody is reached."""
    contact = find_contact(request, pk)
    return contact_page(request, contact.patient, contact)


def contact_page(request: ClinicRequest, patient: Patient, contact: Contact | None) -> HttpResponse:
    known = model_to_dict(contact) if contact else None
    form = ContactForm(request.POST or None, initial=known, contact=contact)
    saved = (
        attempt(
            form,
            lambda: actions.save_contact(patient=patient, contact=contact, fields=form.cleaned_data, by=request.user),
        )
        if form.is_valid()
        else None
    )
    if saved:
        changed = bool(form.changed_data) or contact is None
        return back_to(request, patient, f"Contact saved: {saved}." if changed else "", undo=changed)
    title = "Change a contact" if contact else "Add a contact"
    return form_page(request, form, patient, title=title, button="Save contact")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def remove_contact(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Stop using a contact, after asking."""
    contact = find_contact(request, pk)
    if request.method == "POST":
        actions.remove_contact(contact=contact, by=request.user)
        return back_to(request, contact.patient, f"Contact removed: {contact}.", undo=True)
    told = f"{contact} is not used any more. What was recorded stays in the history."
    return form_page(
        request, forms.Form(), contact.patient, title="Remove a contact", button="Remove contact", told=told
    )


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def care_team(request: ClinicRequest, pk: UUID, phase: str) -> HttpResponse:
    """Say who acts on the counts in one phase of follow-up."""
    if phase not in CarePhase.values:
        raise Http404
    patient = find_patient(request, pk)
    known = patient.care_teams.filter(phase=phase).first()
    form = CareTeamForm(request.POST or None, initial=model_to_dict(known) if known else None, clinic=request.clinic)
    saved = (
        attempt(
            form,
            lambda: actions.set_care_team(patient=patient, phase=phase, fields=form.cleaned_data, by=request.user),
        )
        if form.is_valid()
        else None
    )
    if saved:
        return back_to(request, patient, f"{saved.get_phase_display()}: {saved.responsible} acts on the counts.")
    title = f"Who acts on the counts: {CarePhase(phase).label}"
    return form_page(request, form, patient, title=title, button="Save")


def find_patient(request: ClinicRequest, pk: UUID) -> Patient:
    patient: Patient = visible_or_404(request, Patient.objects.select_related("clinic"), pk=pk)
    return patient


def find_contact(request: ClinicRequest, pk: UUID) -> Contact:
    contact: Contact = visible_or_404(
        request, Contact.objects.filter(is_active=True).select_related("patient__clinic", "clinic"), pk=pk
    )
    return contact


def form_page(
    request: ClinicRequest,
    form: forms.BaseForm,
    patient: Patient,
    *,
    title: str,
    button: str,
    told: str = "",
    template: str = "patients/form.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show a form about a patient below their banner; 422 with its mistakes."""
    context = {
        "form": form,
        "patient": patient,
        "last_treatment": patient.treatments.given_therapeutic().last(),
        "today": request.clinic.local_date(timezone.now()),
        "title": title,
        "button": button,
        "told": told,
        **(more or {}),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def back_to(request: ClinicRequest, patient: Patient, words: str, *, undo: bool = False) -> HttpResponse:
    """Go back to the patient's page and say what was done; `undo` offers to undo what this person did last."""
    if undo:
        event = Event.objects.filter(patient=patient, by=request.user).order_by("-at", "-id")[0]
        messages.success(request, words, extra_tags=reverse("schedules:undo", args=[event.pk]))
    elif words:
        messages.success(request, words)
    else:
        messages.info(request, "Nothing was changed.")
    return redirect("schedules:patient", patient.pk)
