"""Who sends which message: claimed for a while, by a token; what a claim leaves undone is free again by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection

from events.models import Message

LEASE = timedelta(minutes=3)

# One short statement, whoever else asks at the same time: nobody waits for another, nobody gets the same row. The try
# is counted here, before anything is sent, so that a message that kills its worker comes to an end too.
CLAIM = """
UPDATE events_message SET state = 'claimed', tries = tries + 1, token = %(token)s,
       lease_until = %(until)s, sending_since = NULL
WHERE id IN (
    SELECT id FROM events_message
    WHERE state = 'due' AND not_before <= %(now)s AND channel = ANY(%(channels)s)
    ORDER BY not_before, id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
RETURNING not_before, id
"""

# A worker died, or slept too long. What had not begun to leave is due again; of the rest nobody knows.
FREE = """
UPDATE events_message
SET state = CASE WHEN sending_since IS NULL OR (kind = ANY(%(again)s) AND tries < %(most)s)
                 THEN 'due' ELSE 'unknown' END,
    outcome = CASE WHEN sending_since IS NULL THEN outcome ELSE %(words)s END,
    token = NULL, lease_until = NULL
WHERE id IN (
    SELECT id FROM events_message WHERE state = 'claimed' AND lease_until < %(now)s FOR UPDATE SKIP LOCKED
)
"""
INTERRUPTED = "The sending was interrupted; nobody knows whether it arrived."


@dataclass(frozen=True)
class Claim:
    """The messages one worker has for a while."""

    token: UUID
    messages: list[UUID]


def claim(*, now: datetime, channels: Iterable[str], limit: int) -> Claim:
    """Claim up to `limit` due messages of `channels`, the longest due first."""
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM, {"now": now, "token": token, "until": now + LEASE, "channels": list(channels), "limit": limit}
        )
        # The statement says which rows, not in which order.
        return Claim(token, [pk for _, pk in sorted(cursor.fetchall())])


def free_lapsed(*, now: datetime, again: Iterable[str], most: int) -> int:
    """Free what lapsed claims hold, and return how many; `again` are the kinds sent once more when nobody knows."""
    with connection.cursor() as cursor:
        cursor.execute(FREE, {"now": now, "again": list(again), "most": most, "words": INTERRUPTED})
        freed: int = cursor.rowcount
    return freed


def held(pk: UUID, token: UUID) -> Message | None:
    """Return the message, locked, while the claim of `token` stands; None once it does not."""
    rows = Message.objects.select_for_update(of=("self",)).select_related("recipient", "contact", "endpoint", "clinic")
    return rows.filter(pk=pk, token=token, state=Message.State.CLAIMED).first()


def end(pk: UUID, token: UUID, **fields: object) -> bool:
    """Write down how an attempt ended; nothing once the claim is no longer ours. Say whether it was."""
    ended = Message.objects.filter(pk=pk, token=token, state=Message.State.CLAIMED)
    return bool(ended.update(token=None, lease_until=None, **fields))
