"""What sending needs to know of each kind of message; the app that writes the kind registers it in AppConfig.ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from events.models import Message


@dataclass(frozen=True)
class Content:
    """What a message says when it is sent."""

    subject: str
    text: str
    html: str = ""


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
    never. `failed` is told, in the transaction that writes it down, that a message ended dead or unknown.
    """

    content: Callable[[Message], Content]
    unwanted: Callable[[Message, datetime], str]
    again_if_unknown: bool
    most_tries: int = 10
    waits_until: Callable[[Message, datetime], datetime | None] = at_once
    failed: Callable[[Message, datetime], None] = nothing_follows


KINDS: dict[str, MessageKind] = {}
