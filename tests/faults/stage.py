"""One process in which several workers take turns, with a clock that is set: the campaign's faults one at a time.

The providers are the campaign's own and listen on loopback; what is judged, and by what, is the campaign's too.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Min
from pytest import MonkeyPatch  # noqa: PT013 (as in points.py)

from events.delivery import claims, endings, sending
from events.delivery.channels.sms import send_sms
from events.models import ChannelHealth, Message
from tests.faults import kinds
from tests.faults.checks import ENDED, Harm, rows, violations
from tests.faults.clients import People, row_of
from tests.faults.ledger import Ledger, Written
from tests.faults.moods import Mood, Moods

START = datetime(2024, 3, 6, 12, tzinfo=UTC)
MOST_TRIES = 4
LONGEST_REST = timedelta(hours=3)  # with so many tries at most half an hour apart, all has ended by then
State = Message.State


class Killed(BaseException):
    """A worker ends here, as by kill -9: nothing handles it, and what was not committed is gone."""


def die() -> None:
    """End the worker at hand."""
    raise Killed


@dataclass
class Stage:
    """The clock, the clients, the providers, and whoever sends."""

    people: People
    mail_moods: Moods
    text_moods: Moods
    ledger: Ledger
    now: datetime = START
    interruptions: int = 0
    told_failed: set[str] = field(default_factory=set)
    _script: dict[str, deque[Callable[[], object]]] = field(default_factory=lambda: defaultdict(deque))

    def reach(self, point: str, _: str = "") -> None:
        """Do what is to happen when a worker next comes by `point`."""
        if self._script[point]:
            self.interruptions += 1
            self._script[point].popleft()()

    def at(self, point: str, do: Callable[[], object]) -> None:
        """Have `do` happen when a worker next comes by `point`."""
        self._script[point].append(do)

    def mood(self, *moods: Mood) -> None:
        """Have both providers treat what comes next so."""
        self.mail_moods.next.extend(moods)
        self.text_moods.next.extend(moods)

    def write(
        self, name: str, kind: str = "fault.reminder", *, stored: dict[str, object] | None = None, **how: object
    ) -> Message:
        """Store a message, due now unless `how` says otherwise; `stored` is what its row has beside."""
        written = Written(f"fault-{name}", kind, **{"not_before": self.now} | how)  # type: ignore[arg-type]
        self.ledger.asks(written)
        message = row_of(written, self.people)
        for column, value in (stored or {}).items():
            setattr(message, column, value)
        message.save()
        self.ledger.promised(written.meaning)
        return message

    def work(self) -> None:
        """Let a worker send what is due now, to the end or until it dies."""
        try:
            while sending.deliver_due(clock=lambda: self.now):
                pass
        except Killed:
            return

    def sleep_past_lease(self) -> None:
        """Let time pass until whoever is at hand has lost its claim, and another worker work meanwhile."""
        self.now += claims.LEASE + timedelta(seconds=1)
        self.work()

    def rest(self) -> None:
        """Let time pass and workers work until all has ended, or too long."""
        ends = self.now + LONGEST_REST
        while self.left() and self.now < ends:
            self.work()
            self.now = max(self.now + timedelta(seconds=1), min(self._next(), ends))

    def left(self) -> int:
        """Return how many messages have not ended."""
        return Message.objects.going_out().exclude(state__in=ENDED).count()

    def _next(self) -> datetime:
        """Return when something may happen next."""
        later = [
            Message.objects.filter(state=State.DUE, not_before__gt=self.now).aggregate(at=Min("not_before"))["at"],
            Message.objects.filter(state=State.CLAIMED).aggregate(at=Min("lease_until"))["at"],
            ChannelHealth.objects.filter(closed_until__gt=self.now).aggregate(at=Min("closed_until"))["at"],
        ]
        return min((at for at in later if at and at > self.now), default=self.now + timedelta(minutes=1))

    def judge(self) -> list[str]:
        """Return what does not hold."""
        found = rows(self.ledger.written)
        told = violations(self.ledger, found, Harm(self.interruptions, MOST_TRIES, MOST_TRIES))
        failed = {row.meaning for row in found if row.state in (State.DEAD, State.UNKNOWN)}
        return told + [f"{meaning}: failed, and what follows was not told" for meaning in failed - self.told_failed]


def set_up(stage: Stage, patch: MonkeyPatch, *, mail_port: int, gateway: str) -> None:
    """Let the product send to the stage's providers, its random waits always the longest."""
    patch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
    patch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
    patch.setattr(settings, "EMAIL_PORT", mail_port)
    patch.setattr(settings, "EMAIL_TIMEOUT", 0.5, raising=False)
    patch.setattr(settings, "BASE_URL", "https://followup.example.org")
    patch.setattr(endings, "uniform", lambda low, high: high)
    patch.setattr(sending, "together", Counter())  # how quick the ways out were before is no matter
    patch.setattr(settings, "SMS_URL", gateway)
    patch.setattr(settings, "SMS_TIMEOUT", 0.5)
    patch.setitem(sending.CHANNELS, "sms", send_sms)

    def looking(message: Message) -> None:
        if message.kind == "fault.poison":
            die()
        stage.reach("looking")

    def failed(message: Message, now: datetime) -> None:
        stage.told_failed.add(message.dedupe_key)

    kinds.register(looking, most_tries=MOST_TRIES, poison_tries=MOST_TRIES, failed=failed)
