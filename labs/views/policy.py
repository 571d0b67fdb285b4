"""How the clinic has its results judged: seen by everybody, set and signed by a clinician."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from iotrex_followup.refusals import accepted
from labs.actions.policy import set_policy, sign_policy
from labs.forms.policy import PolicyForm
from labs.models import LabPolicy
from labs.views.said import say_done


@require_GET
@requires(May.VIEW)
def policy(request: ClinicRequest) -> HttpResponse:
    """Show CTCAE version, rules and numbers, and who signed them."""
    return policy_page(request, PolicyForm(policy=policy_here(request)))


@require_POST
@requires(May.DECIDE)
def change_policy(request: ClinicRequest) -> HttpResponse:
    """Set CTCAE version, rules and numbers."""
    form = PolicyForm(request.POST, policy=policy_here(request))
    if not accepted(
        form,
        lambda: set_policy(
            clinic=request.clinic,
            ctcae=form.cleaned_data["ctcae"],
            rules_off=form.rules_off,
            settings=form.settings,
            by=request.user,
        ),
    ):
        return policy_page(request, form)
    say_done(request, "lab_policy.changed")
    return redirect("labs:policy")


@require_POST
@requires(May.DECIDE)
def sign(request: ClinicRequest) -> HttpResponse:
    """Sign the rules as they are set now."""
    sign_policy(clinic=request.clinic, by=request.user, today=request.clinic.local_date(timezone.now()))
    say_done(request, "lab_policy.signed")
    return redirect("labs:policy")


def policy_here(request: ClinicRequest) -> LabPolicy:
    """Return the clinic's policy; one that was never changed is not stored."""
    stored = LabPolicy.objects.select_related("signed_by").filter(clinic=request.clinic).first()
    return stored or LabPolicy(clinic=request.clinic)


def policy_page(request: ClinicRequest, form: PolicyForm) -> HttpResponse:
    """Show the policy; those who may not decide see it without being able to change it."""
    may_decide = may_here(request, May.DECIDE)
    if not may_decide:
        for field in form.fields.values():
            field.disabled = True
    context = {"form": form, "policy": form.policy, "rules": list(form.rules), "may_decide": may_decide}
    return render(request, "labs/policy.html", context, status=422 if form.errors else 200)
