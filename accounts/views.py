"""Choice of clinic, the people of a clinic, and one's own profile."""

import logging
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions
from accounts.forms import ClinicForm, InviteForm, ProfileForm, RoleForm, SuccessorForm, TokenForm
from accounts.invitations import send_invitation
from accounts.middleware import SESSION_KEY, ClinicRequest
from accounts.models import ApiToken, Clinic, Membership, Role
from accounts.open_work import Leaving, in_words, open_work
from accounts.permissions import May, requires
from accounts.reaching import unreached
from iotrex_followup.refusals import accepted, attempt

logger = logging.getLogger(__name__)


@require_POST
@requires(May.SIGN_IN)
def switch_clinic(request: ClinicRequest) -> HttpResponse:
    """Choose the clinic that pages are about from now on."""
    chosen = request.POST.get("clinic")
    if chosen not in {str(membership.clinic_id) for membership in request.memberships}:
        raise Http404
    request.session[SESSION_KEY] = chosen
    return redirect("/")


@require_GET
@requires(May.ADMINISTER)
def staff(request: ClinicRequest) -> HttpResponse:
    rows = Membership.objects.filter(clinic=request.clinic).select_related("staff")
    members = list(rows.order_by("-is_active", "staff__name"))
    failing = unreached([member.staff_id for member in members], now=timezone.now())
    context = {
        "members": [(member, failing.get(member.staff_id, ())) for member in members],
        "roles": Role.choices,
    }
    return render(request, "accounts/staff.html", context)


@require_http_methods(["GET", "POST"])
@requires(May.ADMINISTER)
def invite(request: ClinicRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    member = _invited(request, form) if form.is_valid() else None
    if member is None:
        return render(request, "accounts/invite.html", {"form": form}, status=422 if form.is_bound else 200)
    _send_invitation(request, member)
    return redirect("accounts:staff")


@require_POST
@requires(May.ADMINISTER)
def invite_again(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Send the invitation once more, with a fresh link."""
    _send_invitation(request, _member(request, pk))
    return redirect("accounts:staff")


@require_POST
@requires(May.ADMINISTER)
def change_role(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Give a colleague another role; where they have open what it may not do, ask who takes that over."""
    member = _member(request, pk)
    chosen = RoleForm(request.POST)
    if not chosen.is_valid():
        return HttpResponseBadRequest("No such role.")
    role, today = Role(chosen.cleaned_data["role"]), request.clinic.local_date(timezone.now())
    # The list of staff asks for the role alone: who takes over is a question then, not yet a mistake.
    form = SuccessorForm(request.POST if "reassign_to" in request.POST else None, member=member)

    def change() -> Membership:
        return actions.change_role(membership=member, role=role, by=request.user, today=today, **form.cleaned_data)

    found = in_words(open_work(Leaving.of(member, today, role)))
    if found and not accepted(form, change):
        context = {"member": member, "role": role, "open_work": found, "form": form}
        return render(request, "accounts/change_role.html", context, status=422 if form.is_bound else 200)
    if not found:
        actions.change_role(membership=member, role=role, by=request.user, today=today)
    messages.success(request, f"{member.staff.name} is now {member.get_role_display().lower()}.")
    return redirect("accounts:staff")


@require_http_methods(["GET", "POST"])
@requires(May.ADMINISTER)
def deactivate(request: ClinicRequest, pk: UUID) -> HttpResponse:
    member = _member(request, pk)
    today = request.clinic.local_date(timezone.now())
    form = SuccessorForm(request.POST if request.method == "POST" else None, member=member)

    def end() -> Membership:
        return actions.deactivate_staff(membership=member, by=request.user, today=today, **form.cleaned_data)

    if not accepted(form, end):
        found = in_words(open_work(Leaving.of(member, today)))
        context = {"member": member, "open_work": found, "form": form}
        return render(request, "accounts/deactivate.html", context, status=422 if form.is_bound else 200)
    messages.success(request, f"{member.staff.name} can no longer see patients of {request.clinic.name}.")
    return redirect("accounts:staff")


@require_POST
@requires(May.ADMINISTER)
def reactivate(request: ClinicRequest, pk: UUID) -> HttpResponse:
    member = actions.reactivate_staff(membership=_member(request, pk), by=request.user)
    messages.success(request, f"{member.staff.name} can work in {request.clinic.name} again.")
    return redirect("accounts:staff")


@require_http_methods(["GET", "POST"])
@requires(May.ADMINISTER)
def clinic(request: ClinicRequest) -> HttpResponse:
    """Show and change the clinic's settings."""
    stored = Clinic.objects.get(pk=request.clinic.pk)
    form = ClinicForm(request.POST or None, instance=stored)
    if not form.is_valid():
        return render(request, "accounts/clinic.html", {"form": form}, status=422 if form.is_bound else 200)
    actions.update_clinic(clinic=stored, fields=form.cleaned_data, by=request.user)
    messages.success(request, "The clinic’s settings were saved.")
    return redirect("accounts:clinic")


@require_http_methods(["GET", "POST"])
@requires(May.SIGN_IN)
def profile(request: ClinicRequest) -> HttpResponse:
    form = ProfileForm(request.POST) if request.method == "POST" else _unchanged(request)
    if not form.is_valid():
        return _profile_page(request, form=form, token_form=TokenForm(), status=422 if form.is_bound else 200)
    actions.update_profile(staff=request.user, by=request.user, **form.cleaned_data)
    messages.success(request, "Your profile was saved.")
    return redirect("accounts:profile")


@require_POST
@requires(May.SIGN_IN)
def create_token(request: ClinicRequest) -> HttpResponse:
    """Make a token and show its secret, this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _profile_page(request, form=_unchanged(request), token_form=form, status=422)
    token, secret = actions.create_api_token(
        staff=request.user, name=form.cleaned_data["name"], valid_for=form.valid_for
    )
    return render(request, "accounts/token.html", {"token": token, "secret": secret})


@require_POST
@requires(May.SIGN_IN)
def revoke_token(request: ClinicRequest) -> HttpResponse:
    token = get_object_or_404(ApiToken, user=request.user, digest=request.POST.get("token"))
    actions.revoke_api_token(token=token)
    messages.success(request, f"The token “{token.name}” no longer works.")
    return redirect("accounts:profile")


def _member(request: ClinicRequest, pk: UUID) -> Membership:
    return get_object_or_404(Membership.objects.select_related("staff", "clinic"), clinic=request.clinic, pk=pk)


def _invited(request: ClinicRequest, form: InviteForm) -> Membership | None:
    """Invite whom the form names; a refusal becomes a mistake of the form."""
    return attempt(form, lambda: actions.invite_staff(clinic=request.clinic, by=request.user, **form.cleaned_data))


def _send_invitation(request: ClinicRequest, member: Membership) -> None:
    """Send the invitation and say so; without a working mail server the membership stands all the same."""
    try:
        send_invitation(request, member)
    except OSError:
        logger.exception("An invitation could not be sent")
        messages.warning(
            request, f"{member.staff.name} may work here now, but the e-mail could not be sent. Send it again later."
        )
    else:
        messages.success(request, f"{member.staff.name} was invited by e-mail to {member.staff.email}.")


def _unchanged(request: ClinicRequest) -> ProfileForm:
    return ProfileForm(initial={field: getattr(request.user, field) for field in ProfileForm.base_fields})


def _profile_page(request: ClinicRequest, *, form: ProfileForm, token_form: TokenForm, status: int) -> HttpResponse:
    context = {"form": form, "token_form": token_form, "tokens": ApiToken.objects.filter(user=request.user)}
    return render(request, "accounts/profile.html", context, status=status)
