"""Whether messages to our own people arrive; an app above, which sends them, says where they do not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Unreached(NamedTuple):
    """The last message to a person by one way, in words, failed: when, and why."""

    way: str
    at: datetime
    why: str


# Returns how each person, by id, was not reached lately. Registered by the apps above in AppConfig.ready.
UNREACHED: list[Callable[[Iterable[UUID], datetime], Mapping[UUID, Sequence[Unreached]]]] = []


def unreached(people: Iterable[UUID], *, now: datetime) -> dict[UUID, list[Unreached]]:
    """Return by which ways the last message to each of `people` failed; only who has one."""
    people, found = list(people), dict[UUID, list[Unreached]]()
    for ways_of in UNREACHED:
        for person, ways in ways_of(people, now).items():
            found.setdefault(person, []).extend(ways)
    return found
