"""Who sends which message: claimed for a while, by a token; what a claim leaves undone is free again by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Q, prefetch_related_objects

from events.models import Message

Values = dict[str, Any]
LEASE = timedelta(minutes=3)
CONCERNED = ("recipient", "contact", "endpoint", "patient", "clinic")  # whom a message is for and about

# Kind by kind along the index of what is due, however many rows are due later.
WAITING = """
WITH RECURSIVE known AS (
    (SELECT channel, kind FROM events_message WHERE state = 'due' ORDER BY channel, kind LIMIT 1)
    UNION ALL
    SELECT further.channel, further.kind FROM known, LATERAL (
        SELECT channel, kind FROM events_message
        WHERE state = 'due' AND (channel, kind) > (known.channel, known.kind)
        ORDER BY channel, kind LIMIT 1
    ) AS further
)
SELECT known.channel, known.kind, oldest.not_before FROM known, LATERAL (
    SELECT not_before FROM events_message
    WHERE state = 'due' AND channel = known.channel AND kind = known.kind
    ORDER BY not_before LIMIT 1
) AS oldest
WHERE oldest.not_before <= %(now)s
"""

# One short statement, whoever else asks at the same time: nobody waits for another, nobody gets the same row. The try
# is counted here, before anything is sent, so that a message that kills its worker comes to an end too; those tried
# before are chosen apart, along an index of their own. The rows are chosen apart, once: inside the condition of the
# UPDATE a plan may choose anew for each row, whatever the limit. The last limit is a number, which tells the plan how
# few they are. The claim need not be on the disk before it is used: should the server lose it, nothing has left yet,
# since the mark of what leaves waits for the disk, and for all before it.
CLAIM = """
SET LOCAL synchronous_commit = off;
WITH tried AS MATERIALIZED (
    SELECT id FROM events_message
    WHERE state = 'due' AND channel = %(channel)s AND kind = %(kind)s AND not_before <= %(now)s AND tries > 0
    ORDER BY not_before, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
), untried AS MATERIALIZED (
    SELECT id FROM events_message
    WHERE state = 'due' AND channel = %(channel)s AND kind = %(kind)s AND not_before <= %(now)s AND tries = 0
    ORDER BY not_before, id
    LIMIT %(limit)s - (SELECT count(*) FROM tried)
    FOR UPDATE SKIP LOCKED
)
UPDATE events_message AS message SET state = 'claimed', tries = tries + 1, token = %(token)s,
       lease_until = %(until)s, sending_since = NULL
FROM (SELECT id FROM tried UNION ALL SELECT id FROM untried LIMIT %(limit)s) AS chosen WHERE message.id = chosen.id
RETURNING message.tries > 1, message.not_before, message.id
"""

LAPSED = "SELECT id FROM events_message WHERE state = 'claimed' AND lease_until < %(now)s LIMIT 1"
# A worker died, or slept too long. What had not begun to leave is due again, as is what may leave twice.
FREE = """
UPDATE events_message
SET state = 'due', outcome = CASE WHEN sending_since IS NULL THEN outcome ELSE %(words)s END,
    token = NULL, lease_until = NULL
WHERE id IN (
    SELECT id FROM events_message
    WHERE state = 'claimed' AND lease_until < %(now)s
      AND (sending_since IS NULL OR ((kind = ANY(%(again)s) OR channel = ANY(%(keyed)s)) AND tries < %(most)s))
    FOR UPDATE SKIP LOCKED
)
"""
# Locked in one order, by those for whom the claim stands, and marked as about to leave. A lease that is nearly new
# stays as it is, and with it the row's places in the indexes.
HOLD = """
WITH standing AS MATERIALIZED (
    SELECT id FROM events_message
    WHERE id = ANY(%(pks)s::uuid[]) AND token = %(token)s AND state = 'claimed'
    ORDER BY id
    FOR UPDATE {waits}
)
UPDATE events_message AS message SET sending_since = %(now)s,
       lease_until = CASE WHEN lease_until > %(until)s - interval '10 seconds' THEN lease_until ELSE %(until)s END
FROM standing WHERE message.id = standing.id
RETURNING message.*
"""
END_SENT = """
UPDATE events_message AS message
SET state = 'sent', sent_at = taken.at, provider_reference = taken.reference, outcome = '',
    token = NULL, lease_until = NULL
