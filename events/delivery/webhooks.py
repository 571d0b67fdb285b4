"""Webhook messages beside those to staff: written in the same transaction, delivered like all others."""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID

from events.delivery.kinds import KINDS, Content, MessageKind
from events.models import Message, WebhookEndpoint

TEST = "webhook.test"


def register_test() -> None:
    """Let the delivery know the notice that only tries an endpoint: once, so that its outcome is seen at once."""
    KINDS[TEST] = MessageKind(
        content=lambda message: Content("A test: nothing has happened", ""),
        unwanted=lambda message, now: "",
        again_if_unknown=False,
        most_tries=1,
    )


def kinds_offered() -> list[tuple[str, str]]:
    """Return the kinds of message a clinic's endpoints can be told of, with what they are called."""
    return sorted((name, kind.webhook_title) for name, kind in KINDS.items() if kind.webhook_title)


def webhook_messages(messages: Iterable[Message]) -> list[Message]:
    """Return the unsaved notices to endpoints that go beside `messages` to staff: one an endpoint and cause.

    Whoever writes the messages stores them with these, ignoring conflicts: the same cause is told once.
    """
    messages = list(messages)
    endpoints: dict[UUID, list[WebhookEndpoint]] = defaultdict(list)
    for endpoint in WebhookEndpoint.objects.filter(clinic__in={each.clinic_id for each in messages}, is_active=True):
        endpoints[endpoint.clinic_id].append(endpoint)
    notices = {}
    for each in messages:
        # Ends with the person, for staff; what is before it is the cause.
        cause = each.dedupe_key.removesuffix(f":{each.recipient_id}")
        for endpoint in endpoints[each.clinic_id]:
            if each.kind in endpoint.kinds:
                key = f"webhook:{endpoint.pk}:{sha256(cause.encode()).hexdigest()}"
                notices[key] = beside(each, endpoint, key)
    return list(notices.values())


def beside(message: Message, endpoint: WebhookEndpoint, key: str) -> Message:
    """Return the unsaved notice to an endpoint of what a message to staff tells."""
    return Message(
        clinic_id=message.clinic_id,
        patient_id=message.patient_id,
        endpoint=endpoint,
        channel=Message.Channel.WEBHOOK,
        kind=message.kind,
        subject=message.subject,
        path=message.path,
        about=message.about,
        details=message.details,
        dedupe_key=key,
        not_before=message.not_before,
        expires_at=message.expires_at,
    )
