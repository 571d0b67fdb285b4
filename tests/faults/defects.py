"""Deliberate defects, put into the product's functions from outside: each must be caught by the scenario it names.

The product has no switch for any of them. In the campaign: `bin/test faults --defect NAME`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db.models import F
from pytest import MonkeyPatch  # noqa: PT013 (as in points.py)

from events.delivery import backoff, breaker, claims, endings, looking, sending
from events.delivery.channels import CHANNELS, Envelope, NotSent, Refused, Unanswered, email
from events.delivery.kinds import KINDS
from events.models import Message
from tests.faults.kinds import SORTS

State = Message.State


@dataclass(frozen=True)
class Defect:
    """How it is put in, and the scenario that catches it."""

    put_in: Callable[[MonkeyPatch], None]
    caught_by: str


def statement(name: str, words: str, instead: str) -> Callable[[MonkeyPatch], None]:
    """Change the words of one of the claims' statements."""

    def put_in(patch: MonkeyPatch) -> None:
        text: str = getattr(claims, name)
        if words not in text:
            raise LookupError(f"{name} has no {words!r} any more: fit the defect to it")
        patch.setattr(claims, name, text.replace(words, instead))

    return put_in


def kinds(**changed: Any) -> Callable[[MonkeyPatch], None]:
    """Have the sending take the kinds for others than they are."""

    def put_in(patch: MonkeyPatch) -> None:
        others = {**KINDS, **{name: replace(KINDS[name], **changed) for name in SORTS}}
        for module in (sending, looking, endings):
            patch.setattr(module, "KINDS", others)

    return put_in


def end_without_token(patch: MonkeyPatch) -> None:
    def end(pk: UUID, token: UUID, **fields: Any) -> bool:
        return bool(Message.objects.filter(pk=pk).update(token=None, lease_until=None, **fields))

    patch.setattr(endings, "end", end)
    statement("END_SENT", "AND message.token = %(token)s AND message.state = 'claimed'", "")(patch)


def after_begin(**fields: Any) -> Callable[[MonkeyPatch], None]:
    """Have `begin` leave the columns of messages that are about to leave otherwise."""

    def put_in(patch: MonkeyPatch) -> None:
        begin = sending.begin

        def begun(pks: Sequence[UUID], token: UUID, *, now: datetime) -> list[tuple[Message, Envelope | None]]:
            until = dict(Message.objects.filter(pk__in=pks).values_list("pk", "lease_until"))
            looked_at = begin(pks, token, now=now)
            for message, envelope in looked_at:
                if envelope:
                    values = {
                        name: until[message.pk] if value == "as claimed" else value for name, value in fields.items()
                    }
                    Message.objects.filter(pk=message.pk).update(**values)
            return looked_at

        patch.setattr(sending, "begin", begun)

    return put_in


def sent_before_sending(patch: MonkeyPatch) -> None:
    begin = sending.begin

    def begun(pks: Sequence[UUID], token: UUID, *, now: datetime) -> list[tuple[Message, Envelope | None]]:
        looked_at = begin(pks, token, now=now)
        leaving = [message.pk for message, envelope in looked_at if envelope]
        Message.objects.filter(pk__in=leaving).update(state=State.SENT, sent_at=now, token=None, lease_until=None)
        return looked_at

    patch.setattr(sending, "begin", begun)


def lease_never_lapses(patch: MonkeyPatch) -> None:
    patch.setattr(sending, "free", lambda *, now: Counter())


def failure_not_told(patch: MonkeyPatch) -> None:
    for module in (sending, looking, endings):
        patch.setattr(module, "tell_failed", lambda message, now: None)


def breaker_never_opens_again(patch: MonkeyPatch) -> None:
    open_channels = breaker.open_channels

    def those_without_failures(names: Any, *, now: datetime) -> dict[str, int | None]:
        return {name: most for name, most in open_channels(names, now=now).items() if most is None}

    patch.setattr(breaker, "open_channels", those_without_failures)


def expiry_ignored(patch: MonkeyPatch) -> None:
    held = looking.held

    def without_end(pks: Sequence[UUID], token: UUID, *, now: datetime) -> list[Message]:
        messages = held(pks, token, now=now)
        for message in messages:
            message.expires_at = None
        return messages

    patch.setattr(looking, "held", without_end)


def longest_wait_unbounded(patch: MonkeyPatch) -> None:
    patch.setattr(backoff, "LONGEST", timedelta(days=36500))
    patch.setattr(backoff, "GROWTH", 30)


def channel(change: Callable[[Envelope], Envelope]) -> Callable[[MonkeyPatch], None]:
    """Have each way out send another envelope than it is given."""

    def put_in(patch: MonkeyPatch) -> None:
        for name, send in list(CHANNELS.items()):
            patch.setitem(CHANNELS, name, lambda envelope, send=send: send(change(envelope)))

    return put_in


