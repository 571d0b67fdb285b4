"""Telling people of alerts: messages in their inboxes, written in the transaction of the cause."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial, reduce
from hashlib import sha256
from operator import or_
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from accounts.models import Staff
from events.actions import mark_read
from events.delivery.webhooks import webhook_messages
from events.models import Event, Message, MessageQuerySet
from labs.alerting.duty import roles_by_clinic
from labs.alerting.mailing import going_out
from labs.alerting.responsible import Concerned, concerned
from labs.models import Alert

LONGEST_SUBJECT = 200  # the column's
BATCH = 2000


class What(StrEnum):
    """What is told of an alert; the value is the kind of the message."""

    RAISED = "alert.raised"
    RAISED_AGAIN = "alert.raised_again"
    LATE = "alert.count_late"
    LAPSED = "alert.lapsed"


ESCALATED = "alert.escalated"  # to the next step of the ladder: the alert is told of, but not raised
WORDS = {
    What.RAISED: "",
    What.RAISED_AGAIN: ", raised again",
    What.LATE: ", raised again since the next blood count is late",
    What.LAPSED: ", back since its answer has run out",
}

TITLES: dict[str, str] = {
    What.RAISED: "Alert raised",
    What.RAISED_AGAIN: "Alert raised again",
    What.LATE: "Alert raised again, the next blood count is late",
    What.LAPSED: "Alert back, its answer has run out",
    ESCALATED: "Alert nobody has answered, next step of the ladder",
}


def tell_of_alert(alert: Alert, *, what: What, now: datetime) -> None:
    """Tell everybody whom `alert` concerns; see `tell_of_alerts`."""
    tell_of_alerts([alert], what=what, now=now)


def tell_of_alerts(alerts: Iterable[Alert], *, what: What, now: datetime) -> None:
    """Write one message per alert and person it concerns: the same few queries for any number of alerts.

    A raising is told once: the key is the alert, the kind, when it was raised, and the person.
    """
    alerts = list(alerts)
    whom = concerned(alerts, now=now)
    reached, left = [], []
    for alert in alerts:
        to = whom[alert.pk]
        write = partial(notice, alert, what, WORDS[what], to.call, now=now)
        reached += [write(person) for person in to.staff]
        left += [write(person, is_away=True) for person in to.away]
    send([*reached, *left, *going_out(reached, alerts), *webhook_messages(reached)])


def tell_of_step(alert: Alert, to: Concerned, *, step: str, now: datetime) -> None:
    """Tell the people of a step of the ladder, in words, that nobody has answered `alert`; each step is told once."""
    write = partial(notice, alert, ESCALATED, ", nobody has answered", to.call, now=now, step=step)
    reached = [write(person) for person in to.staff]
    left = [write(person, is_away=True) for person in to.away]
    send([*reached, *left, *going_out(reached, [alert], tiers=Alert.Tier), *webhook_messages(reached)])


def notices_of(alert: Alert) -> MessageQuerySet:
    """Return the messages in inboxes that told people of `alert` since it was last raised."""
    # The keys begin with kind and alert, and have an index; the column that names the alert has none.
    own = reduce(or_, (Q(dedupe_key__startswith=f"{kind}:{alert.pk}:") for kind in (*What, ESCALATED)))
    return Message.objects.in_app().filter(own, recipient__isnull=False, not_before__gte=alert.raised_at)


def told_of(alert: Alert) -> set[UUID]:
    """Return who was told of `alert` since it was last raised; not who was away and finds it when they are back."""
    told = notices_of(alert).exclude(details__has_key="away")
    return {person for person in told.values_list("recipient", flat=True) if person}


def notice(
    alert: Alert,
    kind: str,
    words: str,
    call: str,
    person: UUID,
    *,
    now: datetime,
    step: str = "",
    is_away: bool = False,
) -> Message:
    """Return the unsaved message to a person of one step of an alert's ladder; which step, and since when, it keeps."""
    to_call = f", call {call}" if call else ""
    subject = f"{alert.get_tier_display()}{words}{to_call}: {alert.sentence}"
    raised = alert.raised_at.isoformat()
    about = f"{raised}:{alert.notices}" if step else raised
    found = message(alert, person, kind, subject, about=about, now=now)
    found.details = {"raised_at": raised, "notice": alert.notices, "step": step}
    if is_away:
        found.details["away"] = True
    return found


