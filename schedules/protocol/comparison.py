"""What one version of a protocol says otherwise than another. Pure: two definitions in, a table out."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from schedules.protocol.definition import Protocol
from schedules.protocol.writer import content_of

NAMES = ("slug", "version", "example")  # every version has its own


class Difference(NamedTuple):
    """One entry of the file that differs: its key path, and what stands there; None where it is not there at all."""

    where: str
    before: str | None
    after: str | None


def compare(before: Protocol, after: Protocol) -> list[Difference]:
    """Return every entry in which `after` differs from `before`, in the order of the file; names are left out."""
    old, new = (dict(entries({**content_of(one), **dict.fromkeys(NAMES)})) for one in (before, after))
    differing = [where for where in {**old, **new} if old.get(where) != new.get(where)]
    found = [Difference(where, old.get(where), new.get(where)) for where in differing]
    if [phase.key for phase in before.phases] != [phase.key for phase in after.phases] and not any(
        each.where.startswith("phases.") for each in found
    ):
        found.append(Difference("phases", *(", ".join(phase.key for phase in one.phases) for one in (before, after))))
    return found


def entries(content: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every entry of a protocol's tables by its key path, as a person writes it."""
    for key, value in content.items():
        where = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from entries(value, where)
        elif isinstance(value, list):
            yield where, ", ".join(map(str, value)) or "none"
        elif value is not None:
            yield where, str(value)
