"""Reads the log of a simulated clinic into plain lines, refusing what docs/simulation.md does not name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.oracle.fields import CHOICES, FIELDS, WITHOUT_AN_INSTANT, Reader, anything, instant


class LogRefused(Exception):
    """The log holds a line that cannot be understood; the message names the line."""


@dataclass(frozen=True)
class Line:
    """One line of the log; `fields` are read: days are dates, instants aware datetimes, clocks times."""

    number: int
    what: str
    at: datetime | None
    fields: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.fields.get(name)


@dataclass
class Log:
    """A whole log: the clinic, what concerns everybody, and the lines of each patient in their order."""

    simulation: Line
    clinic: Line
    patients: dict[str, list[Line]] = field(default_factory=dict)
    everybody: list[Line] = field(default_factory=list)
    lines: int = 0


def read_line(count: int, written: str) -> Line:
    """Read one line. Raises LogRefused: it is no JSON, of an unknown kind, or has other fields than its kind."""
    try:
        said = json.loads(written)
    except json.JSONDecodeError as wrong:
        raise LogRefused(f"line {count}: is not JSON ({wrong})") from wrong
    what = said.pop("what", None)
    if what not in FIELDS:
        raise LogRefused(f"line {count}: {what!r} is not known")
    at = said.pop("at", None)
    if at is None and what not in WITHOUT_AN_INSTANT:
        raise LogRefused(f"line {count}: {what} has no `at`")
    return Line(count, what, read_field(count, what, "at", at, instant) if at else None, read_fields(count, what, said))


def read_fields(count: int, what: str, said: dict[str, Any]) -> dict[str, Any]:
    """Read the fields of a line of the kind `what`."""
    known = {name.rstrip("?"): reader for name, reader in FIELDS[what].items()}
    needed = {name for name in FIELDS[what] if not name.endswith("?") and name != "*"}
    strange = set() if "*" in known else said.keys() - known.keys()
    if strange:
        raise LogRefused(f"line {count}: {what} has no field {', '.join(sorted(strange))}")
    if needed - said.keys():
        raise LogRefused(f"line {count}: {what} lacks {', '.join(sorted(needed - said.keys()))}")
    return {name: read_field(count, what, name, value, known.get(name, anything)) for name, value in said.items()}


def read_field(count: int, what: str, name: str, value: Any, reader: Reader) -> Any:
    """Read one field, telling the line and the field if it cannot be."""
    try:
        read = reader(value)
    except (ValueError, TypeError, AttributeError) as wrong:
        raise LogRefused(f"line {count}: {name} of {what} cannot be read: {wrong}") from wrong
    if read not in CHOICES.get((what, name), (read,)):
        raise LogRefused(f"line {count}: {name} of {what} is {read!r}, which is not known")
    return read


class Owners:
    """Whose a line is: itself says so, or what it names was first named by a line that did."""

    # What a line may name instead of its patient, in which field.
    BY = ("appointment", "event", "alert", "contact")

    def __init__(self) -> None:
        self.patients: set[str] = set()
        self.named: dict[str, str] = {}

    def whose(self, line: Line) -> str | None:
        """Return the patient whom `line` concerns; None: nobody, or everybody."""
        if line["patient"]:
            return self._first_named(line)
        if line["patient"] == "" and line["alert"]:
            self.named[line["alert"]] = ""  # of a row nobody is known for
        if line.what in ("sent", "message"):
            return self.named.get(line["to"] or "") or None
        for name in self.BY:
            if line[name]:
                if line[name] not in self.named:
                    raise LogRefused(f"line {line.number}: {name} {line[name]} was not named before")
                return self.named[line[name]] or None
        return None

    def _first_named(self, line: Line) -> str:
        owner: str = line["patient"]
        if line.what == "patient":
            self.patients.add(owner)
        elif owner not in self.patients:
            raise LogRefused(f"line {line.number}: patient {owner} was not named before")
        for name in self.BY:
            if line[name] and self.named.setdefault(line[name], owner) != owner:
                raise LogRefused(f"line {line.number}: {name} {line[name]} is another patient's")
        return owner


def read_log(written: Iterable[str]) -> Log:
    """Read a whole log. Raises LogRefused: at the first line that cannot be understood."""
    log, owners, last = None, Owners(), None
    opening: list[Line] = []
    for count, each in enumerate(written, 1):
        line = read_line(count, each)
        if log is None:
            opening.append(line)
            log = opened(opening)
            continue
        if line.what in ("simulation", "clinic"):
            raise LogRefused(f"line {count}: a second {line.what}")
        if line.at and last and line.at < last:
            raise LogRefused(f"line {count}: is earlier than the line before")
        last = line.at or last
        owner = owners.whose(line)
        (log.everybody if owner is None else log.patients.setdefault(owner, [])).append(line)
        log.lines = count
    if log is None:
        raise LogRefused("the log does not begin with a simulation and a clinic")
    return log


def opened(opening: list[Line]) -> Log | None:
    """Return the log that begins with these lines, once both are there."""
    expected = ("simulation", "clinic")[len(opening) - 1]
    if opening[-1].what != expected:
        raise LogRefused(f"line {opening[-1].number}: {opening[-1].what} where {expected} should stand")
    return Log(simulation=opening[0], clinic=opening[1]) if len(opening) == 2 else None
