"""The ledger of outgoing messages, and what a person does about one that failed."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires, visible_or_404
from events import ledger as book
from events.actions import send_again, settle_message
from events.forms import LedgerForm, SettleForm
from events.models import Message
from iotrex_followup.errors import DomainError

PAGE = 50


@require_GET
@requires(May.VIEW)
def ledger(request: ClinicRequest) -> HttpResponse:
    """Show what the clinic sent, what waits, what was not sent and why, and what failed."""
    form = LedgerForm(request.GET)
    column = form.cleaned_data["show"] if form.is_valid() else ""
    entries = book.entries(request.clinic, column)
    if after := request.GET.get("after"):
        entries = entries.filter(pk__lt=_uuid(after))
    found = list(entries[: PAGE + 1])
    context = {
        "form": form,
        "totals": book.totals(request.clinic),
        "entries": found[:PAGE],
        "next_url": _next_url(request, found[PAGE - 1]) if len(found) > PAGE else "",
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "events/ledger.html", context)


@require_POST
@requires(May.RECORD)
def again(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Let a message that failed be sent again."""
    message = visible_or_404(request, Message.objects.going_out(), pk=pk)
    send_again(message=message, by=request.user, now=timezone.now())
    messages.success(request, "It will be sent again at once.")
    return redirect("events:ledger")


@require_http_methods(["GET", "POST"])
@requires(May.RECORD)
def settle(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Ask how a message that failed was settled without it."""
    message = visible_or_404(request, Message.objects.going_out(), pk=pk)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            settle_message(message=message, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            return redirect("events:ledger")
    status = 422 if request.method == "POST" else 200
    return render(request, "events/settle.html", {"form": form, "message": message}, status=status)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _next_url(request: ClinicRequest, last: Message) -> str:
    query = request.GET.copy()
    query["after"] = str(last.pk)
    return f"{reverse('events:ledger')}?{query.urlencode()}"
