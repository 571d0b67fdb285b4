"""Which clinic a page is about."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.models import Membership

SESSION_KEY = "clinic"


class ClinicMiddleware:
    """Set `request.membership` and `request.clinic`: the chosen clinic, or the person's first, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        membership = chosen_membership(request) if request.user.is_authenticated else None
        request.membership = membership  # type: ignore[attr-defined]
        request.clinic = membership.clinic if membership else None  # type: ignore[attr-defined]
        return self.get_response(request)


def chosen_membership(request: HttpRequest) -> Membership | None:
    """Return the membership for the clinic in the session, or the first by name when none is chosen."""
    memberships = list(
        Membership.objects.filter(staff=request.user, is_active=True)  # type: ignore[misc]
        .select_related("clinic", "staff")
        .order_by("clinic__name")
    )
    chosen = request.session.get(SESSION_KEY)
    return next((m for m in memberships if str(m.clinic_id) == chosen), memberships[0] if memberships else None)