FROM unnest(%(pks)s::uuid[], %(times)s::timestamptz[], %(references)s::text[]) AS taken (id, at, reference)
WHERE message.id = taken.id AND message.token = %(token)s AND message.state = 'claimed'
RETURNING message.id
"""
INTERRUPTED = "The sending was interrupted; nobody knows whether it arrived."


class Waiting(NamedTuple):
    """A kind of message of which at least one is due by a channel, the longest since `since`."""

    channel: str
    kind: str
    since: datetime


class MayLeaveAgain(NamedTuple):
    """What leaves once more when nobody knows whether it arrived: by kind or channel, up to so many tries."""

    again: list[str]
    keyed: list[str]
    most: int


@dataclass(frozen=True)
class Claim:
    """The messages one worker has for a while."""

    token: UUID = field(default_factory=uuid4)
    messages: list[UUID] = field(default_factory=list)


def waiting(*, now: datetime) -> list[Waiting]:
    """Return which kinds are due by which channels."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"now": now})
        return [Waiting(*row) for row in cursor.fetchall()]


def claim(*, now: datetime, channel: str, kinds: Iterable[str], limit: int) -> Claim:
    """Claim up to `limit` due messages of a channel: kind by kind in the order given, of each the longest due first.

    At most one was tried before, and it comes last: should it be what killed its worker, it takes no other along again.
    """
    claimed = Claim()
    values: Values = {"now": now, "until": now + LEASE, "token": claimed.token, "channel": channel}
    with connection.cursor() as cursor:
        for kind in kinds:
            left = limit - len(claimed.messages)
            if left <= 0:
                break
            cursor.execute(CLAIM, values | {"kind": kind, "limit": left})
            rows = sorted(cursor.fetchall())
            claimed.messages.extend(pk for _, _, pk in rows)
            if any(tried for tried, _, _ in rows):
                break
    return claimed


def any_lapsed(*, now: datetime) -> bool:
    """Say whether any claim has lapsed: seldom, and asked often."""
    with connection.cursor() as cursor:
        cursor.execute(LAPSED, {"now": now})
        return bool(cursor.fetchone())


def free_lapsed(*, now: datetime, may: MayLeaveAgain) -> int:
    """Free what lapsed claims hold and had not begun to leave, or may leave once more; return how many."""
    with connection.cursor() as cursor:
        values: Values = {"now": now, "words": INTERRUPTED, **may._asdict()}
        cursor.execute(FREE, values)
        freed: int = cursor.rowcount
    return freed


def in_doubt(*, now: datetime, may: MayLeaveAgain) -> Message | None:
    """Return a message of a lapsed claim that may have arrived and may not leave once more, locked; else None."""
    lapsed = Message.objects.filter(state=Message.State.CLAIMED, lease_until__lt=now, sending_since__isnull=False)
    again = Q(kind__in=may.again) | Q(channel__in=may.keyed)
    rows = lapsed.exclude(again, tries__lt=may.most).select_for_update(skip_locked=True)
    return rows.order_by("lease_until").first()


def held(pks: Sequence[UUID], token: UUID, *, now: datetime) -> list[Message]:
    """Return those of the messages for which the claim of `token` stands, locked, in the order given, with whom they
    are for and about; each is marked as about to leave, and its claim counts anew.

    Who looks at several waits for none that somebody else is changing, since that somebody may wait for another of
    them: it is left out.
    """
    hold = HOLD.format(waits="SKIP LOCKED" if len(pks) > 1 else "")
    values: Values = {"pks": list(pks), "token": token, "now": now, "until": now + LEASE}
    found = {each.pk: each for each in Message.objects.raw(hold, values)}
    messages = [found[pk] for pk in pks if pk in found]
    named = (name for name in CONCERNED if any(getattr(each, f"{name}_id") for each in messages))
    prefetch_related_objects(messages, *named)
    return messages


def end(pk: UUID, token: UUID, **fields: object) -> bool:
    """Write down how an attempt ended; nothing once the claim is no longer ours. Say whether it was."""
    ended = Message.objects.filter(pk=pk, token=token, state=Message.State.CLAIMED)
    return bool(ended.update(token=None, lease_until=None, **fields))


def end_sent(sent: Mapping[UUID, Mapping[str, Any]], token: UUID) -> set[UUID]:
    """Write down, by one statement, which messages were taken, when and as what; return those still ours."""
    if not sent:
        return set()
    columns = zip(*((pk, each["sent_at"], each["provider_reference"]) for pk, each in sent.items()), strict=True)
    pks, times, references = map(list, columns)
    with connection.cursor() as cursor:
        values: Values = {"token": token, "pks": pks, "times": times, "references": references}
        cursor.execute(END_SENT, values)
        return {pk for (pk,) in cursor.fetchall()}
