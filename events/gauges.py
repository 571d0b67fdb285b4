"""Numbers for a monitoring system that are not of messages; the app that knows them registers them."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class Gauge(NamedTuple):
    """What a number means, and what it is now."""

    words: str
    value: Callable[[datetime], int]


# By name; the owning app registers it in AppConfig.ready.
GAUGES: dict[str, Gauge] = {}
