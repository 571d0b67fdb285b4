"""The link in a message: which message it is, signed, and nothing else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import base64_hmac
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from events.models import Message
from schedules.reminding.kind import KIND

VALID = timedelta(days=60)
SALT = "schedules.reminding.links"
ID_LETTERS, MARK_LETTERS = 22, 12


def link_of(message: Message) -> str:
    """Return the address at which the addressee answers. It is short, so that an SMS holds it."""
    return f"{settings.BASE_URL}{reverse('schedules:reply', args=[token_of(message.pk)])}"


def token_of(pk: UUID) -> str:
    """Return the id of a message with a signature; a part of it is enough, since the id itself cannot be guessed."""
    text = urlsafe_b64encode(pk.bytes).decode().rstrip("=")
    return text + signed(text, settings.SECRET_KEY)


def signed(text: str, key: str) -> str:
    return base64_hmac(SALT, text, key, algorithm="sha256")[:MARK_LETTERS]


def message_of(token: str, *, now: datetime) -> Message | None:
    """Return the reminder a link was sent with; None when it was changed, or is older than 60 days."""
    text, mark = token[:ID_LETTERS], token[ID_LETTERS:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(mark, signed(text, key)) for key in keys):
        return None
    try:
        pk = UUID(bytes=urlsafe_b64decode(f"{text}=="))
    except (Error, ValueError):
        return None
    rows = Message.objects.select_related("clinic", "patient", "contact").filter(kind=KIND, contact__isnull=False)
    return rows.filter(pk=pk, not_before__gt=now - VALID).first()
