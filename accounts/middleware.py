"""Which clinic a page is about."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from accounts.models import Clinic, Membership, Staff

SESSION_KEY = "clinic"


class ClinicRequest(HttpRequest):
    """What a view with `permissions.requires` gets: somebody signed in, in a clinic of theirs. For types only."""

    user: Staff
    clinic: Clinic
    membership: Membership
    memberships: list[Membership]
    htmx: HtmxDetails


class ClinicMiddleware:
    """Set `request.membership` and `request.clinic`: the chosen clinic, or the person's first, or None.

    `request.memberships` are all of them, for the switch in the top bar.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        memberships = active_memberships(request) if request.user.is_authenticated else []
        membership = chosen_membership(request, memberships)
        request.memberships = memberships  # type: ignore[attr-defined]
        request.membership = membership  # type: ignore[attr-defined]
        request.clinic = membership.clinic if membership else None  # type: ignore[attr-defined]
        return self.get_response(request)


def active_memberships(request: HttpRequest) -> list[Membership]:
    """Return the person's memberships by name of the clinic."""
    return list(
        Membership.objects.filter(staff=request.user, is_active=True)  # type: ignore[misc]
        .select_related("clinic", "staff")
        .order_by("clinic__name")
    )


def chosen_membership(request: HttpRequest, memberships: Sequence[Membership]) -> Membership | None:
    """Return the membership for the clinic in the session, or the first when none is chosen."""
    chosen = request.session.get(SESSION_KEY)
    return next((m for m in memberships if str(m.clinic_id) == chosen), memberships[0] if memberships else None)
