"""The ledger of what leaves the product: every message that was written is in exactly one of its columns."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import Clinic
from events.models import Message

State = Message.State

# What each column of the ledger holds; together they are all states there are.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "waiting": (State.DUE, State.CLAIMED),
    "sent": (State.SENT,),
    "suppressed": (State.VOID, State.EXPIRED),
    "failed": (State.DEAD, State.UNKNOWN),
}


class Totals(NamedTuple):
    """How many messages were written, and what became of them; the four add up to `written`."""

    written: int
    waiting: int
    sent: int
    suppressed: int
    failed: int


def of_clinic(clinic: Clinic) -> QuerySet[Message]:
    """Return what a clinic's ledger holds."""
    return Message.objects.going_out().filter(clinic=clinic)


def about_patient(patient: UUID) -> QuerySet[Message]:
    """Return what a patient's ledger holds: written to them, to somebody of theirs, or to others about them."""
    return Message.objects.going_out().filter(patient=patient)


def totals(ledger: QuerySet[Message]) -> Totals:
    """Return the sums of a ledger."""
    rows = ledger.order_by().values("state").annotate(number=Count("pk"))
    numbers = {row["state"]: row["number"] for row in rows}
    columns = [sum(numbers.get(state, 0) for state in states) for states in COLUMNS.values()]
    return Totals(sum(numbers.values()), *columns)


def entries(ledger: QuerySet[Message], *, show: str = "", channel: str = "") -> QuerySet[Message]:
    """Return the messages of a ledger's column `show` and one channel, or of all, the newest first."""
    found = ledger.filter(state__in=COLUMNS[show]) if show else ledger
    if channel:
        found = found.filter(channel=channel)
    return found.select_related("recipient", "contact", "endpoint", "patient", "clinic").order_by("-id")
