"""Testing the ladder: the messages of a test, and how old the last answer is."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.models import LadderStep
from events.delivery.channels import ways_out
from events.delivery.kinds import KINDS, Content, MessageKind, Priority
from events.models import Message
from labs.alerting.mailing import EMAIL, SMS, beside, with_phone

KIND = "ladder.test"
TEST_HOLDS = timedelta(days=90)
SUBJECT = "Test of the ladder: say that this has reached you"


def is_tested(row: LadderStep, now: datetime) -> bool:
    """Say whether the person said within the last 90 days that a test had reached them."""
    return row.test_answered_at is not None and now - row.test_answered_at <= TEST_HOLDS


def test_messages(rows: Iterable[LadderStep], *, now: datetime) -> list[Message]:
    """Return the unsaved messages of a test: as an immediate alert would be told, by inbox, e-mail and SMS."""
    inbox = [
        Message(
            clinic_id=row.clinic_id,
            recipient_id=row.staff_id,
            channel=Message.Channel.INBOX,
            kind=KIND,
            subject=SUBJECT,
            path=reverse("labs:answer_ladder_test", args=[row.pk]),
            about=row.pk,
            dedupe_key=test_key(row, now),
            state=Message.State.SENT,
            not_before=now,
            sent_at=now,
        )
        for row in rows
    ]
    texted = with_phone(inbox) if SMS in ways_out() else ()
    return [*inbox, *(beside(each, EMAIL) for each in inbox), *(beside(each, SMS) for each in texted)]


def test_key(row: LadderStep, at: datetime) -> str:
    """Return the key of the test that was sent at `at` to the person of `row`."""
    return f"{KIND}:{row.pk}:{at.astimezone(UTC).isoformat()}"


def refused_of(rows: Iterable[LadderStep]) -> dict[UUID, list[Message]]:
    """Return what of the last test of each row, by its id, could not be sent: one query."""
    keys = [test_key(row, row.test_sent_at) for row in rows if row.test_sent_at]
    found = defaultdict(list)
    sent = [f"{channel}:{key}" for key in keys for channel in (EMAIL, SMS)]
    dead = Message.objects.filter(dedupe_key__in=sent, state=Message.State.DEAD)
    for each in dead.order_by("id"):
        if each.about:
            found[each.about].append(each)
    return dict(found)


def content(message: Message) -> Content:
    """Return what the e-mail or SMS of a test says."""
    address = f"{settings.BASE_URL}{message.path}"
    if message.channel == SMS:
        return Content("", f"Test of the ladder of {message.clinic}, no alert waits. Say that it arrived: {address}")
    text = (
        f"This is a test of the ladder of {message.clinic}: whom an alert reaches when nobody answers it. "
        "No alert waits.\n\n"
        f"Open this page and say that it has reached you:\n{address}"
    )
    return Content(SUBJECT, text)


def unwanted(message: Message, now: datetime) -> str:
    """Say why it is not to be sent any more: the person is no longer on the ladder, or has answered."""
    row = LadderStep.objects.filter(pk=message.about).first() if message.about else None
    if row is None:
        return "They are no longer on the ladder."
    answered = row.test_answered_at is not None and row.test_answered_at >= message.not_before
    return "The test was answered before it left." if answered else ""


def register() -> None:
    """Let the delivery know how tests go out."""
    KINDS[KIND] = MessageKind(content=content, unwanted=unwanted, again_if_unknown=True, priority=Priority.ALERT)
