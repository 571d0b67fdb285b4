"""What becomes of a message: sent once, tried again, ended with a reason; and never by two at once."""

from collections import Counter
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from events import tasks
from events.delivery import breaker
from events.delivery.channels import NotSent, Refused, Unanswered
from events.delivery.claims import INTERRUPTED, LEASE, MayLeaveAgain, claim, end, free_lapsed
from events.delivery.figures import figures
from events.delivery.kinds import KINDS, MessageKind
from events.delivery.sending import BROKE, begin, deliver_due
from events.management.commands import deliver as command
from events.models import Message
from tests.events.conftest import NOW

AGAIN = MayLeaveAgain(["test"], [], 3)


def deliver(now=NOW, **how):
    return dict(deliver_due(clock=lambda: now, **how))


def test_due_message_is_sent_once(provider, write):
    message = write()

    assert (deliver(), deliver()) == ({"sent": 1}, {})

    message.refresh_from_db()
    assert [(each.key, each.to, each.subject) for each in provider.taken] == [
        (message.pk, message.recipient.email, "A message")
    ]
    assert (message.state, message.sent_at, message.provider_reference, message.tries) == ("sent", NOW, "ref-1", 1)
    assert (message.token, message.lease_until, message.outcome) == (None, None, "")


def test_longest_due_leaves_first(provider, write):
    later, earliest, early = (write(not_before=NOW - timedelta(minutes=ago)) for ago in (1, 3, 2))

    deliver()

    assert [each.key for each in provider.taken] == [earliest.pk, early.pk, later.pk]


def test_message_of_later_waits(provider, write):
    write(not_before=NOW + timedelta(seconds=1))

    assert deliver() == {}
    assert deliver(NOW + timedelta(seconds=1)) == {"sent": 1}


def test_message_nobody_wants_any_more_is_void_and_says_why(provider, write, kind):
    kind(unwanted="It was answered.")
    message = write()

    assert deliver() == {"void": 1}
    message.refresh_from_db()
    assert (provider.taken, message.outcome) == ([], "It was answered.")


def test_message_that_is_too_late_expires(provider, write):
    write(expires_at=NOW)

    assert deliver() == {"expired": 1}
    assert provider.taken == []


def test_message_of_an_unknown_kind_is_dead_and_blocks_nobody(provider, write):
    write(kind="unheard.of")
    write()

    assert deliver() == {"dead": 1, "sent": 1}


def test_message_that_breaks_its_attempt_holds_nobody_up_and_comes_to_an_end(provider, write, kind, caplog):
    kind(most_tries=2)
    broken, other = write(not_before=NOW - timedelta(seconds=1)), write()
    provider.raises = [ZeroDivisionError("name of a patient")]

    assert deliver() == {"due": 1, "sent": 1}
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.state, broken.outcome, other.state) == ("due", BROKE, "sent")
    assert f"message {broken.pk}: the attempt broke" in caplog.text

    provider.raises = [ZeroDivisionError]
    assert deliver(broken.not_before) == {"dead": 1}


def test_message_that_broke_while_it_left_may_have_arrived(provider, write, kind):
    kind(again=False)
    message = write()
    provider.raises = [ZeroDivisionError]

    assert deliver() == {"unknown": 1}
    message.refresh_from_db()
    assert message.outcome == BROKE


def test_message_that_cannot_be_made_up_has_not_left(provider, write, monkeypatch):
    def fail(message):
        raise ZeroDivisionError

    monkeypatch.setitem(KINDS, "test", MessageKind(fail, lambda message, now: "", again_if_unknown=False))
    message = write()

    assert deliver() == {"due": 1}
    message.refresh_from_db()
    assert (message.sending_since, message.outcome, provider.taken) == (None, BROKE, [])


def test_command_drains_what_is_due_and_says_so(provider, write, capsys):
    write()
    write(not_before=timezone.now() + timedelta(days=1))

    call_command("deliver", "--drain")

    assert capsys.readouterr().out == "1 sent; left: 0 due, 0 being sent, 0 dead\n"


def test_command_outlives_a_restart_of_the_database(monkeypatch, caplog, settings):
    settings.CELERY_BEAT_SCHEDULE = {}
    looks = iter([OperationalError("server closed the connection"), Counter(sent=1), KeyboardInterrupt()])

    def look(**_):
        found = next(looks)
        if isinstance(found, BaseException):
            raise found
        return found

    monkeypatch.setattr(command, "deliver_due", look)
    monkeypatch.setattr(command, "sleep", lambda seconds: None)
    closed = Mock()  # a test's own connection stays open
    monkeypatch.setattr(command, "close_old_connections", closed)

    with pytest.raises(KeyboardInterrupt):
        call_command("deliver")
    assert "the database did not answer" in caplog.text
    closed.assert_called_once_with()


def test_command_that_is_to_end_says_that_the_database_is_away(monkeypatch):
    monkeypatch.setattr(command, "deliver_due", Mock(side_effect=OperationalError))

    with pytest.raises(OperationalError):
        call_command("deliver", "--drain")


def test_task_sends_until_nothing_is_due(provider, write):
    for _ in range(25):
        write()

    tasks.deliver()

    assert len(provider.taken) == 25


def test_message_not_sent_waits_for_its_next_try(provider, write):
    message = write()
    provider.raises = [NotSent("The mail server cannot be reached.")]

    assert deliver() == {"due": 1}
    message.refresh_from_db()
    assert (message.state, message.tries, message.outcome) == ("due", 1, "The mail server cannot be reached.")
    assert timedelta(seconds=15) <= message.not_before - NOW <= timedelta(seconds=45)
    assert deliver(message.not_before) == {"sent": 1}


