"""How the clinic scores its scans: seen by everybody, set by a clinician."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from imaging.actions.scoring_policy import set_scoring
from imaging.forms.scoring import ScoringForm
from imaging.scoring.schemes import policy_of
from imaging.views.policies import policy_page, say_set
from iotrex_followup.refusals import accepted

TEMPLATE = "imaging/scoring.html"


@require_GET
@requires(May.VIEW)
def scoring(request: ClinicRequest) -> HttpResponse:
    """Show the scheme, the number of readers and the cut-offs."""
    return policy_page(request, ScoringForm(policy=policy_of(request.clinic)), TEMPLATE)


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
        return policy_page(request, form, TEMPLATE)
    say_set(request, form, "imaging_policy.scoring_changed")
    return redirect("imaging:scoring")
