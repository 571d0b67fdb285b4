"""SMS and webhooks through real connections: taken once by key, refused, tried later, or left without an answer."""

import hmac
import json
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from events.delivery import channels
from events.delivery.channels import AddressRefused, Envelope, NotSent, Refused, Unanswered, http, webhook
from events.delivery.channels.sms import filled, send_sms
from events.delivery.channels.webhook import post_to_webhook
from events.delivery.sending import NO_GATEWAY, deliver_due
from events.models import CapturedMessage, WebhookEndpoint
from tests.events.conftest import NOW
from tests.events.delivery.fake_gateway import free_port, gateway

KEY = UUID(int=7)
SMS = Envelope(KEY, "+34600000000", "A reminder", 'Your visit, "A {key}".', channel="sms", at=NOW)


@pytest.fixture
def provider():
    with gateway() as running:
        yield running


@pytest.fixture
def sms(provider, settings, monkeypatch):
    """The gateway as the deployment's way out for SMS."""
    settings.SMS_URL, settings.SMS_TIMEOUT = provider.url, 0.3
    monkeypatch.setitem(channels.CHANNELS, "sms", send_sms)
    return provider


@pytest.fixture
def endpoint(provider, member, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    return WebhookEndpoint.objects.create(
        clinic=member.clinic, name="EHR", url=provider.url, secret="shh", kinds=["test"]
    )


def test_sms_is_posted_with_its_key_and_signed(sms, settings):
    settings.SMS_TOKEN, settings.SMS_SECRET = "t0ken", "s3cret"

    assert send_sms(SMS) == "gw-1"

    (came,) = sms.came
    assert came.path == "/messages?account=7"
    assert json.loads(came.body) == {"to": SMS.to, "text": SMS.text, "key": str(KEY)}
    assert came.headers["Idempotency-Key"] == str(KEY)
    assert came.headers["Authorization"] == "Bearer t0ken"
    proof = hmac.new(b"s3cret", f"{int(NOW.timestamp())}.".encode() + came.body, sha256).hexdigest()
    assert came.headers["Iotrex-Signature"] == f"t={int(NOW.timestamp())},v1={proof}"


def test_sms_goes_by_the_template_of_the_deployment(sms, settings):
    settings.SMS_BODY = {"messages": [{"to": ["{to}"], "body": "Clinic: {text} ({key})", "flash": False}]}

    send_sms(SMS)

    assert json.loads(sms.came[0].body) == {
        "messages": [{"to": [SMS.to], "body": f"Clinic: {SMS.text} ({KEY})", "flash": False}]
    }


def test_what_a_text_says_is_no_placeholder():
    assert filled("{text}{to}", {"{text}": "{to}", "{to}": "5"}) == "{to}5"


@pytest.mark.parametrize("answer", [b"", b"thanks", b"[1]", b'{"id": null}', b'{"id": ["x"]}'])
def test_answer_without_a_reference_is_known_by_the_key(sms, answer):
    sms.answer = answer

    assert send_sms(SMS) == str(KEY)


@pytest.mark.parametrize(
    ("then", "outcome", "words"),
    [
        *((status, NotSent, f"answered {status}") for status in (401, 403, 408, 425, 429, 500, 503)),
        *((status, AddressRefused, f"answered {status}") for status in (400, 410, 422)),
        *((status, Refused, f"answered {status}") for status in (404, 409)),
        (302, Refused, "never followed"),
        *((how, Unanswered, "fell silent") for how in ("drop_before", "drop_after", "stall", "trickle")),
    ],
)
def test_what_the_gateway_did_decides_what_follows(sms, then, outcome, words):
    sms.then, sms.headers = [then], {"Location": sms.url}

    with pytest.raises(outcome, match=words) as raised:
        send_sms(SMS)

    assert type(raised.value) is outcome
    assert len(sms.came) == 1


@pytest.mark.parametrize(
    ("said", "wait"), [("120", timedelta(minutes=2)), ("99999", timedelta(hours=1)), ("0", None), ("soon", None)]
)
def test_gateway_says_when_to_come_back(sms, said, wait):
    sms.then, sms.headers = [429], {"Retry-After": said}

    with pytest.raises(NotSent) as raised:
        send_sms(SMS)

    assert raised.value.wait == wait


def test_gateway_that_is_not_there_has_taken_nothing(settings):
    settings.SMS_URL = f"http://127.0.0.1:{free_port()}/"

    with pytest.raises(NotSent, match="cannot be reached: ConnectionRefusedError"):
        send_sms(SMS)


def test_gateway_that_speaks_no_tls_has_taken_nothing(sms, settings):
    settings.SMS_URL = sms.url.replace("http:", "https:")

    with pytest.raises(NotSent, match="cannot be reached: SSLError"):
        send_sms(SMS)


@pytest.mark.parametrize("silence", ["drop_before", "drop_after", "stall"])
def test_sms_without_an_answer_is_tried_again_and_taken_once(sms, write, kind, silence):
    kind(again=False)
    message = write(channel="sms")
    message.recipient.phone = SMS.to
    message.recipient.save()
    sms.then = [silence]

    assert deliver_due(clock=lambda: NOW) == {"due": 1}
    assert deliver_due(clock=lambda: NOW + timedelta(hours=1)) == {"sent": 1}

    message.refresh_from_db()
    assert (len(sms.came), list(sms.taken), message.provider_reference) == (2, [str(message.pk)], "gw-1")


def test_sms_waits_as_long_as_the_gateway_asks(sms, write):
    message = write(channel="sms")
    message.recipient.phone = SMS.to
    message.recipient.save()
    sms.then, sms.headers = [503], {"Retry-After": "600"}

    deliver_due(clock=lambda: NOW)

    message.refresh_from_db()
    assert (message.state, message.not_before) == ("due", NOW + timedelta(minutes=10))


def test_sms_without_a_gateway_is_dead_and_says_so(write):
    message = write(channel="sms")

    assert deliver_due(clock=lambda: NOW) == {"dead": 1}
    message.refresh_from_db()
    assert message.outcome == NO_GATEWAY
    assert channels.ways_out() == {"email", "webhook"}


def test_endpoint_is_told_what_is_there_and_nothing_of_a_patient(provider, endpoint, write):
    message = write(channel="webhook", recipient=None, endpoint=endpoint, path="/alerts/1/")

    assert deliver_due(clock=lambda: NOW) == {"sent": 1}

    (came,) = provider.came
    assert json.loads(came.body) == {
        "id": str(message.pk),
        "kind": "test",
        "clinic": endpoint.clinic.slug,
        "subject": "A message",
        "path": "/alerts/1/",
        "at": message.created_at.isoformat(),
    }
    proof = hmac.new(b"shh", f"{int(NOW.timestamp())}.".encode() + came.body, sha256).hexdigest()
    assert came.headers["Iotrex-Signature"].endswith(f",v1={proof}")


def test_endpoint_that_was_deactivated_is_told_nothing(provider, endpoint, write):
    message = write(channel="webhook", recipient=None, endpoint=endpoint)
    WebhookEndpoint.objects.update(is_active=False)

    assert deliver_due(clock=lambda: NOW) == {"void": 1}
    message.refresh_from_db()
    assert (provider.came, message.outcome) == ([], "The endpoint was deactivated.")


def test_endpoint_that_fails_holds_up_no_other(provider, endpoint, write):
    for _ in range(8):
        write(channel="webhook", recipient=None, endpoint=endpoint)
    provider.then = [500] * 7

    assert deliver_due(clock=lambda: NOW) == {"due": 7, "sent": 1}


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "172.16.3.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "::1", "fe80::1", "fd00::1", "::ffff:169.254.169.254", "2002:a9fe:a9fe::1"],
)  # fmt: skip
def test_endpoint_in_a_private_network_is_refused(monkeypatch, address):
    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *args, **how: [(0, 0, 0, "", ("93.184.215.14", 443)),
                                                                            (0, 0, 0, "", (address, 443))])  # fmt: skip

    with pytest.raises(Refused, match="private network"):
        post_to_webhook(Envelope(KEY, "https://hooks.example.org/", "", "{}"))


