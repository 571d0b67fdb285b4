"""The fewest days between two therapeutic infusions, per indication. Pure: no database, no clock."""

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("treatment_intervals.toml")
DEFAULT = "default"


class Interval(NamedTuple):
    """The fewest days between two infusions, and where the number comes from."""

    shortest: timedelta
    source: str


@cache
def intervals() -> dict[str, Interval]:
    """Return the intervals by indication, with the default under "default".

    Raises   ValueError: the file lacks the default, or an entry has no positive whole days or no source.
    """
    found = {}
    for name, entry in tomllib.loads(FILE.read_text()).items():
        days, source = entry.get("days"), entry.get("source")
        if type(days) is not int or days < 1 or not isinstance(source, str) or not source:
            raise ValueError(f"{FILE.name}, {name}: days is a positive whole number, source a text")
        found[name] = Interval(timedelta(days), source)
    if DEFAULT not in found:
        raise ValueError(f"{FILE.name}: no {DEFAULT}")
    return found


def interval_for(indication: str) -> Interval:
    """Return the fewest days between two infusions in an indication."""
    return intervals().get(indication, intervals()[DEFAULT])
