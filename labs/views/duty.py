"""The clinic's ladder with its test, and who stands in for whom."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.models import Cover, LadderStep
from accounts.permissions import May, may_here, requires, visible_or_404
from iotrex_followup.refusals import accepted
from labs.actions import duty as actions
from labs.forms.duty import CoverForm, LadderForm
from labs.pages.ladder_page import coming_covers, rungs
from labs.rules.ladder import LADDERS
from labs.rules.values import Urgency


@require_GET
@requires(May.VIEW)
def ladder(request: ClinicRequest) -> HttpResponse:
    """Show who is told of an alert that nobody answers, in order, and who stands in for whom."""
    return ladder_page(request, LadderForm(clinic=request.clinic))


@require_POST
@requires(May.ADMINISTER)
def add_to_ladder(request: ClinicRequest) -> HttpResponse:
    """Let a clinician be told at a step."""
    form = LadderForm(request.POST, clinic=request.clinic)

    def add() -> LadderStep:
        return actions.add_to_ladder(clinic=request.clinic, by=request.user, **form.cleaned_data)

    if not accepted(form, add):
        return ladder_page(request, form)
    messages.success(request, f"{form.cleaned_data['staff']} is on the ladder. A test shows whether it reaches them.")
    return redirect("labs:ladder")


def ladder_page(request: ClinicRequest, form: LadderForm) -> HttpResponse:
    """Show the ladder with the form for another person; 422 with its mistakes."""
    now = timezone.now()
    context = {
        "form": form,
        "rungs": rungs(request.clinic, now=now),
        "covers": coming_covers(request.clinic, now=now),
        "today": request.clinic.local_date(now),
        "may_administer": may_here(request, May.ADMINISTER),
        "repeats": LADDERS[Urgency.IMMEDIATE].again_minutes,
    }
    return render(request, "labs/ladder.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(May.ADMINISTER)
def remove_from_ladder(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take a person off a step."""
    row = visible_or_404(request, LadderStep.objects.select_related("clinic", "staff"), pk=pk)
    actions.remove_from_ladder(row=row, by=request.user)
    messages.success(request, f"{row.staff} is no longer told as {row.get_step_display().lower()}.")
    return redirect("labs:ladder")


@require_POST
@requires(May.ADMINISTER)
def send_ladder_test(request: ClinicRequest) -> HttpResponse:
    """Write to everybody on the ladder, to see that it reaches them."""
    sent = actions.send_ladder_test(clinic=request.clinic, by=request.user, now=timezone.now())
    people = "1 person" if sent == 1 else f"{sent} people"
    messages.success(request, f"A test was sent to {people}. Who says that it arrived is marked here.")
    return redirect("labs:ladder")


@require_http_methods(["GET", "POST"])
@requires(May.SIGN_IN)
def answer_ladder_test(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Ask whom a test was sent to whether it has reached them; only by POST it is noted."""
    own = LadderStep.objects.filter(staff=request.user).select_related("clinic", "staff")
    row = visible_or_404(request, own, pk=pk)
    if request.method == "GET":
        return render(request, "labs/ladder_test.html", {"row": row})
    actions.answer_ladder_test(row=row, by=request.user, now=timezone.now())
    messages.success(request, "Thank you. It is noted that the test has reached you.")
    return redirect("labs:inbox")


@require_GET
@requires(May.SIGN_IN)
def covers(request: ClinicRequest) -> HttpResponse:
    """Show who is away and who stands in: one's own, and everybody's for who looks after the staff."""
    return covers_page(request, cover_form(request))


@require_POST
@requires(May.SIGN_IN)
def add_cover(request: ClinicRequest) -> HttpResponse:
    """Note that somebody is away, and who stands in."""
    form, now = cover_form(request), timezone.now()

    def add() -> Cover:
        return actions.add_cover(
            clinic=request.clinic, by=request.user, today=request.clinic.local_date(now), **form.cleaned_data
        )

    if not accepted(form, add):
        return covers_page(request, form)
    messages.success(request, f"{form.cleaned_data['substitute']} is told of alerts in these days.")
    return redirect("labs:covers")


@require_POST
@requires(May.SIGN_IN)
def withdraw_cover(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Take an absence back."""
    cover = visible_or_404(request, Cover.objects.select_related("clinic", "staff", "substitute"), pk=pk)
    actions.withdraw_cover(cover=cover, by=request.user)
    messages.success(request, f"{cover.staff} is told of alerts again.")
    return redirect("labs:covers")


def cover_form(request: ClinicRequest) -> CoverForm:
    for_others = may_here(request, May.ADMINISTER)
    return CoverForm(request.POST or None, clinic=request.clinic, own=request.user, for_others=for_others)


def covers_page(request: ClinicRequest, form: CoverForm) -> HttpResponse:
    """Show the absences with the form for another; 422 with its mistakes."""
    for_others = may_here(request, May.ADMINISTER)
    coming = coming_covers(request.clinic, now=timezone.now())
    context = {
        "form": form,
        "covers": coming if for_others else coming.filter(staff=request.user),
        "standing_in": coming.filter(substitute=request.user),
        "for_others": for_others,
    }
    return render(request, "labs/covers.html", context, status=422 if form.is_bound else 200)
