"""One round of sending: claim, look again under lock, send, write down how it went."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import uniform
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, transaction

from events.actions import LONGEST_OUTCOME
from events.delivery import breaker
from events.delivery.backoff import wait_before_next
from events.delivery.channels import (
    CHANNELS,
    SENT_BY_US,
    AddressRefused,
    Envelope,
    NotSent,
    Refused,
    Unanswered,
    address_of,
    capture,
    honours_keys,
    sealed,
    ways_out,
)
from events.delivery.claims import INTERRUPTED, LEASE, Claim, MayLeaveAgain, end, free_lapsed, held, in_doubt, waiting
from events.delivery.kinds import KINDS, MessageKind, urgency
from events.delivery.pacing import claim_paced
from events.delivery.wall_clock import instant
from events.models import Message

AT_ONCE = 20
BROKE = "It could not be made up or sent; the log says why."
NO_GATEWAY = "No SMS gateway is set up."
NO_ADDRESS = {
    Message.Channel.EMAIL: "There is no e-mail address on record.",
    Message.Channel.SMS: "There is no telephone number on record.",
    Message.Channel.WEBHOOK: "There is no endpoint on record.",
}
State = Message.State
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)


def deliver_due(*, clock: Clock, limit: int = AT_ONCE) -> Counter[str]:
    """Send up to `limit` due messages of each way out, urgent kinds first; return how many ended in which state.

    An empty count says that nothing was due, or may leave now. Any number of workers may do this at the same time.
    """
    ended = free(now=clock())
    due = due_kinds(now=clock())
    for channel, most in breaker.open_channels(due, now=clock()).items():
        number = limit if most is None else min(limit, most)
        claimed = claim_paced(now=clock(), channel=channel, kinds=due[channel], limit=number)
        for pk in claimed.messages:
            if state := attempt_safely(pk, claimed, clock=clock):
                ended[state] += 1
    return ended


def due_kinds(*, now: datetime) -> dict[str, list[str]]:
    """Return what is due: channels with their kinds, those that are more urgent first, then what waits longest."""
    found: dict[str, list[str]] = {}
    due = [each for each in waiting(now=now) if each.channel in SENT_BY_US]
    for each in sorted(due, key=lambda each: (urgency(each.kind), each.since)):
        found.setdefault(each.channel, []).append(each.kind)
    return found


def free(*, now: datetime) -> Counter[str]:
    """Free what lapsed claims hold; what may have arrived and must not arrive twice ends as unknown."""
    may = MayLeaveAgain(
        again=[name for name, kind in KINDS.items() if kind.again_if_unknown],
        keyed=[channel for channel in SENT_BY_US if honours_keys(channel)],
        most=max((kind.most_tries for kind in KINDS.values()), default=0),
    )
    free_lapsed(now=now, may=may)
    ended: Counter[str] = Counter()
    try:
        while end_in_doubt(may, now=now):
            ended[State.UNKNOWN] += 1
    except OperationalError:  # such as a deadlock: the next round looks again, and what is due does not wait for it
        logger.exception("a message of a lapsed claim could not be ended")
    return ended


@transaction.atomic
def end_in_doubt(may: MayLeaveAgain, *, now: datetime) -> bool:
    """End one message of which nobody knows whether it arrived, with what follows; say whether there was one."""
    message = in_doubt(now=now, may=may)
    if message is None:
        return False
    message.state, message.outcome, message.token, message.lease_until = State.UNKNOWN, INTERRUPTED, None, None
    message.save(update_fields=["state", "outcome", "token", "lease_until"])
    tell_failed(message, now)
    return True


def attempt_safely(pk: UUID, claimed: Claim, *, clock: Clock) -> str:
    """Send one claimed message; one that cannot be made up or sent holds nobody else up, and ends by its tries."""
    try:
        try:
            return attempt(pk, claimed, clock=clock)
        except Exception:
            logger.exception("message %s: the attempt broke", pk)
            return broken(pk, claimed.token, now=clock())
    except Exception:  # not even that could be written down: it is free again when its claim lapses
        logger.exception("message %s: how the attempt ended could not be written down", pk)
        return ""


def attempt(pk: UUID, claimed: Claim, *, clock: Clock) -> str:
    """Send one claimed message; return the state it ended in, or nothing when the claim was lost."""
    message, envelope = begin(pk, claimed.token, now=clock())
    if message is None:
        return ""
    if envelope is None:
        return message.state
    try:
        reference = leave(envelope)
    except NotSent as error:
        breaker.note_failure(message.channel, now=clock())
        return again_or_dead(message, claimed.token, str(error), now=clock(), wait=error.wait)
    except Refused as error:
        breaker.note_success(message.channel)  # the way works; it is this message that is not wanted
        if isinstance(error, AddressRefused):
            message.details["refused"] = True
        return finish(message, claimed.token, State.DEAD, now=clock(), outcome=str(error), details=message.details)
    except Unanswered as error:
        breaker.note_failure(message.channel, now=clock())
        return again_or_unknown(message, claimed.token, str(error), now=clock())
    breaker.note_success(message.channel)
    now = clock()
    return finish(message, claimed.token, State.SENT, now=now, sent_at=now, provider_reference=reference, outcome="")


def leave(envelope: Envelope) -> str:
    """Hand an envelope to its way out, or keep it where messages are captured; return the other side's reference."""
    way = capture if settings.CAPTURE_MESSAGES else CHANNELS[envelope.channel]
    return way(envelope)


