"""Reminders written ahead by rule, and taken back in the transaction of the fact that makes them untrue."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts.models import Clinic, Staff
from events.actions import record_event
from events.models import Message
from events.undo import Changes
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action, is_entered
from schedules.models import ReminderPolicy, ReminderText
from schedules.names import ACTIVITY_NAMES
from schedules.reminders.letters import LeftOut, Letter
from schedules.reminders.rules import Rule, RulesUnsound, read_rules, shipped_rules
from schedules.reminders.texts import Name, Text, shipped_texts
from schedules.reminding.facts import Planned, hours_of, plan
from schedules.reminding.kind import KIND, SUBJECT
from schedules.reminding.preview import mistakes_of
from schedules.reminding.truth import Untrue, untrue

LOCKS = 4216  # first key of the advisory locks of sweeps; the second is made of the clinic's id
NOBODY_CALLED = "Nobody called in time."
State, Channel = Message.State, Message.Channel
WAYS = (Channel.SMS, Channel.EMAIL, Channel.CALL)


@action
def plan_reminders(*, clinic: Clinic, now: datetime) -> int:
    """Write the reminders that are wanted within the horizon, and return how many messages were written or changed.

    Running it twice, or at once, changes nothing: what a message tells is its key, and one sweep of a clinic runs at a
    time. No event: they are messages, and the row history keeps them.
    """
    if not only_sweep_of(clinic):
        return 0
    expire_calls(clinic, now=now)
    take_back_waiting(clinic, Untrue.HOURS, ~Q(local_at=hours_of(clinic, clinic.time_zone).at))
    planned = plan(clinic, now=now)
    fresh = [row_of(letter, planned, clinic) for letter in planned.letters if letter.message is None]
    fresh += [row_of_left_out(each, planned, clinic, now=now) for each in planned.left_out]
    Message.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    added = [letter for letter in planned.letters if letter.message]
    return len(fresh) + sum(tell_in_stored(letter, planned) for letter in added)


def only_sweep_of(clinic: Clinic) -> bool:
    """Say whether no other sweep of the clinic runs, and keep others away until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, str(clinic.pk)])
        (alone,) = cursor.fetchone()
    return bool(alone)


def expire_calls(clinic: Clinic, *, now: datetime) -> None:
    """End the calls nobody made in time; no worker does it, since calls are made by people."""
    late = Message.objects.filter(clinic=clinic, kind=KIND, channel=Channel.CALL, state=State.DUE, expires_at__lte=now)
    late.update(state=State.EXPIRED, outcome=NOBODY_CALLED)


def row_of(letter: Letter, planned: Planned, clinic: Clinic) -> Message:
    """Return the unsaved message of a letter."""
    zone = planned.zones[letter.patient]
    return Message(
        clinic=clinic,
        patient_id=letter.patient,
        contact_id=letter.contact,
        channel=letter.channel,
        kind=KIND,
        subject=SUBJECT,
        details={"items": letter.items},
        local_day=letter.day,
        local_at=hours_of(clinic, zone).at,
        zone=zone,
        dedupe_key=free_key(letter.key, planned.written[letter.patient].keys),
        not_before=letter.not_before,
        expires_at=letter.expires_at,
    )


def row_of_left_out(each: LeftOut, planned: Planned, clinic: Clinic, *, now: datetime) -> Message:
    """Return the unsaved message to nobody that says why a reminder is not sent, so that each is accounted for."""
    return Message(
        clinic=clinic,
        patient_id=each.patient,
        channel=Channel.EMAIL,
        kind=KIND,
        subject=SUBJECT,
        details={"items": [each.item]},
        local_day=each.day,
        local_at=clinic.remind_at,
        zone=planned.zones[each.patient],
        dedupe_key=each.key,
        state=State.VOID,
        not_before=now,
        outcome=each.why,
    )


def free_key(key: str, keys: Sequence[str]) -> str:
    """Return the key of a message; one that was taken back and is wanted again has a number behind it."""
    before = sum(each == key or each.startswith(f"{key}:") for each in keys)
    return f"{key}:{before}" if before else key


def tell_in_stored(letter: Letter, planned: Planned) -> bool:
    """Tell what a letter adds in the message that waits already; not when a worker has it by now."""
    waiting = Message.objects.select_for_update(of=("self",), skip_locked=True)
    message = waiting.filter(pk=letter.message, state=State.DUE).first() if letter.message else None
    if message is None:
        return False
    letter.items = [*message.details["items"], *letter.items]
    message.details = {**message.details, "items": letter.items}
    message.expires_at = min(message.expires_at or letter.expires_at, letter.expires_at)
    message.dedupe_key = free_key(letter.key, planned.written[letter.patient].keys)
    message.save(update_fields=["details", "expires_at", "dedupe_key"])
    return True


def void_untrue(patients: set[UUID]) -> None:
    """Take back the waiting reminders of `patients` that do not hold any more, at the end of an action about them.

    One short query where nothing waits, none for patients the action itself has entered. What a worker has locked is
    left to it: it looks at the facts itself before it sends.
    """
    known = [pk for pk in patients if not is_entered(pk)]
    if known:
        void(waiting_of(known))


