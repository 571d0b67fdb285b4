"""The campaign's faults one at a time, each in the situation where it does the most harm."""

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial

from events.delivery import breaker
from events.delivery.claims import LEASE, claim
from events.models import Message
from tests.at_once import while_open
from tests.faults.moods import Mood
from tests.faults.points import POINTS
from tests.faults.stage import MOST_TRIES, Stage, die

KINDS = ("fault.alert", "fault.reminder", "fault.text", "fault.text_once")
Scenario = Callable[[Stage], None]


def named(kind: str) -> str:
    """Return a name for a message of a kind."""
    return kind.removeprefix("fault.").replace("_", "-")


def killed_at(point: str, stage: Stage) -> None:
    """A worker is killed at a point, with each kind of message in hand."""
    for kind in KINDS:
        stage.write(named(kind), kind)
        stage.at(point, die)
        stage.work()
    stage.rest()


def paused_at(point: str, stage: Stage) -> None:
    """A worker sleeps past its lease at a point, two messages of each kind in hand, while another works."""
    for kind in KINDS:
        for number in (1, 2):
            stage.write(f"{named(kind)}-{number}", kind)
        stage.at(point, stage.sleep_past_lease)
        stage.work()
    stage.rest()


def met_by_another(stage: Stage) -> None:
    """While a message leaves, within its lease, another of its kind is due and a second worker looks."""
    for kind in KINDS:
        stage.write(named(kind), kind)

        def another_is_due_and_a_worker_looks(kind: str = kind) -> None:
            stage.write(f"{named(kind)}-another", kind)
            stage.work()

        stage.at("leaving", another_is_due_and_a_worker_looks)
        stage.work()
    stage.interruptions = 0  # nobody came to harm
    stage.rest()


def slow_batch(stage: Stage) -> None:
    """What stands first in a batch takes nearly as long as the lease, and another looks while the next one leaves."""
    stage.write("first")
    stage.write("second")

    def pass_most_of_the_lease() -> None:
        stage.now += LEASE - timedelta(seconds=5)

    def pass_some_more() -> None:
        stage.now += timedelta(seconds=10)
        stage.work()

    stage.at("taken", pass_most_of_the_lease)
    stage.at("taken", pass_some_more)
    stage.work()
    stage.interruptions = 0  # nobody slept past a lease
    stage.rest()


def provider(mood: Mood, stage: Stage) -> None:
    """The providers do this to each message once."""
    for kind in KINDS:
        stage.write(named(kind), kind)
        stage.mood(mood)
        stage.work()
        stage.mail_moods.next.clear()
        stage.text_moods.next.clear()
    stage.rest()


def deferred_to_the_last_try(stage: Stage) -> None:
    """The providers take a message only at its last try."""
    stage.write("alert", "fault.alert")
    stage.write("text", "fault.text")
    stage.mood(*[Mood.DEFER] * (MOST_TRIES - 1))
    stage.rest()


def provider_away_and_back(stage: Stage) -> None:
    """A provider is away for so many messages that the way is closed, and comes back."""
    for number in range(breaker.FAILURES):
        stage.write(f"alert-{number}", "fault.alert")
    stage.mood(*[Mood.TURN_AWAY] * (breaker.FAILURES + 1))
    stage.work()
    stage.write("late", "fault.alert")
    stage.rest()


def nobody_there(stage: Stage) -> None:
    """An address is refused for good."""
    stage.write("nobody", "fault.alert", nobody=True)
    stage.rest()


def poison(stage: Stage) -> None:
    """A message kills its worker each time; the others were due just after it."""
    stage.write("poison", "fault.poison", poison=True)
    for number in range(5):
        stage.write(f"text-{number}", "fault.text")
        stage.write(f"reminder-{number}")
    stage.rest()


def not_wanted(stage: Stage) -> None:
    """What a message tells of is settled."""
    stage.write("settled", unwanted=True)
    stage.rest()


def too_late(stage: Stage) -> None:
    """A message is looked at on the very instant its time is over."""
    stage.write("late", expires_at=stage.now)
    stage.rest()


def due_now(stage: Stage) -> None:
    """A worker looks on the very instant a message is due, and not again."""
    stage.write("now")
    stage.work()


def of_later(stage: Stage) -> None:
    """A message is due later."""
    stage.write("now")
    stage.write("later", not_before=stage.now + timedelta(minutes=10))
    stage.rest()


def its_own_hour(stage: Stage) -> None:
    """A message is for nine in the morning of New York, which is not nine in UTC."""
    nine = stage.now.replace(day=7, hour=14)
    own_hour = {"local_day": date(2024, 3, 7), "local_at": time(9), "zone": "America/New_York"}
    stage.now = stage.now.replace(day=7, hour=13)
    stage.write("nine", not_before=nine, stored={"not_before": stage.now, **own_hour})
    stage.rest()


def kept_waiting(stage: Stage) -> None:
    """A message is kept back by quiet hours, again and again."""
    message = stage.write("quiet")
    for _ in range(MOST_TRIES * 2):
        later = stage.now + timedelta(hours=1)
        Message.objects.filter(pk=message.pk).update(details={"quiet_until": later.isoformat()})
        stage.work()
        stage.now = later
    stage.rest()


def claimed_at_once(stage: Stage) -> None:
    """Two workers claim on the same instant."""
    stage.write("once")
    one_more = partial(claim, now=stage.now, channel="email", kinds=["fault.reminder"], limit=1)
    while_open(one_more, one_more)
    stage.interruptions = 2
    stage.rest()


SCENARIOS: dict[str, Scenario] = {
    **{f"killed: {point}": partial(killed_at, point) for point in POINTS},
    **{f"paused: {point}": partial(paused_at, point) for point in ("claimed", "leaving", "taken")},
    **{f"provider: {mood}": partial(provider, mood) for mood in Mood if mood != Mood.TAKE},
    **{
        each.__name__.replace("_", " "): each
        for each in (
            met_by_another,
            slow_batch,
            deferred_to_the_last_try,
            provider_away_and_back,
            nobody_there,
            poison,
            not_wanted,
            too_late,
            due_now,
            of_later,
            its_own_hour,
            kept_waiting,
            claimed_at_once,
        )
    },
}
