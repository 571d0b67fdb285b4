"""Which messages to our own people do not arrive."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Coalesce

from accounts.reaching import Unreached
from events.models import Message
from iotrex_followup.ids import uuid7_at

LOOKED_BACK = timedelta(days=14)
WAYS = (Message.Channel.EMAIL, Message.Channel.SMS)


def failing_ways(people: Iterable[UUID], now: datetime) -> dict[UUID, list[Unreached]]:
    """Return by which ways the last message of 14 days to each person failed: one query for any number of people.

    What was sent later says that the way works again; what is due, not wanted or settled by a person says nothing.
    """
    ended = Message.objects.filter(
        recipient__in=people,
        pk__gte=uuid7_at(now - LOOKED_BACK),
        channel__in=WAYS,
        state__in=(Message.State.SENT, Message.State.DEAD),
    ).annotate(at=Coalesce("sent_at", "not_before"))  # what is dead was last tried when it was due
    latest = ended.order_by("recipient_id", "channel", "-at", "-id").distinct("recipient_id", "channel")
    found = defaultdict(list)
    for person, channel, state, at, why in latest.values_list("recipient_id", "channel", "state", "at", "outcome"):
        if state == Message.State.DEAD:
            found[person].append(Unreached(str(Message.Channel(channel).label), at, why))
    return dict(found)
