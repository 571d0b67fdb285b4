"""Measure two pieces of work against each other on a machine that does other things too."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import NamedTuple

Work = Callable[[], object]


class Ratio(NamedTuple):
    """How many times as long the first piece took as the second: over all pairs."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def paired(a: Work, b: Work, pairs: int = 7) -> Ratio:
    """Return the time of `a` over the time of `b`, taken in turn, the order swapped from pair to pair."""
    ratios = []
    for pair in range(pairs):
        first, second = (a, b) if pair % 2 == 0 else (b, a)
        times = {first: seconds(first)}
        times[second] = seconds(second)
        ratios.append(times[a] / times[b])
    return Ratio(median(ratios), min(ratios), max(ratios))


def seconds(work: Work) -> float:
    """Return how long `work` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start
