"""What is told of lesions: at baseline, and at each time point after it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import TypeAlias

from imaging.response.recist.numbers import LARGEST, MOST_DECIMALS
from imaging.response.words import day


class Method(StrEnum):
    """What a lesion is measured with."""

    CT = "ct"
    MRI = "mri"
    CALIPER = "caliper"
    CHEST_XRAY = "chest_xray"


class Nature(StrEnum):
    """What a lesion is, where that decides whether it can be measured at all."""

    MASS = "mass"
    BONE_WITH_SOFT_TISSUE = "bone_with_soft_tissue"
    BONE_ALONE = "bone_alone"
    FLUID = "fluid"
    LEPTOMENINGEAL = "leptomeningeal"
    DIFFUSE = "diffuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLesion:
    """A target lesion at baseline; `name` is its own among the patient's lesions ("Liver 1").

    `diameter_mm` is the longest diameter, of a node the short axis. Paired organs are one `organ`: both lungs are
    "lung". `slice_mm` is None when not known or not of that method. `irradiated` stands for any earlier local
    treatment, `progressed_since` for progression shown after it.
    """

    name: str
    organ: str
    diameter_mm: Decimal
    is_node: bool = False
    method: Method = Method.CT
    slice_mm: Decimal | None = None
    nature: Nature = Nature.MASS
    irradiated: bool = False
    progressed_since: bool = False


@dataclass(frozen=True, slots=True)
class NonTargetLesion:
    """A lesion that is followed without being measured."""

    name: str
    is_node: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The lesions before treatment. `marker_raised`: a tumour marker above its limit, which CR needs normal again.

    `started_on` is the day treatment began, None when not known; durations then count from the baseline.
    """

    on: date
    targets: tuple[TargetLesion, ...] = ()
    non_targets: tuple[NonTargetLesion, ...] = ()
    marker_raised: bool = False
    started_on: date | None = None


class Seen(StrEnum):
    """What is told of a target lesion that has no diameter."""

    ABSENT = "absent"
    TOO_SMALL = "too small to measure"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True, slots=True)
class Merged:
    """The lesion cannot be told any more from the target lesion `into`, whose diameter is that of both together."""

    into: str


@dataclass(frozen=True, slots=True)
class Split:
    """The lesion has fallen apart; `parts_mm` are the longest diameters of the parts, of a node their short axes."""

    parts_mm: tuple[Decimal, ...]


Finding: TypeAlias = Decimal | Seen | Merged | Split


class NonTargetState(StrEnum):
    """What is told of a non-target lesion; a node below 10 mm is absent."""

    ABSENT = "absent"
    PRESENT = "present"
    PROGRESSED = "unequivocal progression"
    NOT_EVALUATED = "not evaluated"


@dataclass(frozen=True, slots=True)
class NewLesion:
    """A lesion that was not there at baseline; not `certain`: it may be one, and is looked at again."""

    name: str
    certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePoint:
    """What was seen on one date: a finding for each lesion of the baseline, by name.

    Diameters are in mm. A non-target node may have its short axis instead of a state. `marker_normal` is None when not
    measured, and looked at only where the marker was raised at baseline.
    """

    on: date
    targets: Mapping[str, Finding] = field(default_factory=dict)
    non_targets: Mapping[str, NonTargetState | Decimal] = field(default_factory=dict)
    new: tuple[NewLesion, ...] = ()
    marker_normal: bool | None = None


def mistakes_of(targets: Sequence[TargetLesion], non_targets: Sequence[NonTargetLesion] = ()) -> Iterator[str]:
    """Yield a sentence for each thing that keeps the lesions of a baseline from being looked at."""
    names = Counter([lesion.name for lesion in targets] + [lesion.name for lesion in non_targets])
    for name in sorted(name for name, count in names.items() if count > 1):
        yield f"Two lesions are called {name}: give each its own name."
    for lesion in sorted(targets, key=attrgetter("name")):
        yield from _mistakes_of_diameter(lesion.name, lesion.diameter_mm)
        if lesion.slice_mm is not None and not (lesion.slice_mm.is_finite() and lesion.slice_mm > 0):
            yield f"{lesion.name}: a slice of {lesion.slice_mm} mm cannot be: enter its thickness, or leave it out."


def mistakes_at(time_point: TimePoint, baseline: Baseline) -> Iterator[str]:
    """Yield a sentence for each thing that keeps `time_point` from being assessed against `baseline`."""
    on = time_point.on
    if on <= baseline.on:
        yield f"The time point {day(on)} is not after the baseline of {day(baseline.on)}: correct one of the dates."
    targets = {lesion.name: lesion for lesion in baseline.targets}
    nodes = {lesion.name: lesion.is_node for lesion in baseline.non_targets}
    for known, told in ((targets.keys(), time_point.targets.keys()), (nodes.keys(), time_point.non_targets.keys())):
        yield from (
            f"{name} has no finding on {day(on)}: say what was seen, or that it was not evaluated."
            for name in sorted(known - told)
        )
        yield from (
            f"{name} on {day(on)} is no such lesion of the baseline: correct the name, or enter it as a new lesion."
            for name in sorted(told - known)
        )
    new = Counter(lesion.name for lesion in time_point.new)
    yield from (f"{name} on {day(on)} is new twice: name it once." for name in sorted(new) if new[name] > 1)
    yield from (
        f"{name} on {day(on)} is a lesion of the baseline and cannot be new: correct the name."
        for name in sorted(new.keys() & (targets.keys() | nodes.keys()))
    )
    for name in sorted(targets.keys() & time_point.targets.keys()):
        yield from _mistakes_of_finding(name, time_point)
    for name in sorted(nodes.keys() & time_point.non_targets.keys()):
        state = time_point.non_targets[name]
        if not isinstance(state, NonTargetState):
            yield from _mistakes_of_diameter(f"{name} on {day(on)}", state)
            if not nodes[name]:
                what = f"{name} on {day(on)} is a non-target lesion and no node"
                yield f"{what}: say present or absent, without a diameter."


def _mistakes_of_finding(name: str, time_point: TimePoint) -> Iterator[str]:
    finding, place = time_point.targets[name], f"{name} on {day(time_point.on)}"
    if isinstance(finding, Merged):
        other = time_point.targets.get(finding.into)
        if finding.into == name or other is None or isinstance(other, Merged):
            yield f"{place} has merged into {finding.into}: name another target lesion that has a finding of its own."
    elif isinstance(finding, Split):
        if len(finding.parts_mm) < 2:
            yield f"{place} has split: give the diameters of two parts or more."
        for part in finding.parts_mm:
            yield from _mistakes_of_diameter(f"A part of {place}", part)
    elif not isinstance(finding, Seen):
        yield from _mistakes_of_diameter(place, finding)


def _mistakes_of_diameter(place: str, diameter: Decimal) -> Iterator[str]:
    if not isinstance(diameter, Decimal) or not diameter.is_finite():
        yield f"{place}: {diameter} is not a decimal number of mm."
    elif diameter <= 0:
        yield f"{place}: {diameter} mm is not above 0: say absent, or too small to measure."
    elif diameter > LARGEST:
        yield f"{place}: {diameter} mm is more than {LARGEST} mm: check the unit."
    elif -int(diameter.as_tuple().exponent) > MOST_DECIMALS:
        yield f"{place}: {diameter} mm has more than {MOST_DECIMALS} decimals: round as the report does."
