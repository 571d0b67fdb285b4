"""Read a protocol file; every mistake in it is reported at once."""

import tomllib
from functools import lru_cache
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from schedules.protocol.activities import MARKERS
from schedules.protocol.definition import IntervalChoice, Nadir, Phase, Protocol
from schedules.protocol.grid import phase_numbers, timepoint_words
from schedules.protocol.mistakes import Mistake, ProtocolError
from schedules.protocol.options import ALLOWED, INTERVALS, Options
from schedules.protocol.phases import LAST, read_phase
from schedules.protocol.table import Table

PACKAGED = Path(__file__).parent.parent / "protocols"
STANDARD = "iotrex.toml"
KEYS = ("slug", "version", "title", "example", "activities", "indications", "options", "nadir", "phases")
LARGEST = 200_000  # characters; a protocol has a few thousand
MOST_PHASES, MOST_KEYS = 40, 100
# As wide as the columns that hold the keys of phases and activities.
LONGEST_PHASE, LONGEST_ACTIVITY, LONGEST_INDICATION = 20, 24, 40
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
    """Return the protocol this product ships for use; the others it ships are examples."""
    return _packaged(PACKAGED / STANDARD)


def packaged_protocols() -> list[PackagedProtocol]:
    """Return every protocol this product ships, that for use first."""
    examples = sorted(path for path in PACKAGED.glob("*.toml") if path.name != STANDARD)
    return [packaged_protocol(), *map(_packaged, examples)]


def _packaged(path: Path) -> PackagedProtocol:
    text = path.read_text(encoding="utf-8")
    return PackagedProtocol(load_protocol(text, source=path.name), text)


def load_protocol(text: str, *, source: str) -> Protocol:
    """Return the protocol written in `text` (TOML); `source` names the file in mistakes.

    Raises   ProtocolError: with every mistake found, not only the first.
    """
    return _load(text, source, prove=True)


def read_protocol(text: str, *, source: str) -> Protocol:
    """Return the protocol written in `text` though two of its phases may plan one timepoint: a draft may, for a while.

    Raises   ProtocolError: it cannot be read, with every mistake found.
    """
    return _load(text, source, prove=False)


def _load(text: str, source: str, *, prove: bool) -> Protocol:
    content = _parsed(text, source)
    mistakes: list[Mistake] = []
    root = Table(content, source, "", mistakes)
    protocol = _read(root)
    if prove and not mistakes:
        _prove(protocol, root)
    if mistakes:
        raise ProtocolError(mistakes)
    return protocol


def _parsed(text: str, source: str) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise ProtocolError([Mistake(source, "", f"has more than {LARGEST} characters", "give a protocol file")])
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ProtocolError([Mistake(source, "", "is nested too deeply", "give a protocol file")]) from error
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ProtocolError([Mistake(source, "", f"is not TOML: {error}", "correct the syntax")]) from error


def _read(root: Table) -> Protocol:
    root.only(KEYS)
    activities = root.table("activities")
    known = frozenset(activities.keys(most=MOST_KEYS, longest=LONGEST_ACTIVITY))
    markers = root.table("indications")
    phases = root.table("phases")
    return Protocol(
        slug=root.text("slug"),
        version=root.text("version"),
        title=root.text("title"),
        activities=activities.texts(),
        indications={
            key: markers.keys_of(key, known & MARKERS, "marker")
            for key in markers.keys(most=MOST_KEYS, longest=LONGEST_INDICATION)
        },
        choices=_read_choices(root.table("options")),
        nadir=_read_nadir(root.table("nadir")),
        phases=tuple(
            read_phase(phases.table(key), key, known) for key in phases.keys(most=MOST_PHASES, longest=LONGEST_PHASE)
        ),
        is_example=root.flag("example"),
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
    first, last = (table.integer(key, least=1, most=LAST) for key in ("first_week", "last_week"))
    if last < first:
        table.mistake("last_week", f"{last} is before first_week {first}", "give a later week")
    return Nadir(first, last, table.cost())


def _prove(protocol: Protocol, root: Table) -> None:
    """Report every timepoint that two phases of a kind would both plan, whatever is chosen."""
    combinations = product(*(protocol.choices[name].choices for name in INTERVALS))
    clashes = {
        clash
        for imaging, annual, late in combinations
        for clash in planned_twice(protocol, Options(imaging, annual, late))
    }
    for earlier, later, timepoint in sorted(clashes):
        root.mistake(
            f"phases.{later}",
            f"plans {timepoint_words(timepoint)} again, as {earlier} does",
            "let the phases not overlap",
        )


def planned_twice(protocol: Protocol, options: Options) -> list[tuple[str, str, str]]:
    """Return the earlier phase, the later one and the timepoint of every timepoint of a kind that two phases plan."""
    owner: dict[tuple[str, str, int], Phase] = {}
    clashes = []
    for phase in protocol.phases:
        for number in phase_numbers(phase, options, PROVED_MONTHS):
            first = owner.setdefault((phase.kind, phase.unit, number), phase)
            if first is not phase:
                clashes.append((first.key, phase.key, f"{'W' if phase.unit == 'weeks' else 'M'}{number}"))
    return clashes
