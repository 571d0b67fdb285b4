"""What a page answers: a form with its mistakes; after a change, words with an Undo button and the way back."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from accounts.middleware import ClinicRequest
from events.models import Event
from patients.models import Care, Patient
from schedules.calendars import working_calendar
from schedules.models import Plan, PlannedVisit
from schedules.pages.worklist import Day, visit_rows
from schedules.plans.life import standing_words
from schedules.wording import event_sentence


def about(patient: Patient, today: date) -> dict[str, object]:
    """Return what the banner of a page about `patient` shows."""
    plan = Plan.objects.current().filter(patient=patient).select_related("treatment").first()
    return {"patient": patient, "current_plan": plan, "today": today, "standing": banner_words(patient, today)}


def banner_words(patient: Patient, today: date) -> str:
    """Return how we stand to a patient who is not simply in follow-up, in words for the banner; else nothing."""
    if patient.care == Care.FOLLOWED:
        return ""
    return next(iter(standing_words(patient.clinical_events.all(), today=today)), "")


def form_answer(
    request: ClinicRequest, template: str, visit: PlannedVisit, form: forms.Form, today: date, **more: object
) -> HttpResponse:
    """Show the form about a visit: as a page, or the template's part `dialog` in a dialog; 422 with its mistakes."""
    back = page_before(request, default=reverse("schedules:visit", args=[visit.pk]))
    context = {**about(visit.patient, today), "visit": visit, "form": form, "back": back, **more}
    status = 422 if form.is_bound else 200
    if not request.htmx:
        return render(request, template, context, status=status)
    return reswap(retarget(render(request, f"{template}#dialog", context, status=status), "#dialog"), "innerHTML")


def entered_day(request: HttpRequest, field: str) -> date | None:
    """Return the day that stands in a date field of the form so far; None while there is none."""
    try:
        return date.fromisoformat(request.POST.get(field) or request.GET.get(field) or "")
    except ValueError:
        return None


def after_visit_change(request: ClinicRequest, visit: PlannedVisit, *, today: date) -> HttpResponse:
    """Answer a change of one visit: its new row on the worklist, elsewhere the page the person came from, read anew."""
    undo_url = say_done(request, visit.patient)
    if not request.htmx:
        return redirect(page_before(request, default=reverse("schedules:visit", args=[visit.pk])))
    if not on_worklist(request):
        return HttpResponseClientRefresh()
    row = visit_rows([PlannedVisit.objects.get(pk=visit.pk)], Day(today, working_calendar(request.clinic), []))[0]
    context = {"row": row, "today": today, "may_record": True, "undo_url": undo_url}
    return render(request, "schedules/worklist.html#changed", context)


def say_done(request: ClinicRequest, patient: Patient) -> str:
    """Say above the next page what this person just did for the patient; return the address that undoes it."""
    event = Event.objects.filter(patient=patient, by=request.user).order_by("-at", "-id")[0]
    undo_url = reverse("schedules:undo", args=[event.pk])
    messages.success(request, f"{event_sentence(event)}.", extra_tags=undo_url)
    return undo_url


def on_worklist(request: ClinicRequest) -> bool:
    """Say whether the htmx request came from the worklist, whatever its filters."""
    page = request.htmx.current_url_abs_path or ""
    return page.partition("?")[0] == reverse("schedules:worklist")


def page_before(request: HttpRequest, *, default: str) -> str:
    """Return where the form says it was opened from (`next`), when that is a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if is_ours(request, asked) else default


def page_left(request: HttpRequest, *, default: str) -> str:
    """Return the page a button was pressed on, when the browser says it and it is ours."""
    left = request.headers.get("Referer", "")
    return left if is_ours(request, left) else default


def is_ours(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, request.get_host(), require_https=request.is_secure())
