"""Alerts by e-mail and SMS: that one waits and until when, nothing of the patient."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from accounts.models import Staff
from events.delivery.breaker import is_left_alone
from events.delivery.channels import ways_out
from events.delivery.kinds import KINDS, Content, MessageKind, Priority
from events.models import Message
from labs.alerting.next_steps import moment_in_words
from labs.models import Alert

EMAIL, SMS = Message.Channel.EMAIL, Message.Channel.SMS
MAILED = (Alert.Tier.IMMEDIATE, Alert.Tier.SAME_DAY)
ANSWERED, TAKEN_BACK = "It was answered before it left.", "What it told of is no longer on record."


def going_out(messages: Iterable[Message], alerts: Sequence[Alert], *, tiers: Container[str] = MAILED) -> list[Message]:
    """Return the unsaved messages that go out beside the inbox's: e-mails of alerts of `tiers`, SMS of immediate ones.

    While no e-mail leaves, SMS of all that would be told by it. An SMS goes to who has a telephone number, where there
    is a way out for it.
    """
    mailed = {alert.pk for alert in alerts if alert.tier in tiers}
    immediate = {alert.pk for alert in alerts if alert.tier == Alert.Tier.IMMEDIATE}
    found = [each for each in messages if each.about in mailed]
    texted = []
    if found and SMS in ways_out():
        urgent = [each for each in found if each.about in immediate]
        texted = with_phone(found if len(urgent) < len(found) and is_left_alone(EMAIL) else urgent)
    return [*(beside(each, EMAIL) for each in found), *(beside(each, SMS) for each in texted)]


def with_phone(messages: Sequence[Message]) -> list[Message]:
    """Return those of `messages` whose recipient has a telephone number."""
    people = Staff.objects.filter(pk__in={each.recipient_id for each in messages}).exclude(phone="")
    reachable = set(people.values_list("pk", flat=True))
    return [each for each in messages if each.recipient_id in reachable]


def beside(message: Message, channel: Message.Channel) -> Message:
    """Return the unsaved message that tells the same by another way."""
    return Message(
        clinic_id=message.clinic_id,
        patient_id=message.patient_id,
        recipient_id=message.recipient_id,
        channel=channel,
        kind=message.kind,
        subject=message.subject,
        path=message.path,
        about=message.about,
        details=message.details,
        dedupe_key=f"{channel.value}:{meaning(message)}",
        not_before=message.not_before,
    )


def meaning(message: Message) -> str:
    """Return what a message means whichever way it goes: its key without the channel."""
    return message.dedupe_key.removeprefix(f"{message.channel}:")


def content(message: Message) -> Content:
    """Return what the message says: how urgent, of which clinic, until when, and where to read it."""
    alert = Alert.objects.select_related("clinic").get(pk=message.about)  # type: ignore[misc]  # an alert's has one
    urgency, clinic = alert.get_tier_display(), alert.clinic
    until = alert.answer_by.astimezone(clinic.zone)
    address = f"{settings.BASE_URL}{message.path}"
    if message.channel == SMS:
        return Content("", f"{urgency}: an alert of {clinic} waits for you, answer by {until:%H:%M}. {address}")
    step = message.details.get("step")
    since = moment_in_words(alert, alert.raised_at)
    nobody = f"Nobody has answered it since {since}; you are told as {step}. " if step else ""
    text = (
        f"An alert of {clinic} waits for you ({urgency.lower()}). {nobody}"
        f"It must be answered by {until:%a %-d %b %Y, %H:%M} ({clinic.time_zone}).\n\n"
        f"{address}\n\n"
        "This e-mail names no patient. Sign in to read the alert; answering this e-mail reaches nobody."
    )
    waits = "nobody has answered an alert" if step else "an alert waits for you"
    return Content(f"{urgency}: {waits}", text)


def unwanted(message: Message, now: datetime) -> str:
    """Say why the message is not to be sent any more: somebody answered the alert meanwhile, or it was closed."""
    alert = Alert.objects.filter(pk=message.about).first() if message.about else None
    if alert is None:
        return TAKEN_BACK
    return ANSWERED if alert.state != Alert.State.OPEN else ""


def register(kinds: Mapping[str, str], *, failed: Callable[[Message, datetime], None]) -> None:
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
            failed=failed,
        )
