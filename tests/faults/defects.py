"""Deliberate defects, put into the product's functions from outside: each must be caught by the scenario it names.

The product has no switch for any of them. In the campaign: `bin/test faults --defect NAME`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db.models import F
from pytest import MonkeyPatch  # noqa: PT013 (as in points.py)

from events.delivery import backoff, breaker, claims, sending
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
        patch.setattr(claims, name, text.replace(words, instead, 1))

    return put_in


def kinds(**changed: Any) -> Callable[[MonkeyPatch], None]:
    """Have the sending take the kinds for others than they are."""

    def put_in(patch: MonkeyPatch) -> None:
        patch.setattr(sending, "KINDS", {**KINDS, **{name: replace(KINDS[name], **changed) for name in SORTS}})

    return put_in


def end_without_token(patch: MonkeyPatch) -> None:
    def end(pk: UUID, token: UUID, **fields: Any) -> bool:
        return bool(Message.objects.filter(pk=pk).update(token=None, lease_until=None, **fields))

    patch.setattr(sending, "end", end)


def begin_without_token(patch: MonkeyPatch) -> None:
    def held(pk: UUID, token: UUID) -> Message:
        return Message.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=pk)

    patch.setattr(sending, "held", held)


def after_begin(**fields: Any) -> Callable[[MonkeyPatch], None]:
    """Have `begin` leave the columns of a message that is about to leave otherwise."""

    def put_in(patch: MonkeyPatch) -> None:
        begin = sending.begin

        def begun(pk: UUID, token: UUID, *, now: datetime) -> tuple[Message | None, Envelope | None]:
            claimed_until = Message.objects.filter(pk=pk).values_list("lease_until", flat=True).first()
            message, envelope = begin(pk, token, now=now)
            if envelope:
                Message.objects.filter(pk=pk).update(
                    **{name: claimed_until if value == "as claimed" else value for name, value in fields.items()}
                )
            return message, envelope

        patch.setattr(sending, "begin", begun)

    return put_in


def sent_before_sending(patch: MonkeyPatch) -> None:
    begin = sending.begin

    def begun(pk: UUID, token: UUID, *, now: datetime) -> tuple[Message | None, Envelope | None]:
        message, envelope = begin(pk, token, now=now)
        if envelope:
            Message.objects.filter(pk=pk).update(state=State.SENT, sent_at=now, token=None, lease_until=None)
        return message, envelope

    patch.setattr(sending, "begin", begun)


def lease_never_lapses(patch: MonkeyPatch) -> None:
    patch.setattr(sending, "free", lambda *, now: Counter())


def failure_not_told(patch: MonkeyPatch) -> None:
    patch.setattr(sending, "tell_failed", lambda message, now: None)


def breaker_never_opens_again(patch: MonkeyPatch) -> None:
    open_channels = breaker.open_channels

    def those_without_failures(names: Any, *, now: datetime) -> dict[str, int | None]:
        return {name: most for name, most in open_channels(names, now=now).items() if most is None}

    patch.setattr(breaker, "open_channels", those_without_failures)


def expiry_ignored(patch: MonkeyPatch) -> None:
    held = sending.held

    def without_end(pk: UUID, token: UUID) -> Message | None:
        message = held(pk, token)
        if message:
            message.expires_at = None
        return message

    patch.setattr(sending, "held", without_end)


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
    patch.setattr(sending, "again_or_unknown", sending.again_or_dead)


def hour_without_zone(patch: MonkeyPatch) -> None:
    def naive(day: date, at: time, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, at, UTC)

    patch.setattr(sending, "instant", naive)


def waiting_costs_a_try(patch: MonkeyPatch) -> None:
    kept_until = sending.kept_until

    def kept(message: Message, *rest: Any) -> datetime | None:
        later = kept_until(message, *rest)
        if later:
            message.tries += 1
        return later

    patch.setattr(sending, "kept_until", kept)


def tries_counted_when_it_ends(patch: MonkeyPatch) -> None:
    statement("CLAIM", "tries = tries + 1", "tries = tries")(patch)
    end = sending.end

    def counted(pk: UUID, token: UUID, **fields: Any) -> bool:
        return end(pk, token, **fields, tries=F("tries") + 1)

    patch.setattr(sending, "end", counted)


DEFECTS: dict[str, Defect] = {
    "ended-without-token": Defect(end_without_token, "paused: taken"),
    "begun-without-token": Defect(begin_without_token, "paused: taken"),
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
