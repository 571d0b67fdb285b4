"""How attempts end, and writing it down: only while the claim stands, with what follows from a failure."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import uniform
from typing import NamedTuple
from uuid import UUID

from django.db import OperationalError, transaction

from events.delivery.backoff import wait_before_next
from events.delivery.channels import AddressRefused, NotSent, Refused, Unanswered, honours_keys
from events.delivery.claims import end, end_sent
from events.delivery.kinds import KINDS
from events.models import Message

BROKE = "It could not be made up or sent; the log says why."
State = Message.State
logger = logging.getLogger(__name__)


class Ending(NamedTuple):
    """The state an attempt ends in, what else is written down, and whether the way out itself works."""

    message: Message
    state: str
    fields: dict[str, object]
    way_works: bool = True


def taken(message: Message, reference: str, *, now: datetime) -> Ending:
    """Return the ending of a message the other side took."""
    return Ending(message, State.SENT, {"sent_at": now, "provider_reference": reference})


def failed(message: Message, error: Exception, *, now: datetime) -> Ending:
    """Return the ending of a message by what was raised; by a fault of ours, what had left may have arrived."""
    if isinstance(error, NotSent):
        return again_or_dead(message, str(error), now=now, wait=error.wait)
    if isinstance(error, Refused):
        details = message.details | {"refused": True} if isinstance(error, AddressRefused) else message.details
        return Ending(message, State.DEAD, {"outcome": str(error), "details": details})
    if isinstance(error, Unanswered):
        return again_or_unknown(message, str(error), now=now)
    return (again_or_unknown if message.sending_since else again_or_dead)(message, BROKE, now=now)


def again_or_unknown(message: Message, words: str, *, now: datetime) -> Ending:
    """Send a message of which nobody knows whether it arrived once more, where twice is better than never or the other
    side takes it once.
    """
    if KINDS[message.kind].again_if_unknown or honours_keys(message.channel):
        return again_or_dead(message, words, now=now)
    return Ending(message, State.UNKNOWN, {"outcome": words})


def again_or_dead(message: Message, words: str, *, now: datetime, wait: timedelta | None = None) -> Ending:
    """Let a message wait for its next try, at least for `wait`, or end it when there is none."""
    if message.tries >= KINDS[message.kind].most_tries:
        return Ending(message, State.DEAD, {"outcome": words})
    later = now + max(wait_before_next(message.tries, uniform), wait or timedelta())
    return Ending(message, State.DUE, {"outcome": words, "not_before": later})


@transaction.atomic
def finish(endings: Sequence[Ending], token: UUID, *, now: datetime) -> list[str]:
    """Write down how attempts ended, with what follows from a failure; return the states.

    Nothing is written of a claim that was lost.
    """
    sent = [each for each in endings if each.state == State.SENT]
    ended = end_sent({each.message.pk: each.fields for each in sent}, token)
    for each in endings:
        if each.state != State.SENT and end(each.message.pk, token, state=each.state, **each.fields):
            ended.add(each.message.pk)
            if each.state in (State.DEAD, State.UNKNOWN):
                each.message.refresh_from_db()
                tell_failed(each.message, now)
    for each in endings:
        if each.message.pk not in ended:
            logger.warning("message %s: the claim was lost while it was being sent", each.message.pk)
    return [each.state for each in endings if each.message.pk in ended]


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