def key_of_each_try(patch: MonkeyPatch) -> None:
    channel(lambda envelope: replace(envelope, key=uuid4()))(patch)


def refusal_taken_for_a_deferral(patch: MonkeyPatch) -> None:
    for name, send in list(CHANNELS.items()):

        def later(envelope: Envelope, send: Callable[[Envelope], str] = send) -> str:
            try:
                return send(envelope)
            except Refused as error:
                raise NotSent(str(error)) from error

        patch.setitem(CHANNELS, name, later)


def deferral_taken_for_a_refusal(patch: MonkeyPatch) -> None:
    patch.setattr(email, "_refusal", lambda code, for_good: Refused(f"The mail server answered {code}."))


def silence_taken_for_success(patch: MonkeyPatch) -> None:
    for name, send in list(CHANNELS.items()):

        def sent(envelope: Envelope, send: Callable[[Envelope], str] = send) -> str:
            try:
                return send(envelope)
            except Unanswered:
                return ""

        patch.setitem(CHANNELS, name, sent)


def silence_taken_for_nothing_sent(patch: MonkeyPatch) -> None:
    patch.setattr(endings, "again_or_unknown", endings.again_or_dead)


def hour_without_zone(patch: MonkeyPatch) -> None:
    def naive(day: date, at: time, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, at, UTC)

    patch.setattr(looking, "instant", naive)


def waiting_costs_a_try(patch: MonkeyPatch) -> None:
    kept_until = looking.kept_until

    def kept(message: Message, *rest: Any) -> datetime | None:
        later = kept_until(message, *rest)
        if later:
            message.tries += 1
        return later

    patch.setattr(looking, "kept_until", kept)


def tries_counted_when_it_ends(patch: MonkeyPatch) -> None:
    statement("CLAIM", "tries = tries + 1", "tries = tries")(patch)
    statement("END_SENT", "outcome = '',", "outcome = '', tries = tries + 1,")(patch)
    end = endings.end

    def counted(pk: UUID, token: UUID, **fields: Any) -> bool:
        return end(pk, token, **fields, tries=F("tries") + 1)

    patch.setattr(endings, "end", counted)


DEFECTS: dict[str, Defect] = {
    "ended-without-token": Defect(end_without_token, "paused: taken"),
    "begun-without-token": Defect(
        statement("HOLD", "AND token = %(token)s AND state = 'claimed'", ""), "paused: claimed"
    ),
    "sent-before-sending": Defect(sent_before_sending, "killed: leaving"),
    "claims-what-is-claimed": Defect(
        statement("CLAIM", "state = 'due'", "state IN ('due', 'claimed')"), "met by another"
    ),
    "claims-without-lock": Defect(statement("CLAIM", "FOR UPDATE SKIP LOCKED", ""), "claimed at once"),
    "lease-never-lapses": Defect(lease_never_lapses, "killed: claimed"),
    "lease-not-renewed": Defect(after_begin(lease_until="as claimed"), "slow batch"),
    "leaving-not-marked": Defect(after_begin(sending_since=None), "killed: taken"),
    "lapsed-is-always-due": Defect(statement("FREE", "(sending_since IS NULL OR", "(TRUE OR"), "killed: taken"),
    "failure-not-told": Defect(failure_not_told, "killed: taken"),
    "tries-counted-when-it-ends": Defect(tries_counted_when_it_ends, "poison"),
    "poison-never-dies": Defect(kinds(most_tries=10**4), "poison"),
    "due-a-moment-late": Defect(statement("CLAIM", "not_before <=", "not_before <"), "due now"),
    "due-at-any-time": Defect(statement("CLAIM", "not_before <= %(now)s", "TRUE"), "of later"),
    "silence-is-nothing-sent": Defect(silence_taken_for_nothing_sent, "provider: take and drop"),
    "silence-is-success": Defect(silence_taken_for_success, "provider: drop"),
    "unknown-is-the-end": Defect(kinds(again_if_unknown=False), "provider: take and drop"),
    "refusal-is-a-deferral": Defect(refusal_taken_for_a_deferral, "provider: refuse"),
    "deferral-is-a-refusal": Defect(deferral_taken_for_a_refusal, "provider: defer"),
    "breaker-never-opens-again": Defect(breaker_never_opens_again, "provider away and back"),
    "wait-without-bound": Defect(longest_wait_unbounded, "deferred to the last try"),
    "expiry-ignored": Defect(expiry_ignored, "too late"),
    "unwanted-not-asked": Defect(kinds(unwanted=lambda message, now: ""), "not wanted"),
    "key-of-each-try": Defect(key_of_each_try, "provider: take and drop"),
    "hour-without-zone": Defect(hour_without_zone, "its own hour"),
    "waiting-costs-a-try": Defect(waiting_costs_a_try, "kept waiting"),
}
