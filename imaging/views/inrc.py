"""The thresholds by which the clinic computes INRC: seen by everybody, set by a clinician."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from events.models import Event
from imaging.actions.inrc_policy import set_inrc
from imaging.forms.inrc import InrcForm
from imaging.scoring.schemes import policy_of
from iotrex_followup.refusals import accepted
from schedules.wording import event_sentence


@require_GET
@requires(May.VIEW)
def thresholds(request: ClinicRequest) -> HttpResponse:
    """Show each threshold, how it is shipped, and what the clinic has instead."""
    return thresholds_page(request, InrcForm(policy=policy_of(request.clinic)))


@require_POST
@requires(May.DECIDE)
def change_thresholds(request: ClinicRequest) -> HttpResponse:
    """Set the thresholds by which the clinic computes INRC."""
    form = InrcForm(request.POST, policy=policy_of(request.clinic))
    if not accepted(
        form,
        lambda: set_inrc(clinic=request.clinic, thresholds=form.thresholds, words=form.words, by=request.user),
    ):
        return thresholds_page(request, form)
    own = Event.objects.filter(clinic=request.clinic, by=request.user, kind="imaging_policy.inrc_changed")
    if form.has_changed() and (event := own.order_by("-at", "-id").first()):
        undo = reverse("schedules:undo", args=[event.pk])
        messages.success(request, f"{event_sentence(event)}.", extra_tags=undo)
    else:
        messages.info(request, "Nothing was changed.")
    return redirect("imaging:inrc")


def thresholds_page(request: ClinicRequest, form: InrcForm) -> HttpResponse:
    """Show the thresholds; those who may not decide see them without being able to change them."""
    may_decide = may_here(request, May.DECIDE)
    for field in form.fields.values():
        field.disabled = not may_decide
    context = {"form": form, "may_decide": may_decide}
    return render(request, "imaging/inrc.html", context, status=422 if form.errors else 200)
