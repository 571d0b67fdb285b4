"""Those who store messages while servers fall: each keeps what was acknowledged, and asks again when it was not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Event, Thread
from time import monotonic, sleep

from django.db import Error, connection, transaction
from django.utils import timezone

from accounts.models import Clinic, Staff
from events.models import Message
from tests.faults.kinds import SORTS
from tests.faults.ledger import Ledger, Written
from tests.faults.mail_server import NOBODY

KINDS = {"fault.alert": 6, "fault.reminder": 5, "fault.text": 5, "fault.text_once": 4}
POISONS = 2  # a round
BACKLOG = 120  # messages that are due, until clients wait


@dataclass(frozen=True)
class People:
    """To whom messages go: the second's address is refused for good."""

    clinic: Clinic
    somebody: Staff
    nobody: Staff


def make_people() -> People:
    """Store a clinic and two of its staff."""
    clinic = Clinic.objects.create(name="Clinic", slug="clinic", country="ES", time_zone="Europe/Madrid")
    somebody = Staff.objects.create(name="Somebody", email="somebody@example.org", phone="+34600000000")
    return People(clinic, somebody, Staff.objects.create(name="Nobody", email=NOBODY))


def planned(prefix: str, number: int, random: Random) -> list[Written]:
    """Return what the messages of a round are to be: most are plain, some are none of anybody's wish, late, poison."""
    now = timezone.now()
    found = []
    for n in range(number):
        kind = random.choices([*KINDS], [*KINDS.values()])[0]
        meaning, fate = f"fault-{prefix}-{n}", random.random()
        if n < POISONS:
            found.append(Written(meaning, "fault.poison", now, poison=True))
        elif fate < 0.03:
            found.append(Written(meaning, kind, now, unwanted=True))
        elif fate < 0.06:
            found.append(Written(meaning, kind, now, expires_at=now - timedelta(seconds=1)))
        elif fate < 0.12:
            found.append(Written(meaning, kind, now, expires_at=now + timedelta(seconds=random.uniform(5, 60))))
        elif fate < 0.18:
            found.append(Written(meaning, kind, now + timedelta(seconds=random.uniform(1, 30))))
        else:
            found.append(Written(meaning, kind, now, nobody=fate < 0.2 and SORTS[kind].channel == "email"))
    return found


def row_of(written: Written, people: People) -> Message:
    """Return the unsaved row of a message."""
    return Message(
        clinic=people.clinic,
        recipient=people.nobody if written.nobody else people.somebody,
        channel=SORTS[written.kind].channel,
        kind=written.kind,
        subject=f"About {written.meaning}",
        details={"unwanted": "Settled meanwhile."} if written.unwanted else {},
        dedupe_key=written.meaning,
        not_before=written.not_before,
        expires_at=written.expires_at,
    )


@dataclass
class Clients:
    """Store the messages of a round over `seconds` or more, a few in each transaction, some by two clients at once.

    They wait while much is due: on a slow computer a round takes longer, and its harm keeps step with `progress`.
    """

    ledger: Ledger
    people: People
    seconds: float
    asked_again: int = 0
    progress: float = 0
    _threads: list[Thread] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def begin(self, messages: list[Written], random: Random) -> None:
        """Begin to store `messages`; one in ten batches is asked for by a second client too."""
        batches = []
        rest = list(messages)
        while rest:
            size = random.randint(1, 8)
            batches.append(rest[:size])
            rest = rest[size:]
        pause = self.seconds / max(1, len(batches))
        doubled = [batch for batch in batches if random.random() < 0.1]
        share = 1 / max(1, len(batches))
        works = (lambda: self._store_all(batches, pause, share), lambda: self._store_all(doubled, pause * 10, 0))
        for work in works:
            self._threads.append(Thread(target=self._by_own_connection, args=[work], daemon=True))
            self._threads[-1].start()

    def end(self, *, within: float) -> None:
        """Wait until all is stored, or no longer than `within` seconds."""
        ends = monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, ends - monotonic()))
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _by_own_connection(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connection.close()

    def _store_all(self, batches: list[list[Written]], pause: float, share: float) -> None:
        for batch in batches:
            while not self._over.is_set() and self._much_is_due():
                self._over.wait(0.2)
            while not self._store(batch):
                self.asked_again += 1
                sleep(0.2)
            self.progress += share
            if self._over.wait(pause):
                return

    def _much_is_due(self) -> bool:
        try:
            return Message.objects.filter(state=Message.State.DUE, not_before__lte=timezone.now()).count() > BACKLOG
        except Error:
            connection.close()
            return True

    def _store(self, batch: list[Written]) -> bool:
        """Store a batch in one transaction; False when nobody knows whether it is stored."""
        for written in batch:
            self.ledger.asks(written)
        try:
            with transaction.atomic():
                Message.objects.bulk_create([row_of(each, self.people) for each in batch], ignore_conflicts=True)
        except Error:
            connection.close()
            return False
        for written in batch:
            self.ledger.promised(written.meaning)
        return True
