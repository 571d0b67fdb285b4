"""What beat would start, done in one process: each at its own times, and none holds another up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery.schedules import crontab
from django.conf import settings as project
from django.utils.module_loading import import_string

from iotrex_followup.ticks import LEFT_OUT, Tick, ticks

NOON = datetime(2024, 3, 6, 12, tzinfo=UTC)
done: list[datetime] = []


def work() -> None:
    done.append(datetime.now(UTC))


def fail() -> None:
    raise ZeroDivisionError("name of a patient")


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


def course(schedule, *, until, every):
    """Look every so often from noon on; return the times at which it ran."""
    tick, now = Tick("work", task=f"{__name__}.work", schedule=schedule), NOON
    while now <= until:
        with time_machine.travel(now, tick=False):
            if tick.is_due:
                tick.run()
        now += every
    return done


@pytest.mark.parametrize(
    "schedule",
    [60.0, timedelta(minutes=1), crontab()],
    ids=["seconds", "timedelta", "crontab"],
)
def test_interval_runs_at_once_then_by_its_interval(schedule):
    times = course(schedule, until=NOON + timedelta(minutes=2), every=timedelta(seconds=5))

    assert times == [NOON, NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)]


def test_clock_time_is_read_in_the_zone_of_beat():
    times = course(crontab(hour="3", minute="30"), until=NOON + timedelta(days=2), every=timedelta(minutes=10))

    assert project.CELERY_TIMEZONE == "UTC"
    assert times == [NOON, datetime(2024, 3, 7, 3, 30, tzinfo=UTC), datetime(2024, 3, 8, 3, 30, tzinfo=UTC)]


def test_tick_that_breaks_says_so_and_waits_for_its_next_time(caplog):
    tick = Tick("fail", task=f"{__name__}.fail", schedule=60.0)

    with time_machine.travel(NOON, tick=False):
        assert (tick.run(), tick.is_due) == (False, False)
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert tick.is_due
    assert "fail: it broke" in caplog.text


def test_all_that_beat_starts_is_done_but_what_is_left_out():
    assert [tick.name for tick in ticks()] == [
        "escalate alerts",
        "lapse alerts",
        "escalate quarantine",
        "send digests",
        "write reminders",
        "follow additions",
        "extend horizons",
    ]
    assert {entry["task"] for entry in project.CELERY_BEAT_SCHEDULE.values()} >= LEFT_OUT


@pytest.mark.parametrize("entry", project.CELERY_BEAT_SCHEDULE.values(), ids=project.CELERY_BEAT_SCHEDULE)
def test_what_beat_starts_is_found_by_its_name(entry):
    assert import_string(entry["task"]).name == entry["task"]
    # A tick hands nothing over.
    assert entry.keys() == {"task", "schedule", "options"}
