"""The medicines that interfere with MIBG, by class, and how long each is withheld before and after."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class OccasionKind(StrEnum):
    """What a patient is prepared for."""

    SCAN = "scan"
    INFUSION = "infusion"


class Standing(StrEnum):
    """How far a number can be relied on."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    OWN = "set by the clinic"


@dataclass(frozen=True, slots=True)
class Duration:
    """A number of whole days without a medicine, where it comes from, and the names it was verified for.

    `own`: the clinic set it; `source` then says what is shipped.
    """

    days: int
    source: str
    verified_for: frozenset[str] = frozenset()
    own: bool = False

    def standing(self, name: str) -> Standing:
        """Say how far the number can be relied on for the medicine of this folded name."""
        if self.own:
            return Standing.OWN
        return Standing.VERIFIED if name in self.verified_for else Standing.UNVERIFIED


@dataclass(frozen=True, slots=True)
class MedicineClass:
    """A class of medicines that interfere; a duration that is None has no number on file, `no_days` says why.

    `own_names`: folded names the clinic added to those shipped.
    """

    key: str
    name: str
    what: str
    evidence: str
    evidence_source: str
    names: tuple[str, ...]
    before_scan: Duration | None = None
    before_infusion: Duration | None = None
    after_infusion: Duration | None = None
    prescribed_for_pressure: bool = False
    no_days: str = ""
    own_names: tuple[str, ...] = ()

    @property
    def known_as(self) -> tuple[str, ...]:
        """Every name by which a medicine of the class is found."""
        return self.names + self.own_names

    def before(self, occasion: OccasionKind) -> Duration | None:
        """Return how long it is withheld before a scan or an infusion; None: no number is on file."""
        return self.before_scan if occasion is OccasionKind.SCAN else self.before_infusion


@dataclass(frozen=True, slots=True)
class Found:
    """The class a medicine belongs to, and the folded name by which it was found."""

    group: MedicineClass
    name: str

    @property
    def is_own(self) -> bool:
        """Whether the clinic added the name."""
        return self.name in self.group.own_names


@dataclass(frozen=True, slots=True)
class ScanDays:
    """How the days around a scan are counted.

    `injection_days_before`: how many days before the booked day the tracer is given. `restart_days`: after the booked
    day, the first day on which a medicine may be taken again.
    """

    injection_days_before: int
    injection_source: str
    restart_days: int
    restart_source: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class BlockadeDays:
    """From when until when the thyroid is blocked, in days around the tracer or the infusion."""

    starts_days_before: int
    starts_words: str
    last_days_after: int
    source: str
    start_verified: bool
    last_verified: bool


@dataclass(frozen=True, slots=True)
class BlockadeDose:
    """A dose in mg a day from an age in months on; `once`: a single dose."""

    from_months: int
    dose_mg: int
    source: str
    once: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """All of the file: the classes, how days are counted, and the thyroid blockade."""

    version: str
    classes: tuple[MedicineClass, ...]
    scan: ScanDays
    product: str
    blockade: Mapping[OccasionKind, BlockadeDays]
    doses: tuple[BlockadeDose, ...]

    def find(self, name: str) -> Found | None:
        """Return the class of a medicine as somebody wrote it, such as "Labetalol 200 mg"; None: not in the table.

        Of a combination the one that is withheld longest before a scan, one without a number before all.
        """
        words = folded(name)
        found = [Found(group, known) for group in self.classes for known in group.known_as if holds(words, known)]
        return max(
            found, key=lambda each: each.group.before_scan.days if each.group.before_scan else 10**6, default=None
        )


SIGNS = re.compile(r"[^a-z0-9]+")


def folded(name: str) -> str:
    """Return a name without case, accents and signs, its words apart by one blank."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return SIGNS.sub(" ", plain.casefold()).strip()


def holds(words: str, known: str) -> bool:
    """Say whether folded `words` hold the folded name `known` as whole words."""
    return f" {known} " in f" {words} "


OwnDays = Mapping[str, Mapping[str, int]]
OwnNames = Mapping[str, Sequence[str]]
STEPS = ("before_scan", "before_infusion", "after_infusion")


def adapted(
    table: Table, own: OwnDays, *, names: OwnNames | None = None, injection_days_before: int | None = None
) -> Table:
    """Return the table as a clinic has it: `own` holds, by class and step, the days it set otherwise.

    `names` holds, by class, the names it added. A class or step that the table does not know is passed over: an earlier
    version had it; so is a name that it has by now.
    """
    added = names or {}
    classes = tuple(_adapted_class(group, own.get(group.key, {}), added.get(group.key, ())) for group in table.classes)
    scan = table.scan
    if injection_days_before is not None and injection_days_before != scan.injection_days_before:
        scan = replace(scan, injection_days_before=injection_days_before, own=True)
    return replace(table, classes=classes, scan=scan)


def _adapted_class(group: MedicineClass, own: Mapping[str, int], names: Sequence[str]) -> MedicineClass:
    changed: dict[str, Duration] = {}
    for step in STEPS:
        shipped: Duration | None = getattr(group, step)
        if step in own and (shipped is None or shipped.days != own[step]):
            changed[step] = Duration(own[step], shipped_words(shipped), own=True)
    added = tuple(name for name in dict.fromkeys(map(folded, names)) if name not in group.names)
    return replace(group, own_names=added, **changed)  # type: ignore[arg-type]  # each is one of STEPS


def shipped_words(shipped: Duration | None) -> str:
    """Return what the shipped table says where a clinic has a number of its own."""
    return f"Shipped: {shipped.days} days. {shipped.source}" if shipped else "Shipped without a number"


def names_of(table: Table) -> Sequence[str]:
    """Return every name the table knows."""
    return [name for group in table.classes for name in group.known_as]
