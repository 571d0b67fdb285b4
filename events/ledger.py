"""The ledger of what leaves the product: every message that was written is in exactly one of its columns."""

from collections.abc import Mapping
from typing import NamedTuple

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
    """How many messages a clinic wrote, and what became of them; the four add up to `written`."""

    written: int
    waiting: int
    sent: int
    suppressed: int
    failed: int


def totals(clinic: Clinic) -> Totals:
    """Return the sums of a clinic's ledger."""
    rows = Message.objects.going_out().filter(clinic=clinic).order_by().values("state").annotate(number=Count("pk"))
    numbers = {row["state"]: row["number"] for row in rows}
    columns = [sum(numbers.get(state, 0) for state in states) for states in COLUMNS.values()]
    return Totals(sum(numbers.values()), *columns)


def entries(clinic: Clinic, column: str = "") -> QuerySet[Message]:
    """Return a clinic's messages of one column, or all of them, the newest first."""
    found = Message.objects.going_out().filter(clinic=clinic)
    if column:
        found = found.filter(state__in=COLUMNS[column])
    return found.select_related("recipient", "patient", "clinic").order_by("-id")
