"""Read a protocol file; every mistake in it is reported at once."""

import tomllib
from functools import lru_cache
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import NamedTuple

from schedules.protocol.activities import MARKERS
from schedules.protocol.definition import IntervalChoice, Nadir, Phase, Protocol
from schedules.protocol.grid import phase_numbers
from schedules.protocol.mistakes import Mistake, ProtocolError
from schedules.protocol.options import ALLOWED, INTERVALS, Options
from schedules.protocol.phases import read_phase
from schedules.protocol.table import Table

PACKAGED = Path(__file__).parent.parent / "protocols" / "iotrex.toml"
KEYS = ("slug", "version", "title", "activities", "indications", "options", "nadir", "phases")
PROVED_MONTHS = 240  # the annual phases repeat with a period of 24 months, so this covers every combination


class PackagedProtocol(NamedTuple):
    """A protocol and the file text it was read from."""

    protocol: Protocol
    text: str

    @property
    def sha256(self) -> str:
        """Return the hex digest of the file's text."""
        return sha256(self.text.encode()).hexdigest()


@lru_cache(maxsize=1)
def packaged_protocol() -> PackagedProtocol:
    """Return the protocol this product ships."""
    text = PACKAGED.read_text(encoding="utf-8")
    return PackagedProtocol(load_protocol(text, source=PACKAGED.name), text)


def load_protocol(text: str, *, source: str) -> Protocol:
    """Return the protocol written in `text` (TOML); `source` names the file in mistakes.

    Raises   ProtocolError: with every mistake found, not only the first.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError([Mistake(source, "", f"is not TOML: {error}", "correct the syntax")]) from error
    mistakes: list[Mistake] = []
    root = Table(content, source, "", mistakes)
    protocol = _read(root)
    if not mistakes:
        _prove(protocol, root)
    if mistakes:
        raise ProtocolError(mistakes)
    return protocol


def _read(root: Table) -> Protocol:
    root.only(KEYS)
    names = root.table("activities").texts()
    known = frozenset(names)
    markers = root.table("indications")
    phases = root.table("phases")
    return Protocol(
        slug=root.text("slug"),
        version=root.text("version"),
        title=root.text("title"),
        activities=names,
        indications={key: markers.keys_of(key, known & MARKERS, "marker") for key in markers},
        choices=_read_choices(root.table("options")),
        nadir=_read_nadir(root.table("nadir")),
        phases=tuple(read_phase(phases.table(key), key, known) for key in phases),
    )


def _read_choices(options: Table) -> dict[str, IntervalChoice]:
    options.only(INTERVALS)
    choices = {}
    for name in INTERVALS:
        table = options.table(name)
        table.only(("choices", "default"))
        offered = table.integers("choices", ALLOWED[name])
        choices[name] = IntervalChoice(offered, table.integer("default", allowed=offered))
    return choices


def _read_nadir(table: Table) -> Nadir:
    table.only(("first_week", "last_week", "cost"))
    first, last = table.integer("first_week", least=1), table.integer("last_week", least=1)
    if last < first:
        table.mistake("last_week", f"{last} is before first_week {first}", "give a later week")
    return Nadir(first, last, table.cost())


def _prove(protocol: Protocol, root: Table) -> None:
    """Report every timepoint that two phases of a kind would both plan, whatever is chosen."""
    combinations = product(*(protocol.choices[name].choices for name in INTERVALS))
    clashes = {
        clash
        for imaging, annual, late in combinations
        for clash in _planned_twice(protocol, Options(imaging, annual, late))
    }
    for earlier, later, timepoint in sorted(clashes):
        root.mistake(f"phases.{later}", f"plans {timepoint} again, as {earlier} does", "let the phases not overlap")


def _planned_twice(protocol: Protocol, options: Options) -> list[tuple[str, str, str]]:
    owner: dict[tuple[str, str, int], Phase] = {}
    clashes = []
    for phase in protocol.phases:
        for number in phase_numbers(phase, options, PROVED_MONTHS):
            first = owner.setdefault((phase.kind, phase.unit, number), phase)
            if first is not phase:
                clashes.append((first.key, phase.key, f"{'W' if phase.unit == 'weeks' else 'M'}{number}"))
    return clashes
