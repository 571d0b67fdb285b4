"""Alerts by e-mail: that one waits and until when, nothing of the patient."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from events.delivery.kinds import KINDS, Content, MessageKind, Priority
from events.models import Message
from labs.models import Alert

MAILED = (Alert.Tier.IMMEDIATE, Alert.Tier.SAME_DAY)
ANSWERED, TAKEN_BACK = "It was answered before it left.", "What it told of is no longer on record."


def by_mail(messages: Iterable[Message], alerts: Sequence[Alert]) -> list[Message]:
    """Return the unsaved e-mails that go beside the inbox's `messages` of immediate and same-day alerts."""
    urgent = {alert.pk for alert in alerts if alert.tier in MAILED}
    return [
        Message(
            clinic_id=each.clinic_id,
            patient_id=each.patient_id,
            recipient_id=each.recipient_id,
            channel=Message.Channel.EMAIL,
            kind=each.kind,
            subject=each.subject,
            path=each.path,
            about=each.about,
            dedupe_key=f"email:{each.dedupe_key}",
            not_before=each.not_before,
        )
        for each in messages
        if each.about in urgent
    ]


def content(message: Message) -> Content:
    """Return what the e-mail says: how urgent, of which clinic, until when, and where to read it."""
    alert = Alert.objects.select_related("clinic").get(pk=message.about)  # type: ignore[misc]  # an alert's has one
    until = alert.answer_by.astimezone(alert.clinic.zone)
    text = (
        f"An alert of {alert.clinic} waits for you ({alert.get_tier_display().lower()}). "
        f"It must be answered by {until:%a %-d %b %Y, %H:%M} ({alert.clinic.time_zone}).\n\n"
        f"{settings.BASE_URL}{message.path}\n\n"
        "This e-mail names no patient. Sign in to read the alert; answering this e-mail reaches nobody."
    )
    return Content(f"{alert.get_tier_display()}: an alert waits for you", text)


def unwanted(message: Message, now: datetime) -> str:
    """Say why the e-mail is not to be sent any more: somebody answered the alert meanwhile, or it was closed."""
    alert = Alert.objects.filter(pk=message.about).first() if message.about else None
    if alert is None:
        return TAKEN_BACK
    return ANSWERED if alert.state != Alert.State.OPEN else ""


def register(kinds: Mapping[str, str]) -> None:
    """Let the delivery know how the messages of these kinds leave: before all others, and rather twice than never.

    The values are what the kinds are called where a clinic chooses what its webhooks are told.
    """
    for kind, title in kinds.items():
        KINDS[str(kind)] = MessageKind(
            content=content,
            unwanted=unwanted,
            again_if_unknown=True,
            priority=Priority.ALERT,
            webhook_title=title,
        )
