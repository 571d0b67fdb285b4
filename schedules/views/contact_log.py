"""The contact log of a patient: what was said, a new entry, and dealing with a word that came in by itself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Event
from iotrex_followup.refusals import attempt
from patients.contacting import log_contact, see_word
from patients.models import ContactEntry, Patient
from patients.views import find_patient
from schedules.forms.contact_log import ContactLogForm, SeenForm
from schedules.pages import chase as lists
from schedules.pages.contact_log import WAITS_FOR_MORE, log_page, open_messages, standing_of
from schedules.views.answers import about, page_before
from schedules.wording import event_sentence


@require_GET
@requires(May.VIEW)
def contact_log(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show what was said with a patient: the last of it as a part of the patient page, all of it as a page."""
    patient, now = find_patient(request, pk), timezone.now()
    today = request.clinic.local_date(now)
    before = get_object_or_404(ContactEntry, patient=patient, pk=request.GET["before"]) if asked(request) else None
    context = {
        **about(patient, today),
        "log": log_page(patient, before=before, short=bool(request.htmx)),
        "state": standing_of(patient, today=today),
        "may_record": may_here(request, May.RECORD) and patient.status == Patient.Status.ACTIVE,
    }
    template = "schedules/contact_log.html"
    return render(request, f"{template}#panel" if request.htmx else template, context)


def asked(request: ClinicRequest) -> bool:
    """Say whether a further page was asked for, by the id of the entry it goes on from."""
    try:
        return bool(UUID(request.GET.get("before", "")))
    except ValueError:
        return False


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def new_entry(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Write down a contact: in a dialog above the list, or as a page."""
    patient, now = find_patient(request, pk), timezone.now()
    contacts = list(patient.contacts.filter(is_active=True))
    form = ContactLogForm(
        request.POST or None,
        clinic=patient.clinic,
        contacts=contacts,
        open_messages=open_messages(patient, now=now),
        now=now,
        initial={"contact": lists.best_contact(contacts)},
    )
    entry = (
        attempt(form, lambda: log_contact(patient=patient, facts=form.facts, by=request.user, now=now))
        if form.is_valid()
        else None
    )
    log = reverse("schedules:contact_log", args=[patient.pk])
    if entry:
        # What asks for a further step stands in the log with the way to it.
        there = log if entry.outcome in WAITS_FOR_MORE else page_before(request, default=log)
        return say_and_go(request, entry, "contact_log.recorded", there)
    context = {**about(patient, patient.clinic.local_date(now)), "form": form, "best": lists.best_contact(contacts)}
    context |= {"title": "Log a call", "back": page_before(request, default=log)}
    return form_page(request, "schedules/log_contact.html", context, bound=form.is_bound)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def see(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Deal with a word that came in by itself."""
    rows = ContactEntry.objects.standing().select_related("patient__clinic", "clinic", "contact", "message")
    entry: ContactEntry = visible_or_404(request, rows, pk=pk)
    form = SeenForm(request.POST or None, entry=entry)
    now = timezone.now()
    seen = (
        attempt(form, lambda: see_word(entry=entry, by=request.user, now=now, **form.cleaned_data))
        if form.is_valid()
        else None
    )
    back = page_before(request, default=reverse("schedules:words"))
    if seen:
        return say_and_go(request, seen, "contact_log.seen", back)
    context = {**about(entry.patient, entry.clinic.local_date(now)), "form": form, "entry": entry, "back": back}
    return form_page(request, "schedules/see_word.html", context, bound=form.is_bound)


def form_page(request: ClinicRequest, template: str, context: dict[str, object], *, bound: bool) -> HttpResponse:
    """Show a form as a page, or its part `dialog` in a dialog; 422 with its mistakes."""
    status = 422 if bound else 200
    if not request.htmx:
        return render(request, template, context, status=status)
    return reswap(retarget(render(request, f"{template}#dialog", context, status=status), "#dialog"), "innerHTML")


def say_and_go(request: ClinicRequest, entry: ContactEntry, kind: str, there: str) -> HttpResponse:
    """Say what was written down, with its Undo, and go on to `there`."""
    event = Event.objects.filter(patient=entry.patient_id, kind=kind, facts__entry=str(entry.pk)).latest("at", "id")
    messages.success(request, f"{event_sentence(event)}.", extra_tags=reverse("schedules:undo", args=[event.pk]))
    return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
