"""What people were told, and whether they have read it."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from events.actions import mark_read
from events.models import Message

PAGE = 50


@require_GET
@requires(May.SIGN_IN)
def inbox(request: ClinicRequest) -> HttpResponse:
    """Show the person's messages, the newest first; `unread` narrows, `after` is the message the page follows."""
    own = own_messages(request)
    unread = own.filter(read_at__isnull=True)
    shown = unread if "unread" in request.GET else own
    if "after" in request.GET:
        shown = shown.filter(pk__lt=pk_in(request.GET["after"]))
    found = list(shown.select_related("patient", "clinic")[: PAGE + 1])
    context = {
        "inbox": found[:PAGE],
        "next_url": next_url(request, found[PAGE - 1]) if len(found) > PAGE else "",
        "unread": unread.count(),
        "only_unread": "unread" in request.GET,
        "today": request.clinic.local_date(timezone.now()),
    }
    return render(request, "labs/inbox.html", context)


@require_POST
@requires(May.SIGN_IN)
def open_message(request: ClinicRequest, pk: UUID) -> HttpResponse:
    """Go to the page a message leads to; it counts as read from then on."""
    message = get_object_or_404(own_messages(request), pk=pk)
    mark_read(messages=[message], by=request.user, now=timezone.now())
    path = message.path if url_has_allowed_host_and_scheme(message.path, None) else ""
    return redirect(path or "labs:inbox")


@require_POST
@requires(May.SIGN_IN)
def read_all(request: ClinicRequest) -> HttpResponse:
    """Mark as read what stood on the page: every unread message up to the one it names."""
    newest = get_object_or_404(own_messages(request), pk=pk_in(request.POST.get("newest", "")))
    unread = own_messages(request).filter(read_at__isnull=True, pk__lte=newest.pk)
    mark_read(messages=list(unread), by=request.user, now=timezone.now())
    return redirect("labs:inbox")


def own_messages(request: ClinicRequest) -> QuerySet[Message]:
    """Return the messages of whoever asks."""
    found: QuerySet[Message] = Message.objects.inbox_of(request.user).visible_to(request.user)
    return found


def pk_in(text: str) -> UUID:
    """Return the id `text` names.

    Raises   Http404: it names none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def next_url(request: ClinicRequest, last: Message) -> str:
    query = request.GET.copy()
    query["after"] = str(last.pk)
    return f"{reverse('labs:inbox')}?{query.urlencode()}"