@transaction.atomic
def begin(pk: UUID, token: UUID, *, now: datetime) -> tuple[Message | None, Envelope | None]:
    """Look at a claimed message once more, locked, make it up, and mark that it is about to leave.

    No message when the claim is lost. No envelope for one that nobody wants any more, came too late, was tried too
    often, has no way out or no address, or is of no known kind: it ends here, and says so.
    """
    message = held(pk, token)
    if message is None:
        return None, None
    kind = KINDS.get(message.kind)
    if kind is None:
        ended, why = State.DEAD, "Nobody knows how to send this kind of message."
    elif message.expires_at and message.expires_at <= now:
        ended, why = State.EXPIRED, "It would have come too late."
    elif why := gone(message) or kind.unwanted(message, now):
        ended = State.VOID
    elif why := blocked(message):
        ended = State.DEAD
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
        return message, sealed(message, content, now=now)
    message.state, message.outcome, message.token, message.lease_until = ended, why[:LONGEST_OUTCOME], None, None
    message.save(update_fields=["state", "outcome", "token", "lease_until"])
    if ended == State.DEAD:
        tell_failed(message, now)
    return message, None


def gone(message: Message) -> str:
    """Say that the endpoint a message is for is told nothing any more; else nothing."""
    return "The endpoint was deactivated." if message.endpoint and not message.endpoint.is_active else ""


def blocked(message: Message) -> str:
    """Say why a message can go nowhere, so that a person sees it; nothing when it can."""
    if message.channel not in ways_out():
        return NO_GATEWAY
    return "" if address_of(message) else NO_ADDRESS[Message.Channel(message.channel)]


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
    """Send a message of which nobody knows whether it arrived once more, where twice is better than never or the other
    side takes it once.
    """
    if KINDS[message.kind].again_if_unknown or honours_keys(message.channel):
        return again_or_dead(message, token, words, now=now)
    return finish(message, token, State.UNKNOWN, now=now, outcome=words)


def again_or_dead(message: Message, token: UUID, words: str, *, now: datetime, wait: timedelta | None = None) -> str:
    """Let a message wait for its next try, at least for `wait`, or end it when there is none."""
    if message.tries >= KINDS[message.kind].most_tries:
        return finish(message, token, State.DEAD, now=now, outcome=words)
    later = now + max(wait_before_next(message.tries, uniform), wait or timedelta())
    return finish(message, token, State.DUE, now=now, not_before=later, outcome=words)


@transaction.atomic
def finish(message: Message, token: UUID, state: str, *, now: datetime, **fields: object) -> str:
    """End the attempt in `state`, with what follows from a failure; of a claim that was lost nothing is written."""
    if end(message.pk, token, state=state, **fields):
        if state in (State.DEAD, State.UNKNOWN):
            message.refresh_from_db()
            tell_failed(message, now)
        return state
    logger.warning("message %s: the claim was lost while it was being sent", message.pk)
    return ""


def tell_failed(message: Message, now: datetime) -> None:
    """Let follow what the kind's app does about a failure; if that breaks, the failure stands for a person to see.

    But where the database itself fails, such as by a deadlock, all of it is tried again later.
    """
    kind = KINDS.get(message.kind)
    if kind is None:
        return
    try:
        with transaction.atomic():
            kind.failed(message, now)
    except OperationalError:
        raise
    except Exception:
        logger.exception("message %s: what follows from its failure broke", message.pk)
