"""One round of sending: claim, look again under lock, send, write down how it went."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction

from events.delivery import breaker
from events.delivery.channels import CHANNELS, SENT_BY_US, Envelope, NotSent, Refused, Unanswered, capture, honours_keys
from events.delivery.claims import INTERRUPTED, Claim, MayLeaveAgain, any_lapsed, free_lapsed, in_doubt, waiting
from events.delivery.endings import BROKE, Ending, failed, finish, taken, tell_failed
from events.delivery.kinds import KINDS, urgency
from events.delivery.looking import NO_ADDRESS, NO_GATEWAY, begin
from events.delivery.pacing import claim_paced
from events.models import Message

__all__ = ["BROKE", "CHANNELS", "NO_ADDRESS", "NO_GATEWAY", "begin", "deliver_due"]

# Claimed at once: of a way out that takes messages as quickly as they come, more.
AT_ONCE, AT_ONCE_QUICKLY = 20, 40
# By one way out until what is due is looked for anew, so that the urgent comes first.
MOST, LONGEST = 3 * AT_ONCE_QUICKLY, 1.0  # messages, seconds
# Messages are looked at together as long as their way out takes them in this time; a slow one gets them one by one. So
# none leaves much later than it was looked at, and a worker that dies leaves in doubt what it sent in that time.
QUICK = 0.05  # seconds
State = Message.State
Clock = Callable[[], datetime]
logger = logging.getLogger(__name__)
# How many messages each way out takes together, as this process has found.
together: Counter[str] = Counter()


def deliver_due(*, clock: Clock, limit: int = MOST) -> Counter[str]:
    """Send up to `limit` due messages of each way out, urgent kinds first; return how many ended in which state.

    An empty count says that nothing was due, or may leave now. Any number of workers may do this at the same time.
    """
    ended = free(now=clock())
    due = due_kinds(now=clock())
    for channel, most in breaker.open_channels(due, now=clock()).items():
        ended += deliver_kinds(channel, due[channel], limit if most is None else min(limit, most), clock=clock)
    return ended


def deliver_kinds(channel: str, kinds: Sequence[str], limit: int, *, clock: Clock) -> Counter[str]:
    """Send up to `limit` due messages of these kinds, claim by claim, as long as all are taken and soon."""
    ended, until = Counter[str](), monotonic() + LONGEST
    while limit > 0:
        asked = min(limit, max(together[channel], AT_ONCE))
        claimed = claim_paced(now=clock(), channel=channel, kinds=kinds, limit=asked)
        states = deliver_claimed(claimed, channel, clock=clock)
        ended += states
        limit -= len(claimed.messages)
        if states[State.SENT] < asked or monotonic() > until:
            break
    return ended


def deliver_claimed(claimed: Claim, channel: str, *, clock: Clock) -> Counter[str]:
    """Send what was claimed, as many together as the way out takes quickly; return how many ended in which state."""
    ended: Counter[str] = Counter()
    left = claimed.messages
    while left:
        group, after = left[: together[channel] or 1], left[together[channel] or 1 :]
        states, unsent = attempt(group, claimed.token, clock=clock)
        ended.update(states)
        left = [*unsent, *after]
        together[channel] = 1 if unsent else min(2 * len(group), AT_ONCE_QUICKLY)
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
    ended: Counter[str] = Counter()
    if not any_lapsed(now=now):
        return ended
    may = MayLeaveAgain(
        again=[name for name, kind in KINDS.items() if kind.again_if_unknown],
        keyed=[channel for channel in SENT_BY_US if honours_keys(channel)],
        most=max((kind.most_tries for kind in KINDS.values()), default=0),
    )
    free_lapsed(now=now, may=may)
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


def attempt(group: Sequence[UUID], token: UUID, *, clock: Clock) -> tuple[list[str], Sequence[UUID]]:
    """Send claimed messages; return the states they ended in, and those not sent that are to be looked at again.

    These are what there was no time for, and what somebody else was just changing.
    """
    looked_at, states = look(group, token, clock=clock)
    states += [message.state for message, envelope in looked_at if envelope is None]
    seen = {message.pk for message, _ in looked_at}
    left_out = [pk for pk in group if pk not in seen] if len(group) > 1 else []
    leaving = [(message, envelope) for message, envelope in looked_at if envelope]
    until, endings = monotonic() + QUICK, list[Ending]()
    for message, envelope in leaving:
        if endings and monotonic() > until:
            break
        endings.append(send(message, envelope, clock=clock))
    if endings and endings[-1].way_works:
        breaker.note_success(endings[-1].message.channel)
    states += write_down(endings, token, now=clock())
    return states, [*(message.pk for message, _ in leaving[len(endings) :]), *left_out]


def look(
    group: Sequence[UUID], token: UUID, *, clock: Clock
) -> tuple[list[tuple[Message, Envelope | None]], list[str]]:
    """Look at claimed messages together; if that breaks, one by one, so that one that cannot be made up holds up none.

    Return what was looked at, and the states of those that broke: they end by their tries.
    """
    try:
        return begin(group, token, now=clock()), []
    except Exception:
        if len(group) == 1:
            logger.exception("message %s: the attempt broke", group[0])
    if len(group) == 1:
        broken = failed(Message.objects.get(pk=group[0]), RuntimeError(), now=clock())
        return [], write_down([broken], token, now=clock())
    parts = [look([pk], token, clock=clock) for pk in group]
    return [each for looked_at, _ in parts for each in looked_at], [state for _, states in parts for state in states]


def write_down(endings: Sequence[Ending], token: UUID, *, now: datetime) -> list[str]:
    """Write down how attempts ended; if that breaks, one by one. Return the states.

    Nothing is sent again for it: what cannot be written down is in doubt once its claim lapses.
    """
    try:
        return finish(endings, token, now=now)
    except Exception:
        if len(endings) == 1:
            logger.exception("message %s: how it ended could not be written down", endings[0].message.pk)
            return []
    return [state for each in endings for state in write_down([each], token, now=now)]


def send(message: Message, envelope: Envelope, *, clock: Clock) -> Ending:
    """Hand an envelope to its way out, or keep it where messages are captured; return how that ended."""
    way = capture if settings.CAPTURE_MESSAGES else CHANNELS[envelope.channel]
    try:
        reference = way(envelope)
    except Refused as error:  # the way works; it is this message that is not wanted
        return failed(message, error, now=clock())
    except (NotSent, Unanswered) as error:
        breaker.note_failure(envelope.channel, now=clock())
        return failed(message, error, now=clock())._replace(way_works=False)
    except Exception as error:  # holds nobody else up, and ends by its tries
        logger.exception("message %s: the attempt broke", message.pk)
        return failed(message, error, now=clock())._replace(way_works=False)
    return taken(message, reference, now=clock())
