"""Which harm is done when, in one round: decided by a seed before it begins."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.faults.points import POINTS


class Fault(StrEnum):
    """One kind of harm."""

    KILL_AT = "pool process killed at a point"
    KILL_CHILD = "pool process killed anywhere"
    KILL_WORKER = "worker killed with its pool"
    KILL_PARENT = "worker killed, its pool orphaned"
    PAUSE_AT = "pool process paused past its lease at a point"
    FLUSH = "Valkey flushed"
    VALKEY_AWAY = "Valkey killed and away for a while"
    POSTGRES = "PostgreSQL ended at once and started again"
    BEAT_TWICE = "second beat"
    BEAT_AWAY = "no beat for a while"
    MAIL_AWAY = "mail server away for a while"


# In each round. An order for a point that nobody comes by before the round ends is not obeyed, and not counted.
TIMES = {
    Fault.KILL_AT: 30,
    Fault.KILL_CHILD: 8,
    Fault.KILL_WORKER: 2,
    Fault.KILL_PARENT: 1,
    Fault.PAUSE_AT: 3,
    Fault.FLUSH: 3,
    Fault.VALKEY_AWAY: 1,
    Fault.POSTGRES: 2,
    Fault.BEAT_TWICE: 1,
    Fault.BEAT_AWAY: 1,
    Fault.MAIL_AWAY: 1,
}


@dataclass(frozen=True)
class Step:
    """One fault; `at` which part of the round's messages, `point` where it is done at one."""

    at: float
    fault: Fault
    point: str = ""


def steps(random: Random) -> list[Step]:
    """Return the faults of one round in their order, each point killed at in turn."""
    found = []
    for fault, times in TIMES.items():
        for number in range(times):
            point = ""
            if fault == Fault.KILL_AT:
                point = POINTS[number % len(POINTS)]
            elif fault == Fault.PAUSE_AT:
                point = ("leaving", "taken", "claimed")[number % 3]
            found.append(Step(random.uniform(0.02, 0.98), fault, point))
    return sorted(found, key=lambda step: step.at)
