"""Handing an e-mail to a mail server that takes it, refuses it, or falls silent."""

import smtplib
from uuid import UUID

import pytest
from django.core import mail

from events.delivery.channels import AddressRefused, Envelope, NotSent, Refused, Unanswered, email
from events.delivery.channels.email import send_email

ENVELOPE = Envelope(UUID(int=7), "roca@example.org", "An alert waits", "Sign in to read it.")


class MailServer:
    """A connection that fails where a test says."""

    def __init__(self, *, at_opening: Exception | None = None, at_sending: Exception | None = None) -> None:
        self.at_opening, self.at_sending, self.sent = at_opening, at_sending, []

    def open(self) -> None:
        if self.at_opening:
            raise self.at_opening

    def send_messages(self, messages: list[mail.EmailMessage]) -> None:
        if self.at_sending:
            raise self.at_sending
        self.sent += messages

    def close(self) -> None:
        raise smtplib.SMTPServerDisconnected


@pytest.fixture
def answering(monkeypatch):
    def answer(**how):
        server = MailServer(**how)
        monkeypatch.setattr(email, "get_connection", lambda: server)
        return server

    return answer


def test_email_carries_the_same_message_id_at_every_try(answering, settings):
    settings.BASE_URL = "https://followup.example.org"
    server = answering()

    references = {send_email(ENVELOPE), send_email(ENVELOPE)}

    assert references == {"<00000000-0000-0000-0000-000000000007@followup.example.org>"}
    assert [each.extra_headers["Message-ID"] for each in server.sent] == [*references, *references]
    assert server.sent[0].to == ["roca@example.org"]


@pytest.mark.parametrize(
    ("how", "outcome", "words"),
    [
        ({"at_opening": ConnectionRefusedError()}, NotSent, "cannot be reached"),
        ({"at_opening": smtplib.SMTPServerDisconnected()}, NotSent, "cannot be reached"),
        ({"at_sending": smtplib.SMTPRecipientsRefused({"a": (550, b"no such user")})}, AddressRefused, "answered 550"),
        ({"at_sending": smtplib.SMTPRecipientsRefused({"a": (451, b"later")})}, NotSent, "answered 451"),
        ({"at_sending": smtplib.SMTPDataError(554, b"refused")}, Refused, "answered 554"),
        ({"at_sending": smtplib.SMTPDataError(452, b"full")}, NotSent, "answered 452"),
        ({"at_sending": smtplib.SMTPDataError(-1, b"")}, Unanswered, "answered -1"),
        ({"at_sending": smtplib.SMTPServerDisconnected()}, Unanswered, "fell silent"),
        ({"at_sending": TimeoutError()}, Unanswered, "fell silent"),
    ],
)
def test_what_the_mail_server_did_decides_what_follows(answering, how, outcome, words):
    answering(**how)

    with pytest.raises(outcome, match=words):
        send_email(ENVELOPE)
