"""What sending needs to know of each kind of message; the app that writes the kind registers it in AppConfig.ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from events.models import Message


@dataclass(frozen=True)
class Content:
    """What a message says when it is sent."""

    subject: str
    text: str
    html: str = ""


class Priority(IntEnum):
    """Which kinds leave first when more is due than can leave at once."""

    ALERT = 1
    REMINDER = 2
    DIGEST = 3


def at_once(message: Message, now: datetime) -> None:
    """Let a message leave at any hour."""


def nothing_follows(message: Message, now: datetime) -> None:
    """Let nothing follow from a message that failed."""


@dataclass(frozen=True)
class MessageKind:
    """How one kind of message is sent.

    `unwanted` says why a message is not to be sent any more, an empty text that it is; `content` is asked at the last
    moment. `waits_until` says until when it may not leave yet, such as the end of the quiet hours; None: it may.
    `again_if_unknown`: sent once more when nobody knows whether it arrived, so that it may arrive twice rather than
    never; by a way out that honours keys every kind is. `webhook_title` is what it is called where a clinic chooses
    what its webhooks are told; blank: they are never told of it, and its `content` is never asked without an addressee.

    `failed` is told, in the transaction that writes it down, that a message ended dead or unknown. Its `outcome` says
    why in words; where `refused` is true in its `details`, the other side will never take a message for this address,
    so that its contact needs another. A fault in `failed` is logged; the message has failed all the same.
    """

    content: Callable[[Message], Content]
    unwanted: Callable[[Message, datetime], str]
    again_if_unknown: bool
    most_tries: int = 10
    waits_until: Callable[[Message, datetime], datetime | None] = at_once
    failed: Callable[[Message, datetime], None] = nothing_follows
    priority: Priority = Priority.REMINDER
    webhook_title: str = ""


KINDS: dict[str, MessageKind] = {}


def urgency(kind: str) -> Priority:
    """Return how soon a kind leaves; what nobody knows how to send comes last."""
    return KINDS[kind].priority if kind in KINDS else Priority.DIGEST