def waiting_of(patients: Iterable[UUID]) -> list[Message]:
    """Return the reminders of `patients` that have not begun to leave, locked, with patients and contacts."""
    rows = Message.objects.going_out().filter(patient__in=list(patients), kind=KIND)
    # One that failed is due again with the mark of having left.
    rows = rows.filter(Q(state=State.DUE) | Q(state=State.CLAIMED, sending_since__isnull=True))
    if not rows.exists():  # as most often
        return []
    locked = rows.select_for_update(of=("self",), skip_locked=True)
    return list(locked.select_related("patient", "contact", "clinic").order_by("pk"))


def void(messages: Sequence[Message]) -> None:
    """Take back those of `messages` that do not hold any more, each with its reason."""
    if messages:
        for pk, why in untrue(messages).items():
            take_back([pk], why)


def take_back(messages: Iterable[UUID], why: str) -> None:
    """Mark messages as no longer wanted; a claim on them is lost."""
    Message.objects.filter(pk__in=list(messages)).update(state=State.VOID, outcome=why, token=None, lease_until=None)


def take_back_waiting(clinic: Clinic, why: str, *which: Q) -> None:
    """Take back what waits of a clinic: the next sweep writes anew what is wanted by what holds now."""
    waiting = Message.objects.filter(*which, clinic=clinic, channel__in=WAYS, kind=KIND, state=State.DUE)
    take_back(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True), why)


@action
def set_reminder_rules(*, clinic: Clinic, rules: Sequence[Mapping[str, Any]], by: Staff) -> ReminderPolicy:
    """Set when the clinic reminds its patients from now on; what waits is taken back and written anew by the new rules.

    Raises   InputRefused: a rule is none; it names the row.
    Records  reminder_rules.changed, which can be undone; nothing when nothing changes
    """
    try:
        read = read_rules(rules, ACTIVITY_NAMES)
    except RulesUnsound as error:
        first = error.mistakes[0]
        raise InputRefused(str(error), field=f"rules.{first.row - 1}.{first.key}") from error
    changes = Changes()
    policy = ReminderPolicy.objects.select_for_update(of=("self",)).filter(clinic=clinic).first()
    content = [rule.content for rule in read]
    if (policy.rules if policy else as_stored(shipped_rules())) == content:
        return policy or ReminderPolicy(clinic=clinic, rules=content)
    if policy:
        changes.watch(policy)
        policy.rules = content
        policy.save()
    else:
        policy = ReminderPolicy.objects.create(clinic=clinic, rules=content)
        changes.created(policy, undone={"rules": as_stored(shipped_rules())})
    take_back_waiting(clinic, Untrue.RULES)
    record_event(
        "reminder_rules.changed",
        clinic=clinic,
        by=by,
        active=sum(rule.active for rule in read),
        rows=changes.facts(),
    )
    return policy


def as_stored(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Return rules as a policy keeps them."""
    return [rule.content for rule in rules]


@action
def save_reminder_text(*, clinic: Clinic, name: Name, text: Text, by: Staff) -> ReminderText:
    """Set a clinic's own words for one text; saving a text of preparation confirms it.

    Raises   InputRefused: there is no such text, or it has a mistake; at its subject or body.
    Records  reminder_text.changed
    """
    refuse_unknown(name)
    subject, body = text.subject.strip(), "\n".join(text.body.strip().splitlines())
    text = Text(subject, body)
    mistakes = mistakes_of(clinic, name, text)
    if mistakes:
        words = " ".join(each.what[0].upper() + each.what[1:] for each in mistakes if each.field == mistakes[0].field)
        raise InputRefused(words, field=mistakes[0].field)
    row, _ = ReminderText.objects.update_or_create(
        clinic=clinic,
        name=name.name,
        channel=name.channel,
        language=name.language,
        defaults={"subject": subject, "body": body},
    )
    write_text_event("reminder_text.changed", clinic, name, by=by)
    return row


@action
def reset_reminder_text(*, clinic: Clinic, name: Name, by: Staff) -> None:
    """Take a clinic's own words for one text away: the shipped ones hold; those of preparation wait to be confirmed.

    Raises   InputRefused: there is no such text.
    Records  reminder_text.reset; nothing when the clinic has no own words
    """
    refuse_unknown(name)
    own = ReminderText.objects.filter(clinic=clinic, name=name.name, channel=name.channel, language=name.language)
    if own.delete()[0]:
        write_text_event("reminder_text.reset", clinic, name, by=by)


def refuse_unknown(name: Name) -> None:
    """Raise InputRefused when there is no such text."""
    if name not in shipped_texts():
        raise InputRefused("There is no such text; the list of texts names all.", field="name")


def write_text_event(kind: str, clinic: Clinic, name: Name, *, by: Staff) -> None:
    """Write down that the words of a text are others now."""
    record_event(kind, clinic=clinic, by=by, text=name.name, channel=name.channel, language=name.language)
