"""How a provider treats the next offer: as told, or at random from a seed."""

from collections import Counter, deque
from enum import StrEnum
from random import Random
from threading import Lock


class Mood(StrEnum):
    """One way to treat an offer."""

    TAKE = "take"
    REFUSE = "refuse"  # 5xx of a mail server, 422 of a gateway: for good
    DEFER = "defer"  # 4xx of a mail server, 503 of a gateway: later
    TURN_AWAY = "turn away"  # before anything is said
    STALL = "stall"  # silence before anything is taken
    DROP = "drop"  # hangs up in the middle of it
    TAKE_AND_DROP = "take and drop"  # takes it, hangs up before it says so
    TAKE_AND_STALL = "take and stall"  # takes it, says nothing


HOSTILE = {
    Mood.DEFER: 5,
    Mood.TURN_AWAY: 3,
    Mood.STALL: 1,
    Mood.DROP: 2,
    Mood.TAKE_AND_DROP: 3,
    Mood.TAKE_AND_STALL: 1,
    Mood.REFUSE: 1,
}


class Moods:
    """The moods to come. `hostility` is the share of offers that are not simply taken; `away`: none are."""

    def __init__(self, seed: object = 0) -> None:
        self.hostility = 0.0
        self.away = False
        self.next: deque[Mood] = deque()
        self.drawn: Counter[str] = Counter()
        self._random = Random(str(seed))
        self._lock = Lock()

    def draw(self) -> Mood:
        """Return how the next offer is treated."""
        with self._lock:
            mood = self._next()
            self.drawn[mood] += 1
            return mood

    def _next(self) -> Mood:
        if self.away:
            return Mood.TURN_AWAY
        if self.next:
            return self.next.popleft()
        if self._random.random() >= self.hostility:
            return Mood.TAKE
        return self._random.choices([*HOSTILE], [*HOSTILE.values()])[0]
