"""Who may do what: one table, one decorator for pages and one permission class for the API.

Everything is refused unless a view names its permission: a test walks all routes and fails on one that does not.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from rest_framework.permissions import BasePermission

from accounts.models import Clinic, Membership, Role, Staff

if TYPE_CHECKING:  # the framework's views read the settings, which name this module
    from rest_framework.request import Request
    from rest_framework.views import APIView


class May(StrEnum):
    """What a role can be allowed to do in a clinic."""

    SIGN_IN = "sign_in"  # own profile and choice of clinic; every member
    VIEW = "view"  # read patients, plans and paper
    RECORD = "record"  # record visits, bookings, treatments; edit patients; import
    DECIDE = "decide"  # clinical choices: longer intervals, recovery, approval of the protocol
    SIMULATE = "simulate"  # see what another protocol version would change for the whole clinic
    ADMINISTER = "administer"  # staff, clinic settings, calendar
    AUDIT = "audit"  # history of the whole clinic


GRANTS: dict[str, frozenset[May]] = {
    Role.CLINICIAN: frozenset({May.SIGN_IN, May.VIEW, May.RECORD, May.DECIDE, May.SIMULATE}),
    Role.COORDINATOR: frozenset({May.SIGN_IN, May.VIEW, May.RECORD}),
    Role.ADMINISTRATOR: frozenset({May.SIGN_IN, May.VIEW, May.ADMINISTER, May.AUDIT, May.SIMULATE}),
    Role.AUDITOR: frozenset({May.SIGN_IN, May.VIEW, May.AUDIT}),
}


def can_take_over(role: str, instead_of: str) -> bool:
    """Say whether a person of `role` may do with patients all that one of the role `instead_of` may."""
    return GRANTS[instead_of] & {May.RECORD, May.DECIDE} <= GRANTS[role]


def may(staff: Staff, permission: May, clinic: Clinic) -> bool:
    """Say whether `staff` may do this in `clinic`; a person without a membership there may do nothing."""
    roles = Membership.objects.filter(staff=staff, clinic=clinic, is_active=True).values_list("role", flat=True)
    return any(permission in GRANTS[role] for role in roles)


def requires(permission: May) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Declare the permission a page needs in the chosen clinic. (That somebody is signed in is Django's middleware.)"""

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            request.permission = permission  # type: ignore[attr-defined]
            refuse_unless_granted(request)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return declare


def refuse_unless_granted(request: HttpRequest) -> None:
    """Raise PermissionDenied unless the role in the request's clinic includes the permission the view declared."""
    if not may_here(request, request.permission):  # type: ignore[attr-defined]
        raise PermissionDenied("Your role in this clinic does not include this.")


def may_here(request: HttpRequest, permission: May) -> bool:
    """Say whether the role in the request's clinic includes `permission`: what a page shows and leaves away."""
    membership = request.membership  # type: ignore[attr-defined]
    return membership is not None and permission in GRANTS[membership.role]


def visible_or_404(request: HttpRequest, queryset: Any, **lookup: Any) -> Any:
    """Return the one row of `queryset` this person may see, and make its clinic the request's clinic.

    A row of a foreign clinic is 404, as if it did not exist. A row of another clinic of the same person is judged
    by their role there, not by the role in the clinic they came from.
    """
    found = get_object_or_404(queryset.visible_to(request.user), **lookup)
    if found.clinic_id != request.clinic.pk:  # type: ignore[attr-defined]
        request.membership = Membership.objects.select_related("clinic", "staff").get(  # type: ignore[attr-defined,misc]
            staff=request.user, clinic=found.clinic_id, is_active=True
        )
        request.clinic = request.membership.clinic  # type: ignore[attr-defined]
        refuse_unless_granted(request)
    return found


class Permitted(BasePermission):
    """Allow an API request when the view declares a permission for its action and the person holds it.

    A view declares `permissions_by_action = {"list": May.VIEW, ...}`. Without an object the person needs the
    permission in some clinic (the queryset narrows to the clinics they belong to); with one, in that object's clinic,
    or in the clinic that is the object.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        permission = declared(view)
        staff = request.user
        return (
            permission is not None
            and isinstance(staff, Staff)
            and any(
                permission in GRANTS[role]
                for role in Membership.objects.filter(staff=staff, is_active=True).values_list("role", flat=True)
            )
        )

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        permission = declared(view)
        clinic = obj if isinstance(obj, Clinic) else obj.clinic
        return permission is not None and may(request.user, permission, clinic)  # type: ignore[arg-type]


def declared(view: APIView) -> May | None:
    """Return the permission `view` declares for the action at hand, or None (which means: refused)."""
    table: dict[str, May] = getattr(view, "permissions_by_action", {})
    action = getattr(view, "action", None) or (view.request.method or "").lower()
    return table.get(action)
