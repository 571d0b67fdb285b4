"""How the outgoing messages stand."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count

from events.delivery.channels import SENT_BY_US
from events.delivery.claims import waiting
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
    found = figures_by_channel(now=now).values()
    oldest = min((each.oldest_due for each in found if each.oldest_due), default=None)
    due, claimed, unknown, dead = (
        sum(getattr(each, name) for each in found) for name in Figures._fields if name != "oldest_due"
    )
    return Figures(due, oldest, claimed, unknown, dead)


def figures_by_channel(*, now: datetime) -> dict[str, Figures]:
    """Return how the messages of each way out stand, however many are due later."""
    due, oldest = Counter[str](), dict[str, datetime]()
    for each in waiting(now=now):
        rows = Message.objects.filter(state=State.DUE, channel=each.channel, kind=each.kind, not_before__lte=now)
        due[each.channel] += rows.count()
        oldest[each.channel] = min(each.since, oldest.get(each.channel, each.since))
    numbers = numbers_of((State.CLAIMED,)) | numbers_of((State.UNKNOWN, State.DEAD))
    return {
        channel: Figures(
            due[channel],
            oldest.get(channel),
            *(numbers.get((channel, state), 0) for state in (State.CLAIMED, State.UNKNOWN, State.DEAD)),
        )
        for channel in SENT_BY_US
    }


def numbers_of(states: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return how many messages there are by channel and state."""
    rows = Message.objects.order_by().filter(state__in=states).values_list("channel", "state")
    return {(channel, state): number for channel, state, number in rows.annotate(number=Count("pk"))}
