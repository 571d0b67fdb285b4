"""Measure two pieces of work against each other on a machine that does other things too."""

import sys
from collections.abc import Callable, Iterable
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


class Figure(NamedTuple):
    """A line of the table of bin/bench; not `kept`: a limit was missed."""

    what: str
    figure: str
    kept: bool = True


def at_least(limit: float, what: str, ratio: Ratio, note: str = "") -> Figure:
    """Return the figure of `ratio`, whose median must be `limit` or more."""
    return _limited(what, ratio, note, f"at least {limit:.2f}", kept=ratio.median >= limit)


def at_most(limit: float, what: str, ratio: Ratio, note: str = "") -> Figure:
    """Return the figure of `ratio`, whose median must be `limit` or less."""
    return _limited(what, ratio, note, f"at most {limit:.2f}", kept=ratio.median <= limit)


def _limited(what: str, ratio: Ratio, note: str, limit: str, *, kept: bool) -> Figure:
    return Figure(what, f"{ratio}, {limit}: {'kept' if kept else 'MISSED'}{note and f', {note}'}", kept)


def report(figures: Iterable[Figure]) -> None:
    """Print `figures`, and end with 1 when a limit was missed."""
    told = list(figures)
    for each in told:
        print(f"{each.what}: {each.figure}")
    if not all(each.kept for each in told):
        sys.exit(1)


def paired(a: Work, b: Work, pairs: int = 7, *, before: Work = lambda: None) -> Ratio:
    """Return the time of `a` over the time of `b`, taken in turn, the order swapped from pair to pair.

    `before` is done before each of them, and is no part of its time.
    """
    ratios = []
    for pair in range(pairs):
        times = {}
        for work in (a, b) if pair % 2 == 0 else (b, a):
            before()
            times[work] = seconds(work)
        ratios.append(times[a] / times[b])
    return Ratio(median(ratios), min(ratios), max(ratios))


def seconds(work: Work) -> float:
    """Return how long `work` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start
