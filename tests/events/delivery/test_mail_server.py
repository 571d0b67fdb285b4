"""E-mail through a real connection: what the mail server says, and where it falls silent."""

from uuid import UUID

import pytest

from events.delivery.channels import AddressRefused, Envelope, NotSent, Refused, Unanswered
from events.delivery.channels.email import send_email
from events.delivery.sending import deliver_due
from tests.events.conftest import NOW
from tests.events.delivery.fake_gateway import free_port
from tests.events.delivery.fake_smtp import mail_server

ENVELOPE = Envelope(UUID(int=7), "ana@example.org", "A visit", "Plain.", "<p>Rich.</p>")


@pytest.fixture
def by_smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.5
    return settings


def test_email_arrives_as_text_and_html_with_its_message_id(by_smtp):
    with mail_server() as server:
        by_smtp.EMAIL_PORT = server.port
        reference = send_email(ENVELOPE)

    (text,) = server.taken
    assert reference.encode() in text
    assert b"Plain." in text
    assert b"<p>Rich.</p>" in text


@pytest.mark.parametrize(
    ("at", "how", "outcome", "taken"),
    [
        ("greeting", "554 no", NotSent, 0),
        ("greeting", "drop", NotSent, 0),
        ("greeting", "stall", NotSent, 0),
        ("MAIL", "451 later", NotSent, 0),
        ("MAIL", "550 no", NotSent, 0),
        ("RCPT", "450 later", NotSent, 0),
        ("RCPT", "550 no such user", AddressRefused, 0),
        ("DATA", "451 later", NotSent, 0),
        ("DATA", "554 no", Refused, 0),
        ("DATA", "drop", Unanswered, 0),
        ("dot", "452 full", NotSent, 0),
        ("dot", "554 spam", Refused, 0),
        ("dot", "drop", Unanswered, 1),
        ("dot", "stall", Unanswered, 1),
        ("QUIT", "drop", None, 1),
        ("QUIT", "stall", None, 1),
    ],
)
def test_what_the_mail_server_did_decides_what_follows(by_smtp, at, how, outcome, taken):
    with mail_server(**{at: how}) as server:
        by_smtp.EMAIL_PORT = server.port
        if outcome is None:
            send_email(ENVELOPE)
        else:
            with pytest.raises(outcome) as raised:
                send_email(ENVELOPE)
            assert type(raised.value) is outcome

    assert len(server.taken) == taken


def test_mail_server_that_is_not_there_has_taken_nothing(by_smtp):
    by_smtp.EMAIL_PORT = free_port()

    with pytest.raises(NotSent, match="cannot be reached"):
        send_email(ENVELOPE)


@pytest.mark.parametrize(("again", "state"), [(True, "due"), (False, "unknown")])
def test_email_dropped_between_the_dot_and_the_answer_goes_by_its_kind(by_smtp, write, kind, again, state):
    kind(again=again)
    message = write()
    with mail_server(dot="drop") as server:
        by_smtp.EMAIL_PORT = server.port
        assert deliver_due(clock=lambda: NOW) == {state: 1}

    message.refresh_from_db()
    assert (message.state, message.outcome) == (state, "The mail server fell silent: SMTPServerDisconnected.")
