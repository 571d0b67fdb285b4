"""`manage.py deliver`: sends what is due, and does what beat would start, one thing between two looks."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from events.management.commands import deliver as command
from events.models import Message
from tests.events.conftest import NOW

MINUTE = timedelta(minutes=1)
done: list[tuple[str, datetime]] = []


def one() -> None:
    done.append(("one", datetime.now(UTC)))


def other() -> None:
    done.append(("other", datetime.now(UTC)))


def fail() -> None:
    raise ZeroDivisionError("name of a patient")


def beats(**schedules):
    return {name: {"task": f"{__name__}.{name}", "schedule": every} for name, every in schedules.items()}


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only while the command waits for its next look; after ten minutes it is stopped."""
    with time_machine.travel(NOW, tick=False) as clock:

        def wait(seconds):
            clock.shift(seconds)
            if datetime.now(UTC) > NOW + 10 * MINUTE:
                raise KeyboardInterrupt

        monkeypatch.setattr(command, "sleep", wait)
        yield clock


def test_until_stopped_each_tick_is_done_at_its_own_interval(clock, settings, db):
    settings.CELERY_BEAT_SCHEDULE = beats(one=120.0, other=300.0)

    with pytest.raises(KeyboardInterrupt):
        call_command("deliver")

    assert [at - NOW for name, at in done if name == "one"] == [0 * MINUTE, *(n * MINUTE for n in (2, 4, 6, 8, 10))]
    assert [at - NOW for name, at in done if name == "other"] == [0 * MINUTE, 5 * MINUTE, 10 * MINUTE]


def test_to_drain_each_tick_is_done_once_in_the_order_of_the_schedule(clock, settings, db, capsys):
    settings.CELERY_BEAT_SCHEDULE = beats(other=0.0, one=0.0)

    call_command("deliver", "--drain")

    assert [name for name, _ in done] == ["other", "one"]
    assert capsys.readouterr().out == "nothing was due; left: 0 due, 0 being sent, 0 dead\n"


@pytest.fixture
def writes(monkeypatch, write):
    """Let the tick `one` write a message."""

    def one() -> None:
        done.append(("one", datetime.now(UTC)))
        write()

    monkeypatch.setitem(globals(), "one", one)


def test_what_a_tick_wrote_leaves_before_the_next_tick_begins(clock, settings, provider, writes, monkeypatch):
    settings.CELERY_BEAT_SCHEDULE = beats(one=30.0, other=30.0)
    left = []
    monkeypatch.setitem(globals(), "other", lambda: left.append(len(provider.taken)))

    call_command("deliver", "--drain")

    assert left == [1]


def test_tick_that_breaks_stops_neither_the_sending_nor_the_other_ticks(
    clock, settings, provider, write, writes, caplog, capsys
):
    settings.CELERY_BEAT_SCHEDULE = beats(fail=30.0, one=30.0)
    write()

    with pytest.raises(CommandError) as raised:
        call_command("deliver", "--drain")

    assert str(raised.value) == "Broke, as the log says: fail."
    assert "fail: it broke" in caplog.text
    assert capsys.readouterr().out == "2 sent; left: 0 due, 0 being sent, 0 dead\n"
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_tick_that_breaks_is_tried_again_at_its_next_time(clock, settings, db, caplog):
    settings.CELERY_BEAT_SCHEDULE = beats(fail=240.0)

    with pytest.raises(KeyboardInterrupt):
        call_command("deliver")

    assert caplog.text.count("fail: it broke") == 3  # at 0, 4 and 8 minutes
