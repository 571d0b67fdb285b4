"""Whom the clinic has to reach, and the words that came in and wait for somebody."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.permissions import May, may_here, requires
from patients.models import ContactEntry
from schedules.forms.contact_log import ChaseFilterForm
from schedules.pages import chase as lists

WORDS = 25


@require_GET
@requires(May.VIEW)
def chase(request: ClinicRequest) -> HttpResponse:
    """Show whom somebody has to reach, ranked by what a miss would cost; `after` names the row a page follows."""
    day = lists.chase_day(request.clinic, timezone.now())
    form = ChaseFilterForm(request.GET or None, clinic=request.clinic)
    after = request.GET.get("after", "")
    try:
        found, following = lists.chased(day, form.filters, after=after)
    except ValueError as error:
        raise Http404 from error
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "today": day.today,
        "rows": lists.chase_rows(found, day),
        "counts": [] if after else counted(day, form.filters),
        "continued": bool(after),
        "query": query.urlencode(),
        "next_url": next_url(request, following),
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "schedules/chase.html", context)


def counted(day: lists.ChaseDay, filters: lists.Filters) -> list[tuple[str, str, int]]:
    """Return each reason with its title and how many patients it concerns."""
    counts = lists.counts(day, filters)
    return [(reason, title, counts[reason]) for reason, title in lists.TITLES.items()]


def next_url(request: ClinicRequest, following: str) -> str:
    """Return the address of the next page under the same filters; empty when there is none."""
    if not following:
        return ""
    query = request.GET.copy()
    query["after"] = following
    return f"{request.path}?{query.urlencode()}"


@require_GET
@requires(May.VIEW)
def words(request: ClinicRequest) -> HttpResponse:
    """Show the words that came in by themselves and wait, the longest first; `after` is the key a page follows."""
    day = lists.chase_day(request.clinic, timezone.now())
    entries = ContactEntry.objects.unseen().filter(clinic=request.clinic).order_by("at", "id")
    if after := request.GET.get("after", ""):
        entries = entries.filter(later_than(after))
    found = list(entries.select_related("patient", "contact", "message")[: WORDS + 1])
    shown = found[:WORDS]
    context = {
        "rows": [(entry, lists.is_overdue(entry, day)) for entry in shown],
        "today": day.today,
        "next_url": next_url(request, f"{shown[-1].at.isoformat()}_{shown[-1].pk}" if len(found) > WORDS else ""),
        "may_record": may_here(request, May.RECORD),
    }
    return render(request, "schedules/words.html", context)


def later_than(key: str) -> Q:
    """Return the condition for entries that follow the key, the earliest first.

    Raises   Http404: it is none.
    """
    try:
        moment, pk = key.split("_")
        at = timezone.localtime(datetime.fromisoformat(moment))  # which refuses a time without a zone
        return Q(at__gt=at) | Q(at=at, pk__gt=UUID(pk))
    except ValueError as error:
        raise Http404 from error
