"""The sign-off register: every clinical setting as it runs, who signed it, and from which source."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events.models import Event
from iotrex_followup.csv_files import csv_file
from iotrex_followup.refusals import accepted
from schedules import actions
from schedules.forms.sign_offs import SignForm, WithdrawForm
from schedules.models import SignOff
from schedules.sign_offs import Entry, Standing, groups_of, register_of

COLUMNS = ("setting", "group", "title", "value", "where it comes from", "standing", "signed by", "on", "relied on")


@require_GET
@requires(May.VIEW)
def sign_offs(request: ClinicRequest) -> HttpResponse:
    """Show every clinical setting of this clinic, as it runs, with its signature."""
    entries = register_of(request.clinic)
    counts = [(standing, sum(entry.standing == standing for entry in entries)) for standing in Standing]
    context = {"groups": groups_of(entries), "counts": counts, "may_decide": may_here(request, May.DECIDE)}
    return render(request, "schedules/sign_offs.html", context)


@require_GET
@requires(May.VIEW)
def sign_offs_file(request: ClinicRequest) -> HttpResponse:
    """Return the register as CSV."""
    content = csv_file(COLUMNS, (line_of(entry) for entry in register_of(request.clinic)))
    headers = {"Content-Disposition": 'attachment; filename="sign-offs.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def line_of(entry: Entry) -> list[str]:
    """Return one line of the file."""
    setting, signature = entry.setting, entry.signature
    signed = [signature.by, signature.on.isoformat()] if signature else ["", ""]
    about = [setting.key, setting.group, setting.title, setting.value, setting.source]
    return [*about, entry.standing, *signed, entry.signed_source]


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def sign(request: ClinicRequest) -> HttpResponse:
    """Sign one setting (`setting` in the address) as it was read."""
    key = request.GET.get("setting", "")
    entry = next((each for each in register_of(request.clinic) if each.setting.key == key), None)
    if entry is None:
        raise Http404
    form = SignForm(request.POST or None, initial={"seen": entry.setting.value})
    if accepted(
        form,
        lambda: actions.sign_setting(
            clinic=request.clinic,
            setting=key,
            **form.cleaned_data,
            by=request.user,
            today=request.clinic.local_date(timezone.now()),
        ),
    ):
        return back_to_register(request, "Signed.")
    context = {"form": form, "entry": entry, "title": f"Sign: {entry.setting.title}", "button": "Sign as it stands"}
    return render(request, "schedules/sign_off.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(May.DECIDE)
def withdraw_sign_off(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take a signature back, with a reason."""
    sign_off: SignOff = visible_or_404(request, SignOff.objects.select_related("clinic", "signed_by"), pk=pk)
    form = WithdrawForm(request.POST or None)
    if accepted(
        form,
        lambda: actions.withdraw_sign_off(sign_off=sign_off, reason=form.cleaned_data["reason"], by=request.user),
    ):
        return back_to_register(request, "Signature withdrawn.")
    entry = next((each for each in register_of(request.clinic) if each.setting.key == sign_off.setting), None)
    context = {
        "form": form,
        "entry": entry,
        "title": "Withdraw a signature",
        "button": "Withdraw",
        "sign_off": sign_off,
    }
    return render(request, "schedules/sign_off.html", context, status=422 if form.is_bound else 200)


def back_to_register(request: ClinicRequest, words: str) -> HttpResponse:
    """Go back to the register and say what was done, with the way to undo it."""
    event = Event.objects.filter(clinic=request.clinic, by=request.user, kind__startswith="setting.").latest("id")
    messages.success(request, words, extra_tags=reverse("schedules:undo", args=[event.pk]))
    return redirect("schedules:sign_offs")
