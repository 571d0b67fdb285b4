"""How reminders leave: looked at once more, at an hour that suits, in the words of the clinic and their language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from events.delivery.kinds import KINDS, Content, MessageKind
from events.models import Message
from patients.actions import note_fault
from patients.models import Contact
from schedules.models import PlannedActivity
from schedules.reminders.rules import Moment
from schedules.reminders.wanted import DAY
from schedules.reminding.facts import hours_of
from schedules.reminding.kind import KIND
from schedules.reminding.links import link_of
from schedules.reminding.truth import CONSENTS, Untrue, untrue
from schedules.reminding.wording import Words


def content(message: Message) -> Content:
    """Return what the reminder says, in the language of who reads it."""
    items = message.details["items"]
    visits = [item["visit"] for item in items]
    planned = PlannedActivity.objects.filter(visit__in=visits, status="planned")
    activities = set(planned.values_list("activity", flat=True))
    language = message.contact.language if message.contact else "en"
    words = Words.of(message.clinic)
    return words.letter(items, activities, channel=message.channel, language=language, link=link_of(message))


def unwanted(message: Message, now: datetime) -> str:
    """Say why the reminder is not to be sent any more: told from the facts as they are now, never after its visit.

    Only the message is locked, the facts are read: what changes them takes messages back at its end without waiting
    for one that a worker has, so that neither waits for the other.
    """
    if why := untrue([message]).get(message.pk):
        return why
    today = message.clinic.local_date(now)
    for item in message.details["items"]:
        came = item["booked"] if item["moment"] == Moment.BEFORE_BOOKED else item["window"]
        if item["moment"] != Moment.OVERDUE and came[0] <= today.isoformat():
            return Untrue.TOO_LATE
    return ""


def waits_until(message: Message, now: datetime) -> datetime | None:
    """Return when the quiet hours end in which the message would leave, by the wall clock of who reads it."""
    hours = hours_of(message.clinic, message.zone)
    local = now.astimezone(ZoneInfo(message.zone))
    if not hours.is_quiet(local.time()):
        return None
    ends = (hours.instant(day, hours.quiet_until, hours.zone) for day in (local.date(), local.date() + DAY))
    return next((end for end in ends if end > now), None)


def is_other_address(message: Message, contact: Contact) -> bool:
    """Say whether the contact had another address for the message's channel when it left."""
    _, address, _ = CONSENTS[Message.Channel(message.channel)]
    if message.sent_at is None:
        return False
    before = contact.row_history.filter(pgh_created_at__lte=message.sent_at)  # type: ignore[attr-defined]  # tracked
    then = before.order_by("-pgh_id").values_list(address, flat=True).first()
    return then is not None and then != getattr(contact, address)


def failed(message: Message, now: datetime) -> None:
    """Note an address that the other side refused for good, so that nothing more is sent there.

    What came back after another address was entered says nothing of that one.
    """
    if message.details.get("refused") and message.contact and not is_other_address(message, message.contact):
        note_fault(contact=message.contact, channel=message.channel, fault=message.outcome)


def register() -> None:
    """Let the delivery know how reminders are sent: rather never than twice."""
    KINDS[KIND] = MessageKind(content, unwanted, again_if_unknown=False, waits_until=waits_until, failed=failed)
