"""How the outgoing messages stand."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Min, Q

from events.models import Message

State = Message.State


class Figures(NamedTuple):
    """How many messages wait, hang or failed; `oldest_due` is since when the longest waiting one is due."""

    due: int
    oldest_due: datetime | None
    claimed: int
    unknown: int
    dead: int


def figures(*, now: datetime) -> Figures:
    """Return how the messages of all clinics stand."""
    is_due = Q(state=State.DUE, not_before__lte=now)
    unsettled = Message.objects.going_out().filter(state__in=(State.DUE, State.CLAIMED, State.UNKNOWN, State.DEAD))
    found = unsettled.aggregate(
        due=Count("pk", filter=is_due),
        oldest_due=Min("not_before", filter=is_due),
        claimed=Count("pk", filter=Q(state=State.CLAIMED)),
        unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
    )
    return Figures(**found)
