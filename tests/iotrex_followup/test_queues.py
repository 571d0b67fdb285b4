"""Which work waits behind which: what messages and alerts hang on never waits behind an import."""

import pytest
from django.conf import settings

from iotrex_followup.celery import app

# What beat starts and may wait behind an import of an hour, and why.
MAY_WAIT = {
    # It gives imports to the workers that may be at one; on `urgent` it would pile up messages for them meanwhile.
    "interop.tasks.import_waiting_lists",
    # They go through all plans, which may take minutes; by the clinic's date, so hours late loses nothing.
    "labs.tasks.follow_additions",
    "schedules.tasks.extend_horizons",
}
BEATEN = sorted(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())


def queue_of(task: str) -> str:
    """Return the queue a message for `task` is put on."""
    queue = app.amqp.router.route({}, task).get("queue")
    return queue.name if queue else app.conf.task_default_queue


@pytest.mark.parametrize("task", BEATEN)
def test_what_beat_starts_is_urgent_or_may_wait(task):
    assert (queue_of(task) == "urgent") != (task in MAY_WAIT)


def test_what_may_wait_and_what_is_urgent_is_started_by_beat():
    assert {*MAY_WAIT, *settings.CELERY_TASK_ROUTES} == set(BEATEN)


@pytest.mark.parametrize(
    "task",
    [
        "interop.tasks.import_list",
        "schedules.tasks.print_visit_plans",
        "schedules.tasks.simulate_protocol",
        "schedules.tasks.migrate_patients",
    ],
)
def test_long_work_is_not_urgent(task):
    assert queue_of(task) == "celery"


def test_worker_without_a_choice_takes_every_queue():
    assert set(app.amqp.queues.consume_from) == {"celery", "urgent"}


def test_message_reaches_one_queue_only():
    assert {name: queue.routing_key for name, queue in app.amqp.queues.items()} == {
        "celery": "celery",
        "urgent": "urgent",
    }