def tell_of_amendment(alert: Alert, sentence: str, now: datetime) -> None:
    """Tell whoever acted on `alert` that a corrected result changed it; see `tell_of_amendments`."""
    tell_of_amendments([(alert, sentence)], now=now)


def tell_of_amendments(amended: Sequence[tuple[Alert, str]], *, now: datetime) -> None:
    """Tell whoever acted on each alert, or was told of it by name, what a corrected result changed.

    Where all of them have left the clinic, whom the alert concerns now. An alert nobody acted on tells nobody.
    """
    acted = actors([alert for alert, _ in amended])
    working = roles_by_clinic({alert.clinic_id for alert, _ in amended})
    left = [alert for alert, _ in amended if acted[alert.pk] and acted[alert.pk].isdisjoint(working[alert.clinic_id])]
    instead = concerned(left, now=now)
    messages = []
    for alert, sentence in amended:
        people = instead[alert.pk].staff if alert.pk in instead else acted[alert.pk] & working[alert.clinic_id].keys()
        about = f"{now.isoformat()}:{sha256(sentence.encode()).hexdigest()[:12]}"
        subject = f"Corrected result: {sentence}"
        messages += [message(alert, person, "alert.amended", subject, about=about, now=now) for person in people]
    send(messages)


def actors(alerts: Sequence[Alert]) -> Mapping[UUID, set[UUID]]:
    """Return who acted on each alert, owns it, or was told of it by name."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for alert in alerts:
        found[alert.pk] |= {person for person in (alert.owner_id, alert.answered_by_id) if person}
    for event in events_of(alerts):
        told = event.facts.get("told_staff") or event.facts.get("to_staff")
        people = {event.by_id, UUID(told) if told else None}
        found[UUID(event.facts["alert"])] |= {person for person in people if person}
    return found


def events_of(alerts: Sequence[Alert], *, kind: str = "") -> Iterator[Event]:
    """Yield the events of `alerts` (only those of one `kind`, when given), the oldest first."""
    for clinic in {alert.clinic_id for alert in alerts}:
        own = [alert for alert in alerts if alert.clinic_id == clinic]
        events = Event.objects.filter(clinic=clinic, facts__alert__in=[str(alert.pk) for alert in own])
        if all(alert.patient_id for alert in own):  # an index leads to a patient's events
            events = events.filter(patient__in={alert.patient_id for alert in own})
        if kind:
            events = events.filter(kind=kind)
        yield from events.select_related("by", "undone_by").order_by("at", "id")


def tell_person(alert: Alert, person: Staff, kind: str, subject: str, *, now: datetime) -> None:
    """Tell one person something about `alert`."""
    send([message(alert, person.pk, kind, subject, about=now.isoformat(), now=now)])


def read_of(alert: Alert, person: Staff, *, now: datetime) -> None:
    """Note that a person has read what they were told of `alert`."""
    unread = Message.objects.in_app().filter(recipient=person, path=page_of(alert), read_at__isnull=True)
    mark_read(messages=unread, by=person, now=now)


def page_of(alert: Alert) -> str:
    """Return the address of the alert's page."""
    return reverse("labs:alert", args=[alert.pk])


def message(alert: Alert, person: UUID, kind: str, subject: str, *, about: str, now: datetime) -> Message:
    """Return the unsaved message of `kind` to a person; `about` tells it from others of that kind."""
    return Message(
        clinic_id=alert.clinic_id,
        patient_id=alert.patient_id,
        recipient_id=person,
        channel=Message.Channel.INBOX,
        kind=kind,
        subject=shortened(subject),
        path=page_of(alert),
        about=alert.pk,
        dedupe_key=f"{kind}:{alert.pk}:{about}:{person}",
        state=Message.State.SENT,
        not_before=now,
        sent_at=now,
    )


def send(messages: Sequence[Message]) -> None:
    """Store messages of the in-app inbox, which delivers them; one that says the same is not written twice."""
    Message.objects.bulk_create(messages, batch_size=BATCH, ignore_conflicts=True)


def shortened(subject: str) -> str:
    """Return `subject` on one line, cut to the length that is stored."""
    line = " ".join(subject.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
