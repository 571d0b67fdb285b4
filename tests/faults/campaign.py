"""Rounds of harm, each ended by what must hold; told in figures."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic, sleep

import psutil
from django.db import Error, connection
from django.utils import timezone

from events.models import Message
from tests.faults.checks import ENDED, Harm, rows, violations
from tests.faults.clients import Clients, make_people, planned
from tests.faults.gateway import Gateway
from tests.faults.laboratory import Laboratory
from tests.faults.lasting import Lasting
from tests.faults.ledger import Ledger
from tests.faults.mail_server import MailServer
from tests.faults.moods import Moods
from tests.faults.nemesis import Fault, Step, steps
from tests.faults.orders import Orders
from tests.faults.processes import Crew, go_on
from tests.faults.servers import Servers
from tests.faults.worker import LEASE

ROUND_SECONDS, LONGEST_ROUND_SECONDS = 45, 120
DRAIN_SECONDS = 30
AWAY_SECONDS = 6
PAUSE_SECONDS = LEASE.total_seconds() * 1.6
HOSTILITY = 0.12
WORKERS = ("worker1", "worker2")


@dataclass
class Told:
    """What a campaign did and counted."""

    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    moods: Counter[str] = field(default_factory=Counter)
    drained: list[float] = field(default_factory=list)
    messages: int = 0
    specimens: int = 0
    violations: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(number for what, number in self.faults.items() if "killed" in what and "Valkey" not in what)


class Campaign:
    """Runs rounds until the time is over. The servers run already, and their tables are made."""

    def __init__(self, servers: Servers, folder: Path, environ: dict[str, str], seed: int) -> None:
        self.servers, self.folder, self.seed = servers, folder, seed
        self.ledger, self.told = Ledger(), Told()
        self.mail_moods, self.text_moods = Moods(f"mail {seed}"), Moods(f"text {seed}")
        self.orders = Orders(folder)
        self.mail = MailServer(self.ledger, self.mail_moods, timezone.now)
        self.gateway = Gateway(self.ledger, self.text_moods, timezone.now)
        self.crew = Crew(folder, environ | self._addresses())
        self.paused: set[int] = set()
        self.at_risk = 0  # messages that may have been in hand when somebody was stopped
        self.lasting: list[Lasting] = []
        self.pauses: list[Lasting] = []

    def _addresses(self) -> dict[str, str]:
        return {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "SMS_URL": self.gateway.url,
            "FAULTS_FOLDER": str(self.folder),
        }

    def run(self, *, minutes: float, messages: int) -> Told:
        """Run rounds of so many messages until the time is over, at least one; or until something does not hold."""
        ends = monotonic() + minutes * 60
        self.people = make_people()
        self.laboratory = Laboratory(self.people.clinic, Random(f"{self.seed} laboratory"))
        self.laboratory.open()
        with self.mail, self.gateway:
            try:
                for name in WORKERS:
                    self.crew.want(name, "worker")
                self.crew.want("beat1", "beat")
                self.crew.supervise()
                for number in count():
                    self.round(number, messages)
                    print(f"round {number + 1}: drained in {self.told.drained[-1]:.1f} s", flush=True)
                    if self.told.violations or monotonic() >= ends:
                        break
            finally:
                self.crew.end()
        self.told.moods = self.mail_moods.drawn + self.text_moods.drawn
        for role, number in self.crew.ended_alone.items():
            self.told.faults[f"{role} process that ended, by an order or by itself, and was started again"] += number
        return self.told

    def round(self, number: int, messages: int) -> None:
        """Do the harm of one round while messages are stored, let everything come to rest, and look."""
        random = Random(f"{self.seed} {number}")
        written = planned(f"{self.seed}-{number}", messages, random)
        clients = Clients(self.ledger, self.people, ROUND_SECONDS)
        self.mail_moods.hostility = self.text_moods.hostility = HOSTILITY
        clients.begin(written, random)
        self.laboratory.begin()
        ends = monotonic() + LONGEST_ROUND_SECONDS
        for step in steps(random):
            while clients.progress < step.at and monotonic() < ends:
                self.watch_paused(until=monotonic() + 0.1)
            self.do(step, random)
        clients.end(within=ends - monotonic())
        self.laboratory.end()
        self.heal()
        for order in self.orders.obeyed():
            self.told.faults[f"{Fault.KILL_AT if order.what == 'kill' else Fault.PAUSE_AT}: {order.point}"] += 1
            self.at_risk += 1
        self.orders.forget()
        self.told.faults["batches asked for again, unanswered"] += clients.asked_again
        self.told.faults["specimens sent again, unanswered"] = self.laboratory.asked_again
        self.look([each.meaning for each in written])

    def do(self, step: Step, random: Random) -> None:
        """Do one fault."""
        match step.fault:
            case Fault.KILL_AT:
                self.orders.place("kill", step.point)
                return  # counted when it is obeyed
            case Fault.PAUSE_AT:
                self.orders.place("pause", step.point)
                return
            case Fault.KILL_CHILD:
                children = self.crew.children_of("worker")
                if not children:
                    return
                with suppress(psutil.NoSuchProcess):
                    random.choice(children).kill()
                self.at_risk += 1
            case Fault.KILL_WORKER | Fault.KILL_PARENT:
                whole = step.fault == Fault.KILL_WORKER
                if not self.crew.kill(random.choice(WORKERS), children=whole):
                    return
                self.at_risk += 2
            case Fault.FLUSH | Fault.VALKEY_AWAY if not self.servers.valkey.running:
                return
            case Fault.FLUSH:
                self.servers.flush()
            case Fault.VALKEY_AWAY:
                self.servers.kill_valkey()
                self.crew.want("poller", "deliver")
                self.later(AWAY_SECONDS, self.servers.valkey.start)
                self.later(AWAY_SECONDS * 2, lambda: self.crew.unwant("poller"))
                self.at_risk += 5  # a worker that loses its broker ends what its pool is doing; and the poller
            case Fault.POSTGRES:
                self.servers.restart_postgres_at_once()
                self.at_risk += 5
            case Fault.BEAT_TWICE:
                self.crew.want("beat2", "beat")
                self.later(AWAY_SECONDS, lambda: self.crew.unwant("beat2"))
            case Fault.BEAT_AWAY:
                self.crew.unwant("beat1")
                self.later(AWAY_SECONDS, lambda: self.crew.want("beat1", "beat"))
            case Fault.MAIL_AWAY:
                self.mail_moods.away = True
                self.later(AWAY_SECONDS, lambda: setattr(self.mail_moods, "away", False))
        self.told.faults[step.fault] += 1

    def watch_paused(self, *, until: float) -> None:
        """Wait; whoever was paused goes on when the lease is over."""
        while True:
            for order in self.orders.obeyed():
                if order.what == "pause" and order.serial not in self.paused:
                    self.paused.add(order.serial)
                    self.pauses.append(Lasting(PAUSE_SECONDS, partial(go_on, order.pid)))
            if monotonic() >= until:
                return
            sleep(min(0.1, max(0.0, until - monotonic())))

    def later(self, seconds: float, end: Callable[[], object]) -> None:
        """End a fault that lasts in so many seconds, or with the round."""
        self.lasting.append(Lasting(seconds, end))

    def heal(self) -> None:
        """Do no more harm: whoever is paused sleeps on past the lease, all else that lasts ends now."""
        self.orders.withdraw()
        self.watch_paused(until=monotonic() + 0.2)
        while not all(pause.over for pause in self.pauses):
            sleep(0.05)
        self.mail_moods.hostility = self.text_moods.hostility = 0.0
        for fault in self.lasting:
            fault.end()
        self.lasting.clear()
        self.pauses.clear()

    def look(self, meanings: list[str]) -> None:
        """Wait until all has ended, and compare the database with the ledger."""
        begun = monotonic()
        while (left := self.left(meanings)) and monotonic() - begun < DRAIN_SECONDS:
            sleep(0.2)
        self.told.drained.append(monotonic() - begun)
        found = rows(meanings)
        ledger = self.of_round(meanings)
        self.told.violations += violations(ledger, found, Harm(interruptions=self.at_risk))
        self.told.violations += self.laboratory.violations()
        self.told.specimens = len(self.laboratory.acknowledged)
        if left:
            self.told.violations.append(f"{left} messages not drained within {DRAIN_SECONDS} s")
        self.at_risk = 0
        self.told.messages += len(found)
        self.told.ends.update(row.state for row in found)
        for number in ledger.times_taken().values():
            self.told.taken["once" if number == 1 else "again: alerts, and what has a key that is honoured"] += 1

    def left(self, meanings: list[str]) -> int:
        """Return how many messages have not ended."""
        try:
            return Message.objects.filter(dedupe_key__in=meanings).exclude(state__in=ENDED).count()
        except Error:
            connection.close()
            return -1

    def of_round(self, meanings: list[str]) -> Ledger:
        """Return the part of the ledger that is about one round."""
        own = set(meanings)
        with self.ledger.lock:
            return Ledger(
                {meaning: self.ledger.written[meaning] for meaning in own & self.ledger.written.keys()},
                self.ledger.acknowledged & own,
                [offer for offer in self.ledger.offers if offer.meaning in own],
            )
