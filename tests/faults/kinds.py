"""The campaign's own kinds of message, registered in its own workers only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from events.delivery.kinds import KINDS, Content, MessageKind, Priority, nothing_follows
from events.models import Message


@dataclass(frozen=True)
class Sort:
    """How the messages of a kind go; `again`: rather twice than never, as an alert."""

    channel: str
    again: bool

    @property
    def has_key(self) -> bool:
        """Whether the other side honours a key, so that another try is always safe."""
        return self.channel == "sms"


SORTS = {
    "fault.alert": Sort("email", again=True),
    "fault.reminder": Sort("email", again=False),
    "fault.text": Sort("sms", again=True),
    "fault.text_once": Sort("sms", again=False),
    "fault.poison": Sort("sms", again=True),
}
# So many that no harm done at random wears out a message that is none.
MOST_TRIES, POISON_TRIES = 30, 3


def register(
    looking: Callable[[Message], None],
    *,
    most_tries: int = MOST_TRIES,
    poison_tries: int = POISON_TRIES,
    failed: Callable[[Message, datetime], None] = nothing_follows,
) -> None:
    """Register the kinds; `looking` is called while a message is made up, in the transaction that looks at it."""

    def content(message: Message) -> Content:
        looking(message)
        return Content(message.subject, f"About {message.dedupe_key}.")

    for name, sort in SORTS.items():
        KINDS[name] = MessageKind(
            content=content,
            unwanted=unwanted,
            again_if_unknown=sort.again,
            most_tries=poison_tries if name == "fault.poison" else most_tries,
            waits_until=waits_until,
            failed=failed,
            priority=Priority.ALERT if name == "fault.alert" else Priority.REMINDER,
        )


def unwanted(message: Message, now: datetime) -> str:
    """Say why nobody wants the message: as it was written down with it."""
    why: str = message.details.get("unwanted", "")
    return why


def waits_until(message: Message, now: datetime) -> datetime | None:
    """Keep the message until the instant written down with it, such as the end of quiet hours."""
    quiet = message.details.get("quiet_until")
    return datetime.fromisoformat(quiet) if quiet else None
