"""Scores of a whole-body scan by regions: total, relative score, cut-offs, and two readers beside each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from imaging.response.reasons import ResponseError
from imaging.response.words import plain

THOUSANDTH = Decimal("0.001")


class ScoreKind(StrEnum):
    """The schemes a scan is scored by; their scores do not stand for each other."""

    CURIE = "Curie"
    SIOPEN = "SIOPEN"


@dataclass(frozen=True, slots=True)
class Region:
    """A region of a scheme; `is_bone` is False for soft tissue."""

    key: str
    name: str
    is_bone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """A published cut-off: values above `above` of the total or the relative score mean `meaning`.

    `setting` is what it was found in, `limits` what it does not say. `verified` is False where the number or its
    boundary was not read in the source.
    """

    key: str
    measure: Literal["total", "relative"]
    above: Decimal
    meaning: str
    setting: str
    source: str
    limits: str
    verified: bool

    def is_above(self, value: Decimal | int) -> bool:
        """Return whether `value`, of this cut-off's measure, lies above it; equal is not above."""
        return value > self.above

    def says(self, value: Decimal | int) -> str:
        """Return what the cut-off says of `value`, with its setting and limits, and whether it was verified."""
        shown = value if isinstance(value, int) else plain(value.quantize(THOUSANDTH))
        side = f"above {self.above}: {self.meaning}" if self.is_above(value) else f"not above {self.above}"
        doubt = "" if self.verified else " Not verified."
        return f"{self.measure.capitalize()} {shown}, {side} ({self.setting}). {self.limits}{doubt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A way to score: its regions, and for each value from 0 to the worst what it stands for."""

    kind: ScoreKind
    regions: tuple[Region, ...]
    levels: tuple[str, ...]
    source: str
    cut_offs: tuple[CutOff, ...] = ()

    @property
    def worst(self) -> int:
        """Return the worst value of a region."""
        return len(self.levels) - 1

    @property
    def most(self) -> int:
        """Return the highest total there can be."""
        return self.worst * len(self.regions)


@dataclass(frozen=True, slots=True)
class Score:
    """A scan scored by the scheme of `kind`: the value of every region, by key, and their total."""

    kind: ScoreKind
    values: Mapping[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class RelativeScore:
    """A follow-up total divided by the baseline's, over `regions`; `value` is not rounded, None where undefined."""

    kind: ScoreKind
    regions: Literal["all", "bone"]
    follow_up: int
    baseline: int
    value: Decimal | None
    sentence: str


@dataclass(frozen=True, slots=True)
class RegionReadings:
    """What two readers gave one region; `difference` is the second less the first."""

    region: str
    name: str
    first: int
    second: int
    difference: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two readers of one scan: every region, those that differ and need a third look, and the totals' difference."""

    kind: ScoreKind
    readings: tuple[RegionReadings, ...]
    differing: tuple[str, ...]
    total_difference: int
    sentence: str


def score(scheme: Scheme, values: Mapping[str, int]) -> Score:
    """Return the score of a scan; `values` hold a whole number for each region of `scheme`, by key.

    Raises   ResponseError: a region is missing, unknown, or its value is none of the scheme; all at once.
    """
    names = {region.key: region.name for region in scheme.regions}
    mistakes = [
        f"{names[key]} has no value: enter 0 to {scheme.worst}, 0 where there is no uptake."
        for key in names
        if key not in values
    ]
    mistakes += [f"{key} is no region of {scheme.kind}." for key in sorted(values.keys() - names.keys())]
    mistakes += [
        f"{names[key]}: {values[key]} is not a whole number from 0 to {scheme.worst}."
        for key in names
        if key in values and not _is_level(scheme, values[key])
    ]
    if mistakes:
        raise ResponseError(mistakes)
    return Score(scheme.kind, {key: values[key] for key in names}, sum(values.values()))


def _is_level(scheme: Scheme, value: object) -> bool:
    return type(value) is int and 0 <= value <= scheme.worst


def relative_score(scheme: Scheme, follow_up: Score, baseline: Score, *, bone_only: bool = False) -> RelativeScore:
    """Return the follow-up score divided by the baseline score, over all regions or over bone alone.

    Whether the two scans can be compared at all is for `imaging.response.comparable`.

    Raises   ResponseError: a score is not one of `scheme`.
    """
    _same_scheme(scheme, follow_up, baseline)
    keys = [region.key for region in scheme.regions if region.is_bone or not bone_only]
    now, before = (sum(each.values[key] for key in keys) for each in (follow_up, baseline))
    over = " over bone" if bone_only else ""
    what = f"{scheme.kind} score{over} {now}, at baseline {before}"
    value = Decimal(now) / before if before else None
    if value is None:
        sentence = f"{what}: a relative score is undefined with a baseline of 0."
    else:
        sentence = f"{what}: relative score {plain(value.quantize(THOUSANDTH))}."
    return RelativeScore(scheme.kind, "bone" if bone_only else "all", now, before, value, sentence)


def compare_readers(scheme: Scheme, first: Score, second: Score) -> Agreement:
    """Return two readers' scores of one scan beside each other, by region in the scheme's order.

    Raises   ResponseError: a score is not one of `scheme`.
    """
    _same_scheme(scheme, first, second)
    readings = tuple(_readings(region, first, second) for region in scheme.regions)
    differing = tuple(each.region for each in readings if each.difference)
    told = ", ".join(f"{each.name} {each.first} and {each.second}" for each in readings if each.difference)
    totals = f"totals {first.total} and {second.total}"
    sentence = f"The readers differ in {told}; {totals}." if told else f"The readers agree; {totals}."
    return Agreement(scheme.kind, readings, differing, second.total - first.total, sentence)


def _readings(region: Region, first: Score, second: Score) -> RegionReadings:
    one, other = first.values[region.key], second.values[region.key]
    return RegionReadings(region.key, region.name, one, other, other - one)


def _same_scheme(scheme: Scheme, *scores: Score) -> None:
    if others := sorted({each.kind for each in scores} - {scheme.kind}):
        kinds = f"{scheme.kind} and {', '.join(others)}"
        raise ResponseError([f"{kinds} scores do not stand for each other: score both scans by one scheme."])
