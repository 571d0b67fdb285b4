"""What a person who leaves a clinic still has to do there, and who takes it over; apps above say what there is."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from accounts.models import Clinic, Membership, Staff
from accounts.permissions import can_take_over
from iotrex_followup.errors import InputRefused


class Leaving(NamedTuple):
    """Somebody leaves a clinic on a day of its calendar."""

    clinic: Clinic
    person: Staff
    today: date


class OpenWork(NamedTuple):
    """One kind of open work: in words for one and for several, how much there is, and how it is handed over.

    `hand_over` is told who leaves, who takes over, and who says so.
    """

    one: str
    several: str
    count: Callable[[Leaving], int]
    hand_over: Callable[[Leaving, Staff, Staff], None]


# Registered by the apps above in AppConfig.ready.
OPEN_WORK: list[OpenWork] = []


def open_work(leaving: Leaving) -> list[tuple[OpenWork, int]]:
    """Return each kind of work the person has open in the clinic, with how much it is."""
    counted = ((kind, kind.count(leaving)) for kind in OPEN_WORK)
    return [(kind, number) for kind, number in counted if number]


def in_words(found: list[tuple[OpenWork, int]]) -> list[str]:
    """Return "3 patients they are responsible for" for each kind of work."""
    return [f"{number} {kind.one if number == 1 else kind.several}" for kind, number in found]


def refuse_successor(membership: Membership, successor: Staff) -> None:
    """Raise InputRefused unless somebody else who works in the clinic may do all that the member may."""
    role = (
        Membership.objects.filter(clinic=membership.clinic_id, staff=successor, is_active=True)
        .filter(staff__is_active=True)
        .values_list("role", flat=True)
        .first()
    )
    if role is None or successor.pk == membership.staff_id:
        raise InputRefused("Choose somebody else who works in this clinic.", field="reassign_to")
    if not can_take_over(role, membership.role):
        raise InputRefused(
            f"{successor} may not do all that is open. Choose a {membership.get_role_display().lower()}.",
            field="reassign_to",
        )


def successors(membership: Membership) -> list[Membership]:
    """Return who of the clinic may take over the member's work, by name."""
    others = membership.clinic.memberships.filter(is_active=True, staff__is_active=True).exclude(pk=membership.pk)
    ordered = others.select_related("staff").order_by("staff__name")
    return [each for each in ordered if can_take_over(each.role, membership.role)]
