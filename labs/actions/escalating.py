"""Telling people that held-back rows have waited too long."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from accounts.models import Clinic
from events.models import Message
from labs.alerting.duty import duties
from labs.alerting.notifying import send, shortened
from labs.intake.quarantine import Cause, causes, open_items
from labs.models import QuarantineItem
from schedules.protocol.trace import words


def escalate_quarantine(*, now: datetime) -> None:
    """Tell the clinicians and the owners of what is held back beyond its working day, once a day and cause."""
    waiting = QuarantineItem.objects.filter(state=QuarantineItem.State.OPEN)
    for clinic in Clinic.objects.filter(pk__in=waiting.values("clinic")):
        send(list(overdue_messages(clinic, now)))


def overdue_messages(clinic: Clinic, now: datetime) -> Iterator[Message]:
    """Yield a message for each overdue cause and person it concerns, and for who stands in for those who are away.

    A person who left the clinic gets none.
    """
    today = clinic.local_date(now)
    duty = duties({clinic.pk: today})[clinic.pk]
    for cause in causes(open_items(clinic).filter(due_on__lt=today)):
        people = {*duty.clinicians, *(owner for owner in cause.owners if owner in duty.roles)}
        for person in sorted(people.union(duty.reached(sorted(people)).staff)):
            yield Message(
                clinic=clinic,
                recipient_id=person,
                channel=Message.Channel.INBOX,
                kind="held_back.overdue",
                subject=shortened(overdue_words(cause)),
                path=reverse("labs:quarantine_item", args=[cause.first]),
                dedupe_key=f"held_back.overdue:{cause.first}:{today}:{person}",
                state=Message.State.SENT,
                not_before=now,
                sent_at=now,
            )


def overdue_words(cause: Cause) -> str:
    """Return "417 held-back rows wait beyond Wed 27 Mar 2024: Code not known, “PLT2” of North"."""
    rows = f"{cause.rows} held-back rows wait" if cause.rows > 1 else "A held-back row waits"
    what = ", ".join(filter(None, [QuarantineItem.Problem(cause.problem).label, cause.words]))
    return f"{rows} beyond {words(cause.due_on)}: {what}{' of ' if cause.laboratory else ''}{cause.laboratory}"
