"""The sum of diameters of a time point, and how each lesion comes into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter

from imaging.response.recist.lesions import Finding, Merged, Seen, Split, TargetLesion
from imaging.response.recist.numbers import NORMAL_NODE_BELOW, TOO_SMALL
from imaging.response.words import millimetres, plain

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Addend:
    """A lesion in a sum: what was seen, in words, and the mm it adds, None when not evaluated.

    `gone` is what complete response asks of it: absent, or a node below 10 mm.
    """

    lesion: str
    is_node: bool
    seen: str
    mm: Decimal | None
    gone: bool


@dataclass(frozen=True, slots=True)
class DiameterSum:
    """The sum of diameters on a date in mm, over what was evaluated; `missing` are the lesions that were not."""

    on: date
    mm: Decimal
    addends: tuple[Addend, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def baseline_sum(targets: Sequence[TargetLesion], on: date) -> DiameterSum:
    """Return the sum at baseline: longest diameters, and short axes of nodes."""
    return sum_of(targets, {lesion.name: lesion.diameter_mm for lesion in targets}, on)


def sum_of(targets: Sequence[TargetLesion], findings: Mapping[str, Finding], on: date) -> DiameterSum:
    """Return the sum of a time point; `findings` hold one for each target, by name.

    Absent is 0 mm, too small to measure 5 mm. A lesion in parts adds them all. One that merged into another adds
    nothing of its own: the other's diameter is that of both.
    """
    lesions = sorted(targets, key=attrgetter("name"))
    by_name = {lesion.name: lesion for lesion in lesions}
    addends = tuple(_addend(lesion, findings, by_name) for lesion in lesions)
    return DiameterSum(
        on,
        sum((each.mm for each in addends if each.mm is not None), ZERO),
        addends,
        tuple(each.lesion for each in addends if each.mm is None),
        tuple(note for lesion in lesions for note in _notes(lesion, findings, by_name)),
    )


def nadir(sums: Iterable[DiameterSum]) -> DiameterSum:
    """Return the smallest complete sum, the first of equals."""
    return min((each for each in sums if not each.missing), key=lambda each: (each.mm, each.on))


def _addend(lesion: TargetLesion, findings: Mapping[str, Finding], by_name: Mapping[str, TargetLesion]) -> Addend:
    finding = findings[lesion.name]
    if isinstance(finding, Merged):
        other = findings[finding.into]
        own = None if _mm(other) is None else ZERO
        gone = _is_gone(by_name[finding.into], other)
        return Addend(lesion.name, lesion.is_node, f"merged into {finding.into}", own, gone)
    return Addend(lesion.name, lesion.is_node, _words(finding), _mm(finding), _is_gone(lesion, finding))


def _mm(finding: Finding) -> Decimal | None:
    if isinstance(finding, Decimal):
        return finding
    if isinstance(finding, Split):
        return sum(finding.parts_mm, ZERO)
    return {Seen.ABSENT: ZERO, Seen.TOO_SMALL: TOO_SMALL}.get(finding) if isinstance(finding, Seen) else None


def _is_gone(lesion: TargetLesion, finding: Finding) -> bool:
    if not lesion.is_node or finding is Seen.ABSENT:
        return finding is Seen.ABSENT
    if isinstance(finding, Split):
        return max(finding.parts_mm) < NORMAL_NODE_BELOW
    return finding is Seen.TOO_SMALL or (isinstance(finding, Decimal) and finding < NORMAL_NODE_BELOW)


def _words(finding: Finding) -> str:
    if isinstance(finding, Decimal):
        return millimetres(finding)
    if isinstance(finding, Split):
        return f"{' + '.join(map(plain, finding.parts_mm))} mm"
    return str(finding)


def _notes(lesion: TargetLesion, findings: Mapping[str, Finding], by_name: Mapping[str, TargetLesion]) -> list[str]:
    finding, name = findings[lesion.name], lesion.name
    if finding is Seen.TOO_SMALL:
        return [f"{name} is too small to measure: {millimetres(TOO_SMALL)} by default."]
    if isinstance(finding, Split):
        total = millimetres(sum(finding.parts_mm, ZERO))
        node = " RECIST 1.1 says so of lesions that are no nodes." if lesion.is_node else ""
        return [f"{name} has split: its parts of {_words(finding)} add {total}.{node}"]
    if isinstance(finding, Merged):
        other = by_name[finding.into]
        mixed = " One is a node, the other is not: let a radiologist say which axis counts."
        note = f"{name} has merged into {other.name}: one diameter stands for both."
        return [note + mixed if other.is_node != lesion.is_node else note]
    return []
