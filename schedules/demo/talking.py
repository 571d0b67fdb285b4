"""What the demo's clinic and its patients say to each other: reminders, an answer by link, calls, one bad number."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from django.conf import settings

from events.delivery.channels import AddressRefused
from events.delivery.claims import claim
from events.delivery.endings import failed, finish
from events.delivery.looking import begin
from events.delivery.sending import deliver_due
from events.models import Message
from patients.contacting import ContactFacts, log_contact, see_word
from patients.models import ContactEntry, Patient
from schedules.actions.reminders import plan_reminders
from schedules.actions.replies import Answer, answer_message
from schedules.demo.clinic import Demo
from schedules.models import PlannedVisit
from schedules.reminding.kind import KIND

DAY = timedelta(days=1)
REMINDED = 6  # days of reminders behind today
CALLED_AT = time(14, 10)
Outcome = ContactEntry.Outcome
NO_RED_FLAGS = dict.fromkeys(ContactEntry.RedFlag.values, False)


class Call(NamedTuple):
    """A call so many days ago, how it went, and what else the log says of it."""

    days: int
    outcome: str
    words: Mapping[str, Any] = MappingProxyType({})


# Attempts to reach those who are overdue, a line for each patient.
CALLS = (
    (Call(6, Outcome.NO_ANSWER), Call(4, Outcome.NO_ANSWER), Call(1, Outcome.NO_ANSWER)),
    (
        Call(5, Outcome.NO_ANSWER),
        Call(1, Outcome.CALL_AGAIN, {"said": "On a train.", "next_step": "Agree on a day for the blood count"}),
    ),
    (
        Call(
            2,
            Outcome.AGREED,
            {
                "answers": NO_RED_FLAGS,
                "said": "Had forgotten; feels well.",
                "advice": "To call day and night with fever or bleeding.",
                "next_step": "Comes this week",
            },
        ),
    ),
    (
        Call(
            3,
            Outcome.TOLD_US,
            {
                "direction": ContactEntry.Direction.IN,
                "answers": NO_RED_FLAGS,
                "said": "Tired, sleeps badly.",
                "advice": "To come if it gets worse.",
                "next_step": "Ask at the next visit",
            },
        ),
    ),
)


def talk(demo: Demo) -> None:
    """Write down the calls of the last days, and where nothing can leave also the reminders and what was answered."""
    call_who_is_overdue(demo)
    if settings.CAPTURE_MESSAGES:
        remind(demo)
        answer(demo)


def call_who_is_overdue(demo: Demo) -> None:
    """Log what came of calling some of the patients who are overdue."""
    overdue = PlannedVisit.objects.overdue(on=demo.today).filter(clinic=demo.clinic)
    patients = Patient.objects.filter(pk__in=overdue.values("patient")).select_related("clinic").order_by("mrn")
    for patient, calls in zip(patients, CALLS, strict=False):
        for call in calls:
            now = moment(demo, call.days, CALLED_AT)
            facts = ContactFacts(
                at=now,
                outcome=call.outcome,
                contact=patient.contacts.first(),
                call_again_on=demo.today if call.outcome == Outcome.CALL_AGAIN else None,
                **call.words,
            )
            log_contact(patient=patient, facts=facts, by=demo.coordinator, now=now)


def remind(demo: Demo) -> None:
    """Let the reminders of the last days leave, each at its hour; the first SMS of them has a number nobody has."""
    for days in range(REMINDED, 0, -1):
        now = moment(demo, days, demo.clinic.remind_at)
        plan_reminders(clinic=demo.clinic, now=now)
        if not Message.objects.filter(clinic=demo.clinic, state=Message.State.DEAD).exists():
            let_fail(now)
        let_leave(now)


def let_fail(now: datetime) -> None:
    """Let one SMS that is due be refused, as a provider refuses a number that is not in use."""
    claimed = claim(now=now, channel=Message.Channel.SMS, kinds=[KIND], limit=1)
    leaving = [message for message, envelope in begin(claimed.messages, claimed.token, now=now) if envelope]
    refused = AddressRefused("The number is not in use.")
    finish([failed(message, refused, now=now) for message in leaving], claimed.token, now=now)


def let_leave(now: datetime) -> None:
    """Let everything leave that is due; only where it is captured, so that nothing reaches anybody."""
    while settings.CAPTURE_MESSAGES and deliver_due(clock=lambda: now):
        pass


def answer(demo: Demo) -> None:
    """Let three of those reminded last answer by the link; one of us has dealt with one of the answers."""
    sent = Message.objects.filter(clinic=demo.clinic, kind=KIND, state=Message.State.SENT, contact__isnull=False)
    reached = list(sent.select_related("contact__patient").order_by("-sent_at", "patient__mrn")[:3])
    for message, said in zip(reached, (Answer.CALL, Answer.COME, Answer.COME), strict=False):
        answer_message(message=message, answer=said, now=moment(demo, 1, time(18, 20)))
    for word in ContactEntry.objects.unseen().filter(clinic=demo.clinic, said="Will come.")[:1]:
        now = moment(demo, 1, time(18, 45))
        see_word(entry=word, next_step="Nothing, the day stands", by=demo.coordinator, now=now)


def moment(demo: Demo, days: int, at: time) -> datetime:
    """Return the instant of a time by the clinic's clock, so many days ago."""
    return datetime.combine(demo.today - days * DAY, at, demo.clinic.zone)
