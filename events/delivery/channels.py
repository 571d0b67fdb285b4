"""The ways out: each takes one envelope, and says by what it raises how it went."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from events.models import Message


class NotSent(Exception):
    """Nothing was taken this time; a later try may do better."""


class Refused(Exception):
    """The other side will never take this message."""


class Unanswered(Exception):
    """The other side may have taken it, or not: it did not say."""


@dataclass(frozen=True)
class Envelope:
    """A message as it goes out. `key` is the same at every try, so that a provider that honours it delivers once."""

    key: UUID
    to: str
    subject: str
    text: str
    html: str = ""


def address_of(message: Message) -> str:
    """Return where a message goes by its channel; empty when its addressee has none there."""
    person = message.recipient or message.contact
    if message.channel == Message.Channel.WEBHOOK:
        return message.endpoint.url if message.endpoint else ""
    if person is None:
        return ""
    return person.email if message.channel == Message.Channel.EMAIL else person.phone


def send_email(envelope: Envelope) -> str:
    """Hand one e-mail to the mail server; return its Message-ID, which is the same at every try.

    Raises   NotSent, Refused, Unanswered
    """
    message_id = f"<{envelope.key}@{urlsplit(settings.BASE_URL).hostname}>"
    mail = EmailMultiAlternatives(envelope.subject, envelope.text, to=[envelope.to], headers={"Message-ID": message_id})
    if envelope.html:
        mail.attach_alternative(envelope.html, "text/html")
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        raise NotSent(f"The mail server cannot be reached: {type(error).__name__}.") from error
    try:
        connection.send_messages([mail])
    except SMTPRecipientsRefused as error:
        raise _refusal(min(code for code, _ in error.recipients.values())) from error
    except SMTPResponseException as error:
        raise _refusal(error.smtp_code) from error
    except (OSError, SMTPException) as error:
        raise Unanswered(f"The mail server fell silent: {type(error).__name__}.") from error
    finally:
        _close(connection)
    return message_id


def _refusal(code: int) -> NotSent | Refused:
    words = f"The mail server answered {code}."
    return NotSent(words) if 400 <= code < 500 else Refused(words)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, SMTPException):
        return  # it is taken or refused already; a bad farewell changes nothing


CHANNELS: dict[str, Callable[[Envelope], str]] = {Message.Channel.EMAIL: send_email}


def ways_out() -> Collection[str]:
    """Return the channels by which messages can leave."""
    return CHANNELS.keys()
