"""What people answer by the link in a message."""

from datetime import datetime
from enum import StrEnum

from events.actions import record_event
from events.models import Message
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from patients.actions import stop_messages
from patients.models import Contact, ContactEntry


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
    Records  message.answered, or contact.stopped_messages
    """
    if answer not in list(Answer):
        raise InputRefused("There is no such answer.", field="answer")
    contact, patient = message.contact, message.patient
    if contact is None or patient is None:
        raise InputRefused("Nobody can answer this message.")
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)  # one answer at a time
    if (chosen := Answer(answer)) in CHANNELS:
        stop_messages(contact=contact, channel=CHANNELS[chosen])
        return
    said = ContactEntry.objects.filter(message=message, patient=patient, means=ContactEntry.Means.REPLY)
    if said.filter(contact=contact, said=SAID[chosen]).exists():
        return
    ContactEntry.objects.create(
        clinic=message.clinic,
        patient=patient,
        contact=contact,
        message=message,
        direction=ContactEntry.Direction.IN,
        means=ContactEntry.Means.REPLY,
        at=now,
        outcome=OUTCOMES[chosen],
        said=SAID[chosen],
    )
    record_event(
        "message.answered",
        clinic=message.clinic,
        patient=patient,
        by=None,
        message=message.pk,
        contact=contact.pk,
        name=str(contact),
        said=SAID[chosen],
    )
