"""What a protocol file says, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from schedules.protocol.activities import MARKERS
from schedules.protocol.options import INTERVALS, OptionError, Options, require_choice

Kind = Literal["visit", "imaging"]
Unit = Literal["weeks", "months"]


@dataclass(frozen=True, slots=True)
class Between:
    """The laboratory-only timepoints of a phase, where the visit itself is less frequent."""

    visits_every: str
    activities: tuple[str, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Closing:
    """How a grid of scans ends at its phase's last month (PROTOCOL.md 6); lengths in months."""

    replace_under: int
    longest_gap: int


@dataclass(frozen=True, slots=True)
class Phase:
    """One rule of the protocol: timepoints of one kind at equal steps from the anchor.

    `every` is a number of units or the name of an option. The grid starts at `first`, or one step after
    `after`. `last` is inclusive; None means without end. The window is in days.
    """

    key: str
    name: str
    kind: Kind
    unit: Unit
    every: int | str
    window_before: int
    window_after: int
    activities: tuple[str, ...]
    cost: int
    first: int | None = None
    after: int | None = None
    last: int | None = None
    markers_every: int | None = None
    first_cost: int | None = None
    between: Between | None = None
    closing: Closing | None = None

    @property
    def counts_blood(self) -> bool:
        """Whether its timepoints hold a blood count, which is what the weeks of the nadir are about."""
        return "cbc" in self.activities

    def step(self, options: Options) -> int:
        """Return the distance between two timepoints, in units of the phase."""
        return self.every if isinstance(self.every, int) else int(getattr(options, self.every))

    def start(self, options: Options) -> int:
        """Return the number of the first timepoint, in units of the phase."""
        return self.first if self.first is not None else (self.after or 0) + self.step(options)


@dataclass(frozen=True, slots=True)
class Nadir:
    """The weeks, both inclusive, in which myelosuppression is deepest."""

    first_week: int
    last_week: int
    cost: int


@dataclass(frozen=True, slots=True)
class IntervalChoice:
    """What a protocol offers for one interval, in months."""

    choices: tuple[int, ...]
    default: int


@dataclass(frozen=True)
class Protocol:
    """One version of a follow-up protocol; a published one never changes, so slug and version identify it.

    `activities` are English names by key, `indications` the markers of a secreting tumour by indication.
    `is_example`: an example to be approved, which no plan follows as it is.
    """

    slug: str
    version: str
    title: str
    activities: Mapping[str, str]
    indications: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, IntervalChoice]
    nadir: Nadir
    phases: tuple[Phase, ...] = field(repr=False)
    is_example: bool = False

    def __hash__(self) -> int:
        return hash((self.slug, self.version))

    def default_options(self, markers: tuple[str, ...] = ()) -> Options:
        """Return the options of a plan for which nobody chose anything."""
        return Options(**{name: offer.default for name, offer in self.choices.items()}, markers=markers)

    def check(self, options: Options) -> None:
        """Refuse options this protocol does not offer.

        Raises   OptionError
        """
        for name in INTERVALS:
            require_choice(name, getattr(options, name), self.choices[name].choices)
        offered = [key for key in self.activities if key in MARKERS]
        for marker in options.markers:
            if marker not in offered:
                raise OptionError("markers", f"{marker!r} is not a marker", f"choose from {', '.join(offered)}")


def markers_for(protocol: Protocol, indication: str) -> tuple[str, ...]:
    """Return the marker activities of a secreting tumour of `indication`; empty for `other`.

    Raises   OptionError: the indication is unknown.
    """
    if indication not in protocol.indications:
        known = ", ".join(protocol.indications)
        raise OptionError("indication", f"{indication!r} is unknown", f"choose from {known}")
    return protocol.indications[indication]
