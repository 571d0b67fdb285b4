"""The look at claimed messages, under lock, right before they leave: who is still to be told, where, and what."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from events.actions import LONGEST_OUTCOME
from events.delivery.channels import Envelope, address_of, sealed, ways_out
from events.delivery.claims import held
from events.delivery.endings import tell_failed
from events.delivery.kinds import KINDS, MessageKind
from events.delivery.wall_clock import instant
from events.models import Message

NO_GATEWAY = "No SMS gateway is set up."
NO_ADDRESS = {
    Message.Channel.EMAIL: "There is no e-mail address on record.",
    Message.Channel.SMS: "There is no telephone number on record.",
    Message.Channel.WEBHOOK: "There is no endpoint on record.",
}
State = Message.State


@transaction.atomic
def begin(pks: Sequence[UUID], token: UUID, *, now: datetime) -> list[tuple[Message, Envelope | None]]:
    """Look at claimed messages once more, locked, mark that they are about to leave, and make them up.

    None of those whose claim is lost. No envelope for one that nobody wants any more, came too late, was tried too
    often, has no way out or no address, or is of no known kind: it ends here, and says so.
    """
    return [(message, made_up(message, now=now)) for message in held(pks, token, now=now)]


def made_up(message: Message, *, now: datetime) -> Envelope | None:
    """Return the envelope of a message that may leave; end one that may not, or let it wait for its hour."""
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
        message.not_before, message.tries = later, message.tries - 1
        stay(message, State.DUE, message.outcome)
        return None
    else:
        return sealed(message, kind.content(message), now=now)
    stay(message, ended, why)
    if ended == State.DEAD:
        tell_failed(message, now)
    return None


def stay(message: Message, state: str, outcome: str) -> None:
    """Write down that a message does not leave after all, in which state it is, and why."""
    message.state, message.outcome = state, outcome[:LONGEST_OUTCOME]
    message.token = message.lease_until = message.sending_since = None
    message.save(update_fields=["state", "outcome", "not_before", "tries", "token", "lease_until", "sending_since"])


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
