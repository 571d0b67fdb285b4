"""The ledger of outgoing messages, and what a person does about one that failed."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events import ledger as book
from events.actions import send_again, settle_message
from events.delivery.returned import note_returned
from events.forms import LedgerForm, ReturnedForm, SettleForm
from events.models import Message
from iotrex_followup.refusals import accepted

PAGE = 50


@require_GET
@requires(May.VIEW)
def ledger(request: ClinicRequest) -> HttpResponse:
    """Show what the clinic sent, what waits, what was not sent and why, and what failed."""
    context = ledger_page(request, book.of_clinic(request.clinic))
    return render(request, "events/ledger.html", context)


def ledger_page(request: ClinicRequest, rows: QuerySet[Message]) -> dict[str, Any]:
    """Return what a page with a ledger shows: its sums, and the asked part of its entries."""
    form = LedgerForm(request.GET)
    found = book.entries(rows, **form.cleaned_data) if form.is_valid() else book.entries(rows)
    if after := request.GET.get("after"):
        found = found.filter(pk__lt=pk_in(after))
    page = list(found[: PAGE + 1])
    return {
        "form": form,
        "totals": book.totals(rows),
        "entries": page[:PAGE],
        "next_url": next_url(request, page[PAGE - 1].pk) if len(page) > PAGE else "",
        "may_record": may_here(request, May.RECORD),
        "is_captured": settings.CAPTURE_MESSAGES,
    }


@require_POST
@requires(May.RECORD)
def again(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Let a message that failed be sent again."""
    message = visible_or_404(request, Message.objects.going_out(), pk=pk)
    send_again(message=message, by=request.user, now=timezone.now())
    messages.success(request, "It will be sent again at once.")
    return redirect(ledger_before(request))


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def settle(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Ask how a message that failed was settled without it."""
    message = visible_or_404(request, Message.objects.going_out().with_addressees(), pk=pk)
    form = SettleForm(request.POST or None)
    if accepted(form, lambda: settle_message(message=message, by=request.user, **form.cleaned_data)):
        return redirect(ledger_before(request))
    context = {"form": form, "message": message, "back": ledger_before(request)}
    return render(request, "events/settle.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def returned(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Ask what is known of a message that came back."""
    message = visible_or_404(request, Message.objects.going_out().with_addressees(), pk=pk)
    form = ReturnedForm(request.POST or None)
    now = timezone.now()
    if accepted(form, lambda: note_returned(message=message, by=request.user, now=now, **form.cleaned_data)):
        return redirect(ledger_before(request))
    context = {"form": form, "message": message, "back": ledger_before(request)}
    return render(request, "events/returned.html", context, status=422 if form.is_bound else 200)


def ledger_before(request: ClinicRequest) -> str:
    """Return the ledger a button was pressed on: the clinic's, or a patient's that the form names as `next`."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(asked, request.get_host(), require_https=request.is_secure())
    return asked if is_ours else reverse("events:ledger")


def pk_in(text: str) -> UUID:
    """Return the id `text` names.

    Raises   Http404: it names none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def next_url(request: ClinicRequest, last: UUID) -> str:
    """Return the address of the same page, after the row `last`."""
    query = request.GET.copy()
    query["after"] = str(last)
    return f"{request.path}?{query.urlencode()}"
