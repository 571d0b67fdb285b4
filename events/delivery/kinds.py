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


@dataclass(frozen=True)
class MessageKind:
    """How one kind of message is sent.

    `unwanted` says why a message is not to be sent any more, an empty text that it is; `content` is asked at the last
    moment. `again_if_unknown`: sent once more when nobody knows whether it arrived, so that it may arrive twice rather
    than never.
    """

    content: Callable[[Message], Content]
    unwanted: Callable[[Message, datetime], str]
    again_if_unknown: bool
    most_tries: int = 10


KINDS: dict[str, MessageKind] = {}
