"""What people answer by the link in a message."""

from datetime import datetime
from enum import StrEnum

from events.models import Message
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from patients.actions import lock_patient, stop_messages
from patients.contacting import ContactFacts, log_contact
from patients.models import ContactEntry


class Answer(StrEnum):
    """What can be answered."""

    COME = "come"
    CALL = "call"
    STOP_SMS = "stop_sms"
    STOP_EMAIL = "stop_email"


# What an answer is in the log of contacts; the words are for us.
OUTCOMES = {Answer.COME: ContactEntry.Outcome.AGREED, Answer.CALL: ContactEntry.Outcome.TOLD_US}
SAID = {Answer.COME: "Will come.", Answer.CALL: "Please call me."}
CHANNELS = {Answer.STOP_SMS: "sms", Answer.STOP_EMAIL: "email"}


@action
def answer_message(*, message: Message, answer: str, now: datetime) -> None:
    """Take in what somebody answered by the link in a reminder; the same answer again changes nothing.

    An answer is a word from them in the log of contacts, which somebody of us has yet to see. To stop messages is
    their consent taken back: what waits for them goes no more.

    Raises   InputRefused: no such answer, or a message to nobody.
    Raises   TransitionRefused: the patient's record is closed.
    Records  contact_log.recorded, or contact.stopped_messages
    """
    if answer not in list(Answer):
        raise InputRefused("There is no such answer.", field="answer")
    contact = message.contact
    if contact is None:
        raise InputRefused("Nobody can answer this message.")
    patient = lock_patient(contact.patient)  # one answer at a time
    if (chosen := Answer(answer)) in CHANNELS:
        stop_messages(contact=contact, channel=CHANNELS[chosen])
        return
    replies = ContactEntry.objects.filter(message=message, contact=contact, means=ContactEntry.Means.REPLY)
    if replies.filter(said=SAID[chosen], withdrawn=False).exists():
        return
    facts = ContactFacts(
        direction=ContactEntry.Direction.IN,
        means=ContactEntry.Means.REPLY,
        at=now,
        outcome=OUTCOMES[chosen],
        contact=contact,
        messages=(message,),
        said=SAID[chosen],
    )
    log_contact(patient=patient, facts=facts, by=None, now=now)
