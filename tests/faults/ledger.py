"""What the clients were promised and what the providers were offered: kept outside the database."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock

# What a message is about, wherever it shows up: in its dedupe key, its subject, its text.
MEANING = re.compile(r"fault-[0-9a-z-]+")


class How(StrEnum):
    """What a provider made of an offer."""

    TAKEN = "taken and said so"
    SILENT = "taken, then silence"
    REFUSED = "refused for good"
    DEFERRED = "asked to come later"
    LOST = "fell silent before it took it"


ACCEPTED, UNANSWERED = (How.TAKEN, How.SILENT), (How.SILENT, How.LOST)


@dataclass(frozen=True)
class Written:
    """A message a client asked to store, and how it has to end."""

    meaning: str
    kind: str
    not_before: datetime
    expires_at: datetime | None = None
    unwanted: bool = False
    poison: bool = False
    nobody: bool = False  # an address that is refused for good


@dataclass(frozen=True)
class Offer:
    """A message as it reached a provider; `key` is what the provider could tell repetitions by."""

    channel: str
    key: str
    meaning: str
    how: How
    at: datetime


@dataclass
class Ledger:
    """Both sides of a run. `acknowledged` are the meanings whose transaction was said to be committed."""

    written: dict[str, Written] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    offers: list[Offer] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def asks(self, written: Written) -> None:
        """Note a message before it is stored: whether it is, only the database knows until it says so."""
        with self.lock:
            self.written[written.meaning] = written

    def promised(self, meaning: str) -> None:
        """Note that the database said it was stored."""
        with self.lock:
            self.acknowledged.add(meaning)

    def offered(self, offer: Offer) -> None:
        """Note what a provider was offered."""
        with self.lock:
            self.offers.append(offer)

    def by_meaning(self) -> dict[str, list[Offer]]:
        """Return what was offered of each message."""
        found: dict[str, list[Offer]] = defaultdict(list)
        with self.lock:
            for offer in self.offers:
                found[offer.meaning].append(offer)
        return found

    def times_taken(self) -> Counter[str]:
        """Return how often each message was taken by its provider."""
        with self.lock:
            return Counter(offer.meaning for offer in self.offers if offer.how in ACCEPTED)
