"""The ways out: each takes one envelope, and says by what it raises how it went."""

from collections.abc import Callable

from django.conf import settings

from events.delivery.channels.capture import capture
from events.delivery.channels.email import send_email
from events.delivery.channels.envelopes import (
    AddressRefused,
    Envelope,
    NotSent,
    Refused,
    Unanswered,
    address_of,
    sealed,
)
from events.delivery.channels.sms import send_sms
from events.delivery.channels.webhook import post_to_webhook
from events.models import Message

__all__ = [
    "CHANNELS",
    "SENT_BY_US",
    "AddressRefused",
    "Envelope",
    "NotSent",
    "Refused",
    "Unanswered",
    "address_of",
    "capture",
    "honours_keys",
    "sealed",
    "ways_out",
]

Send = Callable[[Envelope], str]
EMAIL, SMS, WEBHOOK = Message.Channel.EMAIL, Message.Channel.SMS, Message.Channel.WEBHOOK

# What a worker sends; an inbox needs nobody to send, a call one of us.
SENT_BY_US = (EMAIL, SMS, WEBHOOK)
CHANNELS: dict[str, Send] = {EMAIL: send_email, WEBHOOK: post_to_webhook}
if settings.SMS_URL:
    CHANNELS[SMS] = send_sms
# Whose other side takes a message with the same key once, so that another try is always safe.
HONOUR_KEYS = (SMS, WEBHOOK)


def ways_out() -> frozenset[str]:
    """Return the channels by which a message can leave as this deployment is set up."""
    return frozenset(SENT_BY_US if settings.CAPTURE_MESSAGES else CHANNELS)


def honours_keys(channel: str) -> bool:
    """Say whether a message that nobody knows arrived can be tried again by `channel` without arriving twice."""
    return settings.CAPTURE_MESSAGES or channel in HONOUR_KEYS