def test_message_that_never_gets_through_is_dead_after_its_last_try(provider, write):
    message = write()
    provider.raises = [NotSent("Down.")] * 9
    ended = []
    for _ in range(4):
        message.refresh_from_db()
        ended.append(deliver(message.not_before))

    assert ended == [{"due": 1}, {"due": 1}, {"dead": 1}, {}]


def test_refused_message_is_dead_at_once(provider, write):
    message = write()
    provider.raises = [Refused("The mail server answered 550.")]

    assert deliver() == {"dead": 1}
    message.refresh_from_db()
    assert message.outcome == "The mail server answered 550."


@pytest.mark.parametrize(("again", "state"), [(True, "due"), (False, "unknown")])
def test_message_without_an_answer_is_sent_again_only_where_twice_is_better_than_never(
    provider, write, kind, again, state
):
    kind(again=again)
    write()
    provider.raises = [Unanswered("The mail server fell silent.")]

    assert deliver() == {state: 1}


def test_two_claims_never_hold_the_same_message(write):
    messages = {write().pk for _ in range(3)}

    first = claim(now=NOW, channel="email", kinds=["test"], limit=2)
    second = claim(now=NOW, channel="email", kinds=["test"], limit=2)

    assert len(first.messages) == 2
    assert {*first.messages, *second.messages} == messages
    assert not set(first.messages) & set(second.messages)


def test_of_those_tried_before_one_is_claimed_and_comes_last(write):
    tried = [write(tries=1, not_before=NOW - timedelta(hours=hours)) for hours in (2, 3)]
    new = [write(not_before=NOW - timedelta(minutes=minutes)) for minutes in (2, 1)]

    first = claim(now=NOW, channel="email", kinds=["test"], limit=20)
    second = claim(now=NOW, channel="email", kinds=["test"], limit=20)

    assert (first.messages, second.messages) == ([new[0].pk, new[1].pk, tried[1].pk], [tried[0].pk])


def test_one_tried_before_ends_the_claim_so_that_other_kinds_are_not_at_risk(write):
    tried, _ = write(tries=1), write(kind="other")

    assert claim(now=NOW, channel="email", kinds=["test", "other"], limit=20).messages == [tried.pk]


def test_what_a_dead_worker_had_not_begun_is_due_again(provider, write):
    message = write()
    claim(now=NOW, channel="email", kinds=["test"], limit=1)

    assert deliver(NOW + LEASE) == {}
    assert deliver(NOW + LEASE + timedelta(seconds=1)) == {"sent": 1}
    message.refresh_from_db()
    assert message.tries == 2


def test_claim_counts_anew_from_when_the_message_leaves(provider, write):
    message = write()
    claimed = claim(now=NOW, channel="email", kinds=["test"], limit=1)
    begin([message.pk], claimed.token, now=NOW + LEASE)

    assert free_lapsed(now=NOW + LEASE + timedelta(seconds=30), may=AGAIN) == 0
    assert free_lapsed(now=NOW + 2 * LEASE + timedelta(seconds=1), may=AGAIN) == 1


@pytest.mark.parametrize(("again", "state"), [(True, "sent"), (False, "unknown")])
def test_what_a_dead_worker_had_begun_may_have_arrived(provider, write, kind, again, state):
    kind(again=again)
    message = write()
    claim(now=NOW, channel="email", kinds=["test"], limit=1)
    Message.objects.update(sending_since=NOW)

    deliver(NOW + LEASE + timedelta(seconds=1))

    message.refresh_from_db()
    assert message.state == state
    assert message.outcome == ("" if again else INTERRUPTED)


def test_worker_that_wakes_up_late_changes_nothing(provider, write):
    message = write()
    late = claim(now=NOW, channel="email", kinds=["test"], limit=1)
    deliver(NOW + LEASE + timedelta(seconds=1))

    assert end(message.pk, late.token, state="dead") is False
    message.refresh_from_db()
    assert message.state == "sent"


def test_claim_lost_while_sending_writes_nothing(provider, write, caplog):
    message = write()
    provider.meanwhile = lambda: Message.objects.update(token=None, state="due")

    assert deliver() == {}
    message.refresh_from_db()
    assert (message.state, message.sent_at) == ("due", None)
    assert "the claim was lost" in caplog.text


def test_way_out_that_fails_again_and_again_is_left_alone(provider, write, kind):
    kind(most_tries=50)
    for _ in range(breaker.FAILURES + 2):
        write()
    provider.raises = [NotSent("Down.")] * (breaker.FAILURES + 1)

    assert deliver(limit=breaker.FAILURES) == {"due": breaker.FAILURES}
    assert deliver() == {}  # closed: nobody loses a try
    assert deliver(NOW + timedelta(minutes=1)) == {"due": 1}  # one message tries it
    assert deliver(NOW + timedelta(minutes=2)) == {}
    assert deliver(NOW + timedelta(minutes=4)) == {"sent": 1}
    while deliver(NOW + timedelta(minutes=40)):
        pass
    assert len(provider.taken) == breaker.FAILURES + 2


def test_figures_say_what_waits_hangs_and_failed(provider, write):
    write(not_before=NOW - timedelta(minutes=5))
    write(not_before=NOW + timedelta(minutes=5))
    write(state="dead")
    write(state="unknown")
    write(state="claimed", lease_until=NOW)
    write(state="sent", channel="inbox")

    assert figures(now=NOW) == (1, NOW - timedelta(minutes=5), 1, 1, 1)
