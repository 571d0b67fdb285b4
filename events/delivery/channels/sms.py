"""SMS by the HTTP gateway of the deployment, which honours the key."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from events.delivery.channels.envelopes import Envelope
from events.delivery.channels.http import post, signature


def send_sms(envelope: Envelope) -> str:
    """Hand one SMS to the gateway; return its reference.

    Raises   NotSent, AddressRefused, Refused, Unanswered
    """
    values = {"{to}": envelope.to, "{text}": envelope.text, "{key}": str(envelope.key)}
    body = json.dumps(filled(settings.SMS_BODY, values)).encode()
    headers = signature(envelope, body, settings.SMS_SECRET)
    if settings.SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    parts = urlsplit(settings.SMS_URL)
    return post(
        envelope, body, parts=parts, addresses=[parts.hostname or ""], headers=headers,
        seconds=settings.SMS_TIMEOUT, who="The SMS gateway",
    )  # fmt: skip


def filled(template: Any, values: dict[str, str]) -> Any:
    """Return a JSON template with its placeholders filled, at any depth."""
    if isinstance(template, dict):
        return {name: filled(each, values) for name, each in template.items()}
    if isinstance(template, list):
        return [filled(each, values) for each in template]
    if not isinstance(template, str):
        return template
    if template in values:
        return values[template]
    # Part by part, so that what a text says is never taken for a placeholder.
    for name, value in values.items():
        if name in template:
            return value.join(filled(part, values) for part in template.split(name))
    return template
