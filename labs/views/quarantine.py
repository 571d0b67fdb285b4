"""What is held back, by cause."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.middleware import ClinicRequest
from accounts.models import Staff
from accounts.permissions import May, requires
from labs.forms.quarantine import (
    QuarantineFilterForm,
)
from labs.intake.quarantine import (
    Cause,
    causes,
    open_items,
)
from labs.models import QuarantineItem

CAUSES_A_PAGE = 50
Problem = QuarantineItem.Problem


@require_GET
@requires(May.VIEW)
def quarantine(request: ClinicRequest) -> HttpResponse:
    """Show what is held back by cause, what waits longest first."""
    today = request.clinic.local_date(timezone.now())
    form = QuarantineFilterForm(request.GET or None)
    found = causes(filtered(request, form), after=place_in(request), limit=CAUSES_A_PAGE + 1)
    shown = found[:CAUSES_A_PAGE]
    context = {
        "form": form,
        "causes": with_owners(shown),
        "next_url": next_page(request, shown[-1]) if len(found) > CAUSES_A_PAGE else "",
        "counts": counts_of(request, today),
        "today": today,
    }
    return render(request, "labs/quarantine.html", context)


def filtered(request: ClinicRequest, form: QuarantineFilterForm) -> Any:
    """Return the open items that fit the chosen filters."""
    items, chosen = open_items(request.clinic), form.chosen
    if problem := chosen.get("problem"):
        items = items.filter(problem=problem)
    if whose := chosen.get("whose"):
        items = items.filter(owner=request.user if whose == "mine" else None)
    return items


def place_in(request: ClinicRequest) -> tuple[date, str] | None:
    """Return behind which cause the asked page begins.

    Raises   Http404: the address names no such place.
    """
    after = request.GET.get("after")
    if not after:
        return None
    try:
        day, _, first = after.partition("_")
        return date.fromisoformat(day), str(UUID(first))
    except ValueError as error:
        raise Http404 from error


def next_page(request: ClinicRequest, last: Cause) -> str:
    """Return the address of the next page."""
    query = request.GET.copy()
    query["after"] = f"{last.due_on}_{last.first}"
    return f"{reverse('labs:quarantine')}?{query.urlencode()}"


def with_owners(shown: list[Cause]) -> list[tuple[Cause, str, str]]:
    """Return each cause with its problem in words and who looks after it."""
    people = Staff.objects.in_bulk({owner for cause in shown for owner in cause.owners})
    return [
        (cause, Problem(cause.problem).label, ", ".join(sorted(people[owner].name for owner in cause.owners)))
        for cause in shown
    ]


def counts_of(request: ClinicRequest, today: date) -> dict[str, int]:
    """Return how many rows wait, how many of them beyond their day, and how many nobody looks after."""
    counts: dict[str, int] = open_items(request.clinic).aggregate(
        rows=Count("pk"),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        unowned=Count("pk", filter=Q(owner__isnull=True)),
    )
    return counts