def test_endpoint_is_reached_at_the_address_that_was_looked_at(monkeypatch):
    asked = []

    def connect(address, seconds):
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *args, **how: [(0, 0, 0, "", ("93.184.215.14", 443))] * 2)
    monkeypatch.setattr(http.socket, "create_connection", connect)

    with pytest.raises(NotSent):
        post_to_webhook(Envelope(KEY, "https://hooks.example.org/", "", "{}"))
    assert asked == [("93.184.215.14", 443)]


def test_endpoint_whose_name_is_not_known_is_tried_later(monkeypatch):
    def unknown(*args, **how):
        raise OSError

    monkeypatch.setattr(webhook.socket, "getaddrinfo", unknown)

    with pytest.raises(NotSent, match="its name is not known"):
        post_to_webhook(Envelope(KEY, "https://hooks.example.org/", "", "{}"))


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_captured_message_is_kept_once_and_leaves_nowhere(settings, write, mailoutbox, channel):
    settings.CAPTURE_MESSAGES = True
    message = write(channel=channel)
    message.recipient.phone = SMS.to
    message.recipient.save()

    assert deliver_due(clock=lambda: NOW) == {"sent": 1}
    type(message).objects.update(state="due")
    assert deliver_due(clock=lambda: NOW) == {"sent": 1}

    kept = CapturedMessage.objects.get()
    assert (kept.key, kept.channel, kept.subject, kept.text, kept.at) == (
        message.pk, channel, "A message", "Text.", NOW,
    )  # fmt: skip
    assert kept.to == (SMS.to if channel == "sms" else message.recipient.email)
    assert mailoutbox == []
