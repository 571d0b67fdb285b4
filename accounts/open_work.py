"""What a person who leaves a clinic, or their role, still has to do there, and who takes over; apps above say what."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from accounts.models import Clinic, Membership, Role, Staff
from accounts.permissions import GRANTS, May, can_take_over
from iotrex_followup.errors import InputRefused, TransitionRefused


class Leaving(NamedTuple):
    """Somebody leaves a clinic on a day of its calendar, or only the role they had there for another, `role`."""

    clinic: Clinic
    person: Staff
    today: date
    had: str
    role: str = ""

    @classmethod
    def of(cls, membership: Membership, today: date, role: str = "") -> "Leaving":
        return cls(membership.clinic, membership.staff, today, membership.role, role)

    def keeps(self, needs: May) -> bool:
        """Say whether they go on with work that needs this permission."""
        return bool(self.role) and (can_take_over(self.role, self.had) or needs in GRANTS[self.role])

    @property
    def why(self) -> str:
        """Why their work is handed over, in words."""
        return f"{self.person} is now {Role(self.role).label.lower()}" if self.role else f"{self.person} leaves"


class OpenWork(NamedTuple):
    """One kind of open work: in words for one and for several, how much there is, and how it is handed over.

    `hand_over` is told who leaves, who takes over, and who says so. Whose role does not grant `needs` cannot do it.
    """

    one: str
    several: str
    count: Callable[[Leaving], int]
    hand_over: Callable[[Leaving, Staff, Staff], None]
    needs: May = May.DECIDE


# Registered by the apps above in AppConfig.ready.
OPEN_WORK: list[OpenWork] = []


def open_work(leaving: Leaving) -> list[tuple[OpenWork, int]]:
    """Return each kind of work the person leaves open in the clinic, with how much it is."""
    counted = ((kind, kind.count(leaving)) for kind in OPEN_WORK if not leaving.keeps(kind.needs))
    return [(kind, number) for kind, number in counted if number]


def hand_over(membership: Membership, leaving: Leaving, to: Staff | None, *, by: Staff) -> None:
    """Make what is open somebody else's.

    Raises   TransitionRefused: work is open and nobody takes it.
    Raises   InputRefused: who is to take it over may not do all of it here.
    """
    found = open_work(leaving)
    if not found:
        return
    if to is None:
        what = "; ".join(in_words(found))
        raise TransitionRefused(
            f"{leaving.person} has open work: {what}. Choose who takes it over.", field="reassign_to"
        )
    refuse_successor(membership, to)
    for kind, _ in found:
        kind.hand_over(leaving, to, by)


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
