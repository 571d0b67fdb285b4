"""The clinic's settings of imaging: everybody sees them, a clinician sets them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here
from events.models import Event
from schedules.wording import event_sentence


def policy_page(request: ClinicRequest, form: forms.BaseForm, template: str, **more: object) -> HttpResponse:
    """Show settings; those who may not decide see them without being able to change them."""
    may_decide = may_here(request, May.DECIDE)
    for field in form.fields.values():
        field.disabled = not may_decide
    context = {"form": form, "may_decide": may_decide, **more}
    return render(request, template, context, status=422 if form.errors else 200)


def say_set(request: ClinicRequest, form: forms.BaseForm, kind: str) -> None:
    """Say what this person set last, with its Undo, or that nothing was changed."""
    own = Event.objects.filter(clinic=request.clinic, by=request.user, kind=kind)
    if form.has_changed() and (event := own.order_by("-at", "-id").first()):
        undo = reverse("schedules:undo", args=[event.pk])
        messages.success(request, f"{event_sentence(event)}.", extra_tags=undo)
    else:
        messages.info(request, "Nothing was changed.")
