"""E-mail by the mail server of the deployment; it honours no key."""

from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from events.delivery.channels.envelopes import AddressRefused, Envelope, NotSent, Refused, Unanswered


def send_email(envelope: Envelope) -> str:
    """Hand one e-mail to the mail server; return its Message-ID, which is the same at every try.

    Raises   NotSent, AddressRefused, Refused, Unanswered
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
        raise _refusal(min(code for code, _ in error.recipients.values()), AddressRefused) from error
    except SMTPSenderRefused as error:  # such as a quota: it is we who are refused, whoever the message is for
        raise NotSent(f"The mail server answered {error.smtp_code} to our own address.") from error
    except SMTPResponseException as error:
        raise _refusal(error.smtp_code, Refused) from error
    except (OSError, SMTPException) as error:
        raise Unanswered(f"The mail server fell silent: {type(error).__name__}.") from error
    finally:
        _close(connection)
    return message_id


def _refusal(code: int, for_good: type[Refused]) -> Exception:
    """Return what an answer means: at 4xx a later try may do better. Below that the server broke off half-way."""
    words = f"The mail server answered {code}."
    if code < 400:
        return Unanswered(words)
    return NotSent(words) if code < 500 else for_good(words)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, SMTPException):
        return  # it is taken or refused already; a bad farewell changes nothing
