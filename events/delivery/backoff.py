"""How long to wait before the next try. Pure."""

from collections.abc import Callable
from datetime import timedelta

SHORTEST, LONGEST = timedelta(seconds=15), timedelta(minutes=30)
GROWTH = 3

Uniform = Callable[[float, float], float]


def wait_before_next(tries: int, uniform: Uniform) -> timedelta:
    """Return how long to wait after `tries` tries: at random, so that what failed together does not come together.

    Between the shortest wait and a bound that grows threefold with each try, up to half an hour.
    """
    bound = min(LONGEST, SHORTEST * GROWTH ** min(tries, 10))
    return timedelta(seconds=uniform(SHORTEST.total_seconds(), bound.total_seconds()))
