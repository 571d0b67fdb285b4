"""One round of sending: claim, look again under lock, send, write down how it went."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from random import uniform
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from events.actions import LONGEST_OUTCOME
from events.delivery import breaker
from events.delivery.backoff import wait_before_next
from events.delivery.channels import CHANNELS, Envelope, NotSent, Refused, Unanswered, address_of
from events.delivery.claims import LEASE, Claim, claim, end, free_lapsed, held
from events.delivery.kinds import KINDS, MessageKind
from events.delivery.wall_clock import instant
from events.models import Message

AT_ONCE = 20
BROKE = "It could not be made up or sent; the log says why."
State = Message.State
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


def deliver_due(*, clock: Clock, limit: int = AT_ONCE) -> Counter[str]:
    """Send up to `limit` messages of each way out that are due; return how many ended in which state.

    An empty count says that nothing was due. Any number of workers may do this at the same time.
    """
    now = clock()
    free_lapsed(
        now=now,
        again=[name for name, kind in KINDS.items() if kind.again_if_unknown],
        most=max((kind.most_tries for kind in KINDS.values()), default=0),
    )
    ended: Counter[str] = Counter()
    for channel, most in breaker.open_channels(CHANNELS, now=now).items():
        claimed = claim(now=now, channels=[channel], limit=min(limit, most or limit))
        for pk in claimed.messages:
            try:
                state = attempt(pk, claimed, clock=clock)
            except Exception:  # what cannot be made up or sent holds nobody else up, and comes to an end by its tries
                logger.exception("message %s: the attempt broke", pk)
                state = broken(pk, claimed.token, now=clock())
            if state:
                ended[state] += 1
    return ended


def attempt(pk: UUID, claimed: Claim, *, clock: Clock) -> str:
    """Send one claimed message; return the state it ended in, or nothing when the claim was lost."""
    message, envelope = begin(pk, claimed.token, now=clock())
    if message is None:
        return ""
    if envelope is None:
        return message.state
    try:
        reference = CHANNELS[message.channel](envelope)
    except NotSent as error:
        breaker.note_failure(message.channel, now=clock())
        return again_or_dead(message, claimed.token, str(error), now=clock())
    except Refused as error:
        return finish(message, claimed.token, State.DEAD, now=clock(), outcome=str(error))
    except Unanswered as error:
        breaker.note_failure(message.channel, now=clock())
        return again_or_unknown(message, claimed.token, str(error), now=clock())
    breaker.note_success(message.channel)
    now = clock()
    return finish(message, claimed.token, State.SENT, now=now, sent_at=now, provider_reference=reference, outcome="")


@transaction.atomic
def begin(pk: UUID, token: UUID, *, now: datetime) -> tuple[Message | None, Envelope | None]:
    """Look at a claimed message once more, locked, make it up, and mark that it is about to leave.

    No message when the claim is lost. No envelope for one that nobody wants any more, came too late, was tried too
    often or is of no known kind: it ends here, and says so.
    """
    message = held(pk, token)
    if message is None:
        return None, None
    kind = KINDS.get(message.kind)
    if kind is None:
        ended, why = State.DEAD, "Nobody knows how to send this kind of message."
    elif message.expires_at and message.expires_at <= now:
        ended, why = State.EXPIRED, "It would have come too late."
    elif why := kind.unwanted(message, now):
        ended = State.VOID
    elif message.tries > kind.most_tries:
        ended, why = State.DEAD, f"Tried {kind.most_tries} times. {message.outcome}"
    elif later := kept_until(message, kind, now):
        # It did not try: what waits for its hour keeps its tries.
        message.state, message.not_before, message.tries = State.DUE, later, message.tries - 1
        message.token = message.lease_until = None
        message.save(update_fields=["state", "not_before", "tries", "token", "lease_until"])
        return message, None
    else:
        content = kind.content(message)
        # From here on the claim counts anew: what stood before it in the batch may have taken its time.
        message.sending_since, message.lease_until = now, now + LEASE
        message.save(update_fields=["sending_since", "lease_until"])
        return message, Envelope(message.pk, address_of(message), content.subject, content.text, content.html)
    message.state, message.outcome, message.token, message.lease_until = ended, why[:LONGEST_OUTCOME], None, None
    message.save(update_fields=["state", "outcome", "token", "lease_until"])
    if ended == State.DEAD and kind:
        kind.failed(message, now)
    return message, None


def kept_until(message: Message, kind: MessageKind, now: datetime) -> datetime | None:
    """Return until when a message may not leave yet: its own hour, by the rules of its zone as they are now, or such
    as the quiet hours; None when it may leave.
    """
    if message.local_day and message.local_at:
        own = instant(message.local_day, message.local_at, ZoneInfo(message.zone))
        if own > now:
            return own
    later = kind.waits_until(message, now)
    return later if later and later > now else None


def broken(pk: UUID, token: UUID, *, now: datetime) -> str:
    """Let a message whose attempt broke by a fault of ours wait for its next try; what had left may have arrived."""
    message = Message.objects.get(pk=pk)
    end_it = again_or_unknown if message.sending_since else again_or_dead
    return end_it(message, token, BROKE, now=now)


def again_or_unknown(message: Message, token: UUID, words: str, *, now: datetime) -> str:
    """Send a message of which nobody knows whether it arrived once more, where twice is better than never."""
    if KINDS[message.kind].again_if_unknown:
        return again_or_dead(message, token, words, now=now)
    return finish(message, token, State.UNKNOWN, now=now, outcome=words)


def again_or_dead(message: Message, token: UUID, words: str, *, now: datetime) -> str:
    """Let a message wait for its next try, or end it when there is none."""
    if message.tries >= KINDS[message.kind].most_tries:
        return finish(message, token, State.DEAD, now=now, outcome=words)
    later = now + wait_before_next(message.tries, uniform)
    return finish(message, token, State.DUE, now=now, not_before=later, outcome=words)


@transaction.atomic
def finish(message: Message, token: UUID, state: str, *, now: datetime, **fields: object) -> str:
    """End the attempt in `state`, with what follows from a failure; of a claim that was lost nothing is written."""
    if end(message.pk, token, state=state, **fields):
        if state in (State.DEAD, State.UNKNOWN):
            message.refresh_from_db()
            KINDS[message.kind].failed(message, now)
        return state
    logger.warning("message %s: the claim was lost while it was being sent", message.pk)
    return ""
