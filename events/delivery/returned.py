"""What turns out later: a message that was taken did not arrive after all."""

from datetime import datetime

from accounts.models import Staff
from events.actions import LONGEST_OUTCOME, as_it_is, write_message_event
from events.delivery.endings import tell_failed
from events.models import Message
from iotrex_followup.errors import ReasonNeeded, TransitionRefused
from iotrex_followup.history import action


@action
def note_returned(*, message: Message, reason: str, for_good: bool, by: Staff, now: datetime) -> Message:
    """Record that an e-mail or SMS came back; `for_good`: nothing arrives at its address any more.

    It stands among those that failed, and what follows from a failure does: a reminder's address is noted as one that
    does not work, an alert goes another way.

    Raises   TransitionRefused: it did not leave by e-mail or SMS.
    Raises   ReasonNeeded: no reason.
    Records  message.returned
    """
    fresh = as_it_is(message)
    if not fresh.may_come_back:
        raise TransitionRefused(f"Only an e-mail or SMS that left can come back: {fresh.get_state_display().lower()}.")
    if not reason.strip():
        raise ReasonNeeded(["It came back."], field="reason")
    fresh.state, fresh.outcome = Message.State.DEAD, reason.strip()[:LONGEST_OUTCOME]
    if for_good:
        fresh.details = {**fresh.details, "refused": True}
    fresh.save(update_fields=["state", "outcome", "details"])
    tell_failed(fresh, now)
    write_message_event("message.returned", fresh, by=by, reason=reason.strip())
    return fresh
