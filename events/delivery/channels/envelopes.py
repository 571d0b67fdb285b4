"""A message as it goes out, and how its way can end."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from events.delivery.kinds import Content
from events.models import Message


class NotSent(Exception):
    """Nothing was taken this time; a later try may do better, not before `wait` when the other side says so."""

    def __init__(self, words: str, wait: timedelta | None = None) -> None:
        super().__init__(words)
        self.wait = wait


class Refused(Exception):
    """The other side will never take this message."""


class AddressRefused(Refused):
    """The other side will never take any message for this address."""


class Unanswered(Exception):
    """The other side may have taken it, or not: it did not say."""


@dataclass(frozen=True)
class Envelope:
    """A message as it goes out. `key` is the same at every try, so that a provider that honours it delivers once.

    `secret` signs what goes to an endpoint; `at` is when it leaves.
    """

    key: UUID
    to: str
    subject: str
    text: str
    html: str = ""
    channel: str = Message.Channel.EMAIL
    secret: str = field(default="", repr=False)
    at: datetime = field(default_factory=timezone.now)


def address_of(message: Message) -> str:
    """Return where a message goes by its channel; empty when its addressee has none there."""
    person = message.recipient or message.contact
    if message.channel == Message.Channel.WEBHOOK:
        return message.endpoint.url if message.endpoint else ""
    if person is None:
        return ""
    return person.email if message.channel == Message.Channel.EMAIL else person.phone


def sealed(message: Message, content: Content, *, now: datetime) -> Envelope:
    """Return the envelope of a message that says `content`."""
    text, html, secret = content.text, content.html, ""
    if message.endpoint:
        text, html, secret = notice(message, content.subject), "", message.endpoint.secret
    return Envelope(message.pk, address_of(message), content.subject, text, html, message.channel, secret, now)


def notice(message: Message, subject: str) -> str:
    """Return what an endpoint is told, as JSON: that something is there and where to read it, nothing of a patient."""
    body = {
        "id": str(message.pk),
        "kind": message.kind,
        "clinic": message.clinic.slug,
        "subject": subject,
        "path": message.path,
        "at": message.created_at.isoformat(),
    }
    return json.dumps(body)
