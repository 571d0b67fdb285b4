"""Whether a scan can be held against an earlier one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from imaging.response.scores import ScoreKind
from imaging.response.words import day

THIN_SLICE_MM = Decimal(5)
UNKNOWN_SLICES = "of unknown thickness"


class Tracer(StrEnum):
    """What a scan was done with; none for CT and MRI without one."""

    NONE = "none"
    I123_MIBG = "I-123 MIBG"
    I131_MIBG = "I-131 MIBG"
    MFBG = "F-18 MFBG"
    FDG = "F-18 FDG"
    SOMATOSTATIN = "somatostatin analogue"
    OTHER = "another tracer"


class Modality(StrEnum):
    """How a scan was taken."""

    PLANAR = "planar"
    SPECT = "SPECT"
    SPECT_CT = "SPECT/CT"
    PET_CT = "PET/CT"
    PET_MRI = "PET/MRI"
    CT = "CT"
    MRI = "MRI"
    OTHER = "another modality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A scan as far as comparing needs it; `reader` names who read it, blank when not known.

    `reader_ids` are those persons, where they are known: two of one name are two readers.
    `post_therapy`: taken with the activity of a treatment. `slice_mm` is None where not known or without slices,
    `score` None where the scan was not scored.
    """

    on: date
    tracer: Tracer
    modality: Modality
    post_therapy: bool = False
    slice_mm: Decimal | None = None
    reader: str = ""
    reader_ids: frozenset[UUID] = frozenset()
    score: ScoreKind | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands between two scans, its rule and a sentence; `refused`: they are not compared at all."""

    rule: str
    refused: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Comparability:
    """Whether two scans may be compared, and everything to know about it, refusals first."""

    allowed: bool
    obstacles: tuple[Obstacle, ...]


def comparability(baseline: Study, follow_up: Study) -> Comparability:
    """Return whether `follow_up` may be held against `baseline`, the denominator of a relative score.

    Refused: scores of two kinds, and a scored post-therapy I-131 scan as the baseline; the rest are warnings.
    """
    refusals, warnings = tuple(_refusals(baseline, follow_up)), tuple(_warnings(baseline, follow_up))
    return Comparability(not refusals, refusals + warnings)


def _refusals(baseline: Study, follow_up: Study) -> Iterator[Obstacle]:
    if _shows_more(baseline) and (baseline.score or follow_up.score):
        sentence = (
            f"The scan of {day(baseline.on)} was taken after a treatment with I-131 MIBG, whose activity shows more"
        )
        remedy = "lesions than a diagnostic scan: it is no baseline of a relative score. Take a diagnostic scan."
        yield Obstacle("post_therapy_baseline", True, f"{sentence} {remedy}")
    if baseline.score and follow_up.score and baseline.score is not follow_up.score:
        kinds = f"{baseline.score} and {follow_up.score} scores do not stand for each other"
        yield Obstacle("score_kind", True, f"{kinds}: score both scans by one scheme.")


def _shows_more(study: Study) -> bool:
    return study.post_therapy and study.tracer is Tracer.I131_MIBG


def _warnings(baseline: Study, follow_up: Study) -> Iterator[Obstacle]:
    def warning(rule: str, sentence: str) -> Obstacle:
        return Obstacle(rule, False, sentence)

    if _shows_more(follow_up):
        taken = f"The scan of {day(follow_up.on)} was taken after a treatment with I-131 MIBG"
        yield warning("post_therapy", f"{taken} and can show lesions that a diagnostic scan does not.")
    elif _shows_more(baseline) and not (baseline.score or follow_up.score):
        taken = f"The scan of {day(baseline.on)} was taken after a treatment with I-131 MIBG"
        yield warning("post_therapy", f"{taken} and can show lesions that a diagnostic scan does not.")
    if baseline.tracer is not follow_up.tracer:
        yield warning("tracer", f"The tracers differ: {baseline.tracer}, then {follow_up.tracer}.")
    if baseline.modality is not follow_up.modality:
        yield warning("modality", f"The modalities differ: {baseline.modality}, then {follow_up.modality}.")
    before, now = _slices(baseline), _slices(follow_up)
    if before != now:
        yield warning("slices", f"The slices differ: {before}, then {now}.")
    elif before == UNKNOWN_SLICES and follow_up.modality in (Modality.CT, Modality.MRI):
        yield warning("slices", "The slices of both are of unknown thickness.")
    if not (baseline.reader and follow_up.reader):
        yield warning("reader", "It is not known of both scans who read them.")
    elif _readers_differ(baseline, follow_up):
        another = "another " if baseline.reader == follow_up.reader else ""
        yield warning("reader", f"The readers differ: {baseline.reader}, then {another}{follow_up.reader}.")
    if (baseline.score is None) is not (follow_up.score is None):
        scored, other = (baseline, follow_up) if baseline.score else (follow_up, baseline)
        yield warning(
            "score", f"The scan of {day(scored.on)} is scored ({scored.score}), that of {day(other.on)} is not."
        )


def _readers_differ(baseline: Study, follow_up: Study) -> bool:
    """Say whether two scans were read by others: by who they are, else by their names."""
    if baseline.reader_ids and follow_up.reader_ids:
        return baseline.reader_ids != follow_up.reader_ids
    return baseline.reader != follow_up.reader


def _slices(study: Study) -> str:
    """Return the class of a scan's slices: RECIST 1.1 measures on slices up to 5 mm."""
    if study.slice_mm is None:
        return UNKNOWN_SLICES
    return "up to 5 mm" if study.slice_mm <= THIN_SLICE_MM else "above 5 mm"
