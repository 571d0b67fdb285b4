"""Writing down what happened, in the same transaction as the change itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from accounts.models import Clinic, Staff
from events.models import Event, Message
from iotrex_followup.errors import ReasonNeeded, TransitionRefused
from iotrex_followup.history import action, concern

LONGEST_OUTCOME = 200  # the column's

# What else follows from an event of this kind, in its transaction; the owning app registers it in AppConfig.ready.
FOLLOWING: defaultdict[str, list[Callable[[Event], None]]] = defaultdict(list)
# The event whose consequences are being drawn.
_followed: ContextVar[Event | None] = ContextVar("followed", default=None)


def record_event(
    kind: str, *, clinic: Clinic, by: Staff | None, patient: Any = None, reason: str = "", **facts: Any
) -> Event:
    """Write the event `kind` (past tense, such as `visit.done`) with the facts a reader needs; let follow what must.

    The last thing an action does: what follows sees the whole change. What is written meanwhile says which event it
    `follows`, so that it is not taken for something a person did since.
    """
    if (cause := _followed.get()) is not None:
        facts = {"follows": cause.pk} | facts
    event = Event.objects.create(clinic=clinic, patient=patient, kind=kind, facts=facts, reason=reason, by=by)
    follow_up(event)
    return event


def follow_up(event: Event) -> None:
    """Let follow what is registered for the kind of `event`, and at the end of the action what hangs on its patient."""
    concern(event.patient_id)
    token = _followed.set(_followed.get() or event)
    try:
        for follow in FOLLOWING.get(event.kind, ()):
            follow(event)
    finally:
        _followed.reset(token)


@action
def mark_read(*, messages: Iterable[Message], by: Staff, now: datetime) -> int:
    """Note that `by` has read those of `messages` that are theirs; return how many were unread.

    No event: it says nothing about a patient. The row history keeps it.
    """
    own = Message.objects.in_app().filter(
        recipient=by, pk__in=[message.pk for message in messages], read_at__isnull=True
    )
    return own.update(read_at=now)


@action
def send_again(*, message: Message, by: Staff, now: datetime) -> Message:
    """Let a message that failed, or of which nobody knows whether it arrived, be sent again, its tries counted anew.

    Raises   TransitionRefused: it did not fail.
    Records  message.sent_again
    """
    message = failed(message)
    message.state, message.not_before, message.tries = Message.State.DUE, now, 0
    message.details.pop("refused", None)
    message.save(update_fields=["state", "not_before", "tries", "details"])
    write_message_event("message.sent_again", message, by=by)
    return message


@action
def settle_message(*, message: Message, reason: str, by: Staff) -> Message:
    """Record that a message that failed is not needed any more, since its matter was settled otherwise.

    Raises   TransitionRefused: it did not fail.
    Raises   ReasonNeeded: no reason.
    Records  message.settled
    """
    message = failed(message)
    if not reason.strip():
        raise ReasonNeeded(["It did not arrive."], field="reason")
    message.state, message.outcome = Message.State.VOID, f"Settled: {reason.strip()}"[:LONGEST_OUTCOME]
    message.save(update_fields=["state", "outcome"])
    write_message_event("message.settled", message, by=by, reason=reason.strip())
    return message


@action
def carry_out_call(*, message: Message, reference: str, by: Staff, now: datetime) -> Message:
    """Record that a call one of us was to make was made; `reference` says by which entry of the contact log.

    Raises   TransitionRefused: it is not a call that waits.
    Records  message.carried_out
    """
    fresh = as_it_is(message)
    if fresh.channel != Message.Channel.CALL or fresh.state != Message.State.DUE:
        raise TransitionRefused(f"This is not a call that waits: {fresh.get_state_display().lower()}.")
    fresh.state, fresh.sent_at, fresh.provider_reference = Message.State.SENT, now, reference
    fresh.save(update_fields=["state", "sent_at", "provider_reference"])
    write_message_event("message.carried_out", fresh, by=by)
    return fresh


def as_it_is(message: Message) -> Message:
    """Return the message as it is now, locked."""
    rows = Message.objects.select_for_update(of=("self",)).select_related("clinic", "patient")
    fresh: Message = rows.get(pk=message.pk)
    return fresh


def failed(message: Message) -> Message:
    """Return the message as it is now, locked.

    Raises   TransitionRefused: it did not fail.
    """
    fresh = as_it_is(message)
    if fresh.state not in (Message.State.DEAD, Message.State.UNKNOWN):
        raise TransitionRefused(f"This message did not fail: {fresh.get_state_display().lower()}.")
    return fresh


def write_message_event(kind: str, message: Message, *, by: Staff, reason: str = "") -> None:
    """Write down what a person did about a message."""
    record_event(
        kind,
        clinic=message.clinic,
        patient=message.patient,
        by=by,
        reason=reason,
        message=message.pk,
        subject=message.subject,
    )
