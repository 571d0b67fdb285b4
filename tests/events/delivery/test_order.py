"""What leaves first, how much of it, and what is told of what failed."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError

from events.delivery import sending
from events.delivery.channels import CHANNELS, AddressRefused, NotSent, Refused, Unanswered
from events.delivery.claims import LEASE, Waiting, claim, waiting
from events.delivery.kinds import KINDS, Content, MessageKind, Priority
from events.delivery.sending import NO_ADDRESS, deliver_due
from events.models import Message
from tests.at_once import while_open
from tests.events.conftest import NOW


def deliver(now=NOW, **how):
    return dict(deliver_due(clock=lambda: now, **how))


@pytest.fixture
def add_kind(monkeypatch):
    def add(name, **how):
        made = MessageKind(lambda message: Content(message.subject, "Text."), lambda m, now: "", False, **how)
        monkeypatch.setitem(KINDS, name, made)

    return add


@pytest.fixture
def told(add_kind):
    """Messages of the kind "told" say here that they failed, and whether their address was refused."""
    found = []
    add_kind("told", failed=lambda m, now: found.append((m.state, m.outcome, m.details.get("refused", False))),
             most_tries=1)  # fmt: skip
    return found


def test_urgent_kinds_leave_first_then_what_waits_longest(provider, write, add_kind):
    for name, priority in [("digest", Priority.DIGEST), ("alert", Priority.ALERT), ("other", Priority.REMINDER)]:
        add_kind(name, priority=priority)
    write(kind="digest", subject="digest", not_before=NOW - timedelta(days=3))
    write(kind="unheard.of", subject="never")
    write(kind="test", subject="reminder 2", not_before=NOW - timedelta(hours=1))
    write(kind="test", subject="reminder 1", not_before=NOW - timedelta(hours=3))
    write(kind="other", subject="reminder 3")
    write(kind="alert", subject="alert")

    while deliver(limit=2):
        pass

    assert [each.subject for each in provider.taken] == ["alert", "reminder 1", "reminder 2", "reminder 3", "digest"]


def test_several_claims_leave_one_after_another_while_all_are_taken(provider, write):
    for _ in range(45):
        write()

    assert deliver() == {"sent": 45}


def test_after_a_failure_what_is_due_is_looked_for_anew(provider, write):
    for _ in range(45):
        write()
    provider.raises = [NotSent("busy")]

    assert sum(deliver().values()) == sending.AT_ONCE


def test_what_takes_long_is_left_for_what_may_be_urgent_by_then(provider, write, monkeypatch):
    monkeypatch.setattr(sending, "LONGEST", 0.0)
    for _ in range(45):
        write()

    assert deliver() == {"sent": sending.AT_ONCE}


def test_what_waits_is_known_by_channel_and_kind(write):
    write(not_before=NOW - timedelta(hours=1))
    write(not_before=NOW)
    write(kind="other", not_before=NOW + timedelta(seconds=1))
    write(kind="other", state="sent")
    write(channel="call", kind="other")

    assert waiting(now=NOW) == [Waiting("call", "other", NOW), Waiting("email", "test", NOW - timedelta(hours=1))]


def test_call_waits_for_a_person(provider, write):
    message = write(channel="call", recipient=None)

    assert deliver() == {}
    message.refresh_from_db()
    assert message.state == "due"


@pytest.mark.parametrize(("rate", "at_once", "a_minute"), [(60, 10, 70), (6, 1, 7), (2, 1, 3), (0, 100, 100)])
def test_no_more_leaves_than_the_rate_allows(provider, write, settings, rate, at_once, a_minute):
    settings.CHANNEL_RATES = {"email": rate}
    for _ in range(100):
        write()

    assert deliver(limit=100) == {"sent": at_once}
    for second in range(61):
        deliver(NOW + timedelta(seconds=second), limit=100)

    assert len(provider.taken) == a_minute


def test_rate_that_was_not_used_is_not_saved_up(provider, write, settings):
    settings.CHANNEL_RATES = {"email": 60}
    for _ in range(30):
        write()
    deliver(limit=100)

    assert deliver(NOW + timedelta(days=1), limit=100) == {"sent": 10}


@pytest.mark.parametrize(("channel", "field"), [("email", "email"), ("sms", "phone")])
def test_message_without_an_address_is_dead_and_says_so(provider, write, told, settings, channel, field):
    settings.CAPTURE_MESSAGES = channel == "sms"
    message = write(channel=channel, kind="told")
    setattr(message.recipient, field, "")
    message.recipient.save()

    assert deliver() == {"dead": 1}
    assert told == [("dead", NO_ADDRESS[channel], False)]


@pytest.mark.parametrize(
    ("raised", "refused"), [(AddressRefused("550"), True), (Refused("554"), False), (NotSent("451"), False)]
)
def test_failure_says_whether_the_address_was_refused(provider, write, told, raised, refused):
    write(kind="told")
    provider.raises = [raised]

    assert deliver() == {"dead": 1}
    assert told == [("dead", str(raised), refused)]


def test_claim_that_lapsed_while_sending_tells_that_it_is_unknown(provider, write, told):
    message = write(kind="told")
    claim(now=NOW, channel="email", kinds=["told"], limit=1)
    Message.objects.update(sending_since=NOW)

    assert deliver(NOW + LEASE + timedelta(seconds=1)) == {"unknown": 1}
    message.refresh_from_db()
    assert [state for state, _, _ in told] == ["unknown"]
    assert (message.token, message.lease_until) == (None, None)


def test_sms_whose_worker_died_is_sent_again_with_its_key(provider, write, kind, monkeypatch):
    kind(again=False)
    monkeypatch.setitem(CHANNELS, "sms", provider)
    message = write(channel="sms", state="claimed", tries=1, lease_until=NOW, sending_since=NOW)
    message.recipient.phone = "+34600000000"
    message.recipient.save()

    assert deliver(NOW + timedelta(seconds=1)) == {"sent": 1}


def test_fault_in_what_follows_leaves_the_failure_for_a_person(provider, write, add_kind, caplog):
    def fail(message, now):
        raise ZeroDivisionError

    add_kind("told", failed=fail)
    message = write(kind="told")
    provider.raises = [Refused("554")]

    assert deliver() == {"dead": 1}
    message.refresh_from_db()
    assert message.outcome == "554"
    assert "what follows from its failure broke" in caplog.text


def test_failure_that_cannot_be_written_down_is_looked_at_again(provider, write, add_kind, caplog):
    def fail(message, now):
        raise OperationalError("deadlock detected")

    add_kind("told", failed=fail)
    message, other = write(kind="told", not_before=NOW - timedelta(hours=1)), write()
    provider.raises = [Refused("554")]

    assert deliver() == {"sent": 1}
    message.refresh_from_db()
    assert (message.state, len(provider.taken)) == ("claimed", 1)
    assert provider.taken[0].key == other.pk
    add_kind("told")
    assert deliver(NOW + LEASE + timedelta(seconds=1)) == {"unknown": 1}


@pytest.fixture
def looked_at(provider, monkeypatch):
    """How many messages were sent when each was looked at."""
    found = []
    monkeypatch.setattr(sending, "together", Counter())
    kind = MessageKind(
        lambda message: found.append(len(provider.taken)) or Content("A message", ""), lambda m, now: "", False
    )
    monkeypatch.setitem(KINDS, "test", kind)
    return found


def test_quick_way_out_gets_more_and_more_together(write, looked_at):
    for _ in range(10):
        write()

    assert deliver() == {"sent": 10}
    assert looked_at == [0, 1, 1, 3, 3, 3, 3, 7, 7, 7]


@pytest.mark.parametrize(
    ("took", "claims"), [(0, [20, 20, 20]), (1, [20, 20, 20]), (20, [20, 40]), (21, [21, 39]), (40, [40, 20])]
)
def test_more_are_claimed_for_a_way_out_that_took_more_together(provider, write, monkeypatch, took, claims):
    sound, found = sending.claim_paced, []

    def claimed(**how):
        found.append(sound(**how))
        return found[-1]

    monkeypatch.setattr(sending, "claim_paced", claimed)
    monkeypatch.setitem(sending.together, "email", took)
    for _ in range(60):
        write()

    deliver()

    assert [len(each.messages) for each in found if each.messages] == claims


def test_slow_way_out_gets_one_by_one_right_after_the_look(provider, write, looked_at, monkeypatch):
    monkeypatch.setitem(sending.together, "email", 4)
    provider.meanwhile = lambda: time.sleep(1.2 * sending.QUICK)
    for _ in range(3):
        write()

    assert deliver() == {"sent": 3}
    assert looked_at == [0, 0, 0, 1, 2]  # what was looked at and not sent in time is looked at again


def test_one_that_cannot_be_made_up_holds_up_none_of_its_group(provider, write, add_kind, monkeypatch, caplog):
    def made(message):
        if message.subject == "broken":
            raise ZeroDivisionError
        return Content(message.subject, "")

    monkeypatch.setitem(KINDS, "test", MessageKind(made, lambda m, now: "", False))
    monkeypatch.setitem(sending.together, "email", 4)
    for subject in ("a", "broken", "c"):
        write(subject=subject)

    assert deliver() == {"sent": 2, "due": 1}
    assert [each.subject for each in provider.taken] == ["a", "c"]


def test_each_of_a_group_ends_by_itself(provider, write, told, monkeypatch):
    monkeypatch.setitem(sending.together, "email", 4)
    lost, *_ = (write(kind="told", subject=subject) for subject in "abcd")
    provider.raises = [Refused("554"), Unanswered("Silence.")]
    provider.meanwhile = lambda: Message.objects.filter(pk=lost.pk).update(token=None, state="due")

    assert deliver() == {"unknown": 1, "sent": 2}
    lost.refresh_from_db()
    assert (lost.state, [outcome for _, outcome, _ in told]) == ("due", ["Silence."])
    assert {each.provider_reference for each in Message.objects.filter(state="sent")} == {"ref-1", "ref-2"}


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
def test_message_somebody_is_changing_is_waited_for_alone(provider, write, monkeypatch):
    monkeypatch.setitem(sending.together, "email", 4)
    changed, other = write(not_before=NOW - timedelta(hours=1)), write()

    claimed = claim(now=NOW, channel="email", kinds=["test"], limit=5)

    outcome = while_open(
        lambda: Message.objects.select_for_update().get(pk=changed.pk),
        lambda: sending.deliver_claimed(claimed, "email", clock=lambda: NOW),
    )

    assert outcome.result() == {"sent": 2}
    assert [each.key for each in provider.taken] == [other.pk, changed.pk]
