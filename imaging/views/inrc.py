"""The thresholds by which the clinic computes INRC: seen by everybody, set by a clinician."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from imaging.actions.inrc_policy import set_inrc
from imaging.forms.inrc import InrcForm
from imaging.scoring.schemes import policy_of
from imaging.views.policies import policy_page, say_set
from iotrex_followup.refusals import accepted

TEMPLATE = "imaging/inrc.html"


@require_GET
@requires(May.VIEW)
def thresholds(request: ClinicRequest) -> HttpResponse:
    """Show each threshold, how it is shipped, and what the clinic has instead."""
    return policy_page(request, InrcForm(policy=policy_of(request.clinic)), TEMPLATE)


@require_POST
@requires(May.DECIDE)
def change_thresholds(request: ClinicRequest) -> HttpResponse:
    """Set the thresholds by which the clinic computes INRC."""
    form = InrcForm(request.POST, policy=policy_of(request.clinic))
    if not accepted(
        form,
        lambda: set_inrc(clinic=request.clinic, thresholds=form.thresholds, words=form.words, by=request.user),
    ):
        return policy_page(request, form, TEMPLATE)
    say_set(request, form, "imaging_policy.inrc_changed")
    return redirect("imaging:inrc")
