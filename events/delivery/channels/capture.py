"""Keeping what would have left, to look at: like a provider that honours the key, each message once."""

from events.delivery.channels.envelopes import Envelope
from events.models import CapturedMessage


def capture(envelope: Envelope) -> str:
    """Keep one message; return its key."""
    kept = CapturedMessage(
        channel=envelope.channel,
        key=envelope.key,
        to=envelope.to,
        subject=envelope.subject,
        text=envelope.text,
        html=envelope.html,
        at=envelope.at,
    )
    CapturedMessage.objects.bulk_create([kept], ignore_conflicts=True)
    return str(envelope.key)
