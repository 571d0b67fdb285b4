"""What would have left, where messages are captured: a demo's way to see them."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from events.models import CapturedMessage
from events.views.ledger import PAGE, next_url, pk_in


@require_GET
@requires(May.VIEW)
def outbox(request: ClinicRequest) -> HttpResponse:
    """List what would have left the clinic, the newest first."""
    refuse_unless_captured()
    found = CapturedMessage.objects.of_clinic(request.clinic).order_by("-id")
    if after := request.GET.get("after"):
        found = found.filter(pk__lt=pk_in(after))
    page = list(found.defer("html")[: PAGE + 1])
    context = {"captured": page[:PAGE], "next_url": next_url(request, page[PAGE - 1].pk) if len(page) > PAGE else ""}
    return render(request, "events/outbox.html", context)


@require_GET
@requires(May.VIEW)
def captured(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Show one message in full, as text; HTML as its source, so that nothing of it runs here."""
    refuse_unless_captured()
    message = get_object_or_404(CapturedMessage.objects.of_clinic(request.clinic), pk=pk)
    return render(request, "events/captured.html", {"message": message})


def refuse_unless_captured() -> None:
    """Raise Http404 where messages leave instead of being captured."""
    if not settings.CAPTURE_MESSAGES:
        raise Http404
