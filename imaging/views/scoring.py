"""How the clinic scores its scans: seen by everybody, set by a clinician."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from events.models import Event
from imaging.actions.scoring_policy import set_scoring
from imaging.forms.scoring import ScoringForm
from imaging.scoring.schemes import policy_of
from iotrex_followup.refusals import accepted
from schedules.wording import event_sentence


@require_GET
@requires(May.VIEW)
def scoring(request: ClinicRequest) -> HttpResponse:
    """Show the scheme, the number of readers and the cut-offs."""
    return scoring_page(request, ScoringForm(policy=policy_of(request.clinic)))


@require_POST
@requires(May.DECIDE)
def change_scoring(request: ClinicRequest) -> HttpResponse:
    """Set the scheme, the number of readers and the cut-offs."""
    form = ScoringForm(request.POST, policy=policy_of(request.clinic))
    if not accepted(
        form,
        lambda: set_scoring(
            clinic=request.clinic,
            scheme=form.cleaned_data["scheme"],
            two_readers=form.cleaned_data["two_readers"],
            cut_offs_hidden=form.cut_offs_hidden,
            viewer_url=form.cleaned_data["viewer_url"],
            by=request.user,
        ),
    ):
        return scoring_page(request, form)
    own = Event.objects.filter(clinic=request.clinic, by=request.user, kind="imaging_policy.scoring_changed")
    if form.has_changed() and (event := own.order_by("-at", "-id").first()):
        undo = reverse("schedules:undo", args=[event.pk])
        messages.success(request, f"{event_sentence(event)}.", extra_tags=undo)
    else:
        messages.info(request, "Nothing was changed.")
    return redirect("imaging:scoring")


def scoring_page(request: ClinicRequest, form: ScoringForm) -> HttpResponse:
    """Show the settings; those who may not decide see them without being able to change them."""
    may_decide = may_here(request, May.DECIDE)
    for field in form.fields.values():
        field.disabled = not may_decide
    context = {"form": form, "may_decide": may_decide}
    return render(request, "imaging/scoring.html", context, status=422 if form.errors else 200)
