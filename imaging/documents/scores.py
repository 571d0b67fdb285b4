"""Scores of scans on paper: each scheme by itself, region by region, with what came of each scan.

Only scores that count are printed: what one of two readers gave is kept from paper as it is from pages.
"""

from collections.abc import Sequence
from typing import NamedTuple

from imaging.models import ImagingPolicy, ImagingStudy
from imaging.response.scores import Scheme
from imaging.scoring.comparing import Comparison, CutOffNote, notes_of
from imaging.scoring.counting import StudyScore

BESIDE = 5


class RegionTable(NamedTuple):
    """Scans beside each other: a row for each region and one for the totals, a value for each scan."""

    scans: Sequence[ImagingStudy]
    rows: Sequence[tuple[str, Sequence[int]]]
    totals: Sequence[int]


class ScorePart(NamedTuple):
    """What is printed of one scheme; `notes` are the published cut-offs with what they say of the last scan."""

    scheme: Scheme
    tables: Sequence[RegionTable]
    scans: Sequence[Comparison]
    notes: Sequence[CutOffNote]


def score_part(
    scheme: Scheme, scans: Sequence[Comparison], policy: ImagingPolicy, *, beside_baseline: bool
) -> ScorePart:
    """Return what is printed of `scans`, in order of time; `beside_baseline` puts each one's baseline beside it."""
    columns: list[StudyScore] = []
    for each in scans:
        baseline = each.baseline if beside_baseline and not each.refused else None
        columns += [score for score in (baseline, each.score) if score and score.counts and score not in columns]
    tables = [region_table(scheme, columns[at : at + BESIDE]) for at in range(0, len(columns), BESIDE)]
    counted = [each for each in scans if each.score.counts]
    return ScorePart(scheme, tables, scans, notes_of(counted[-1], policy) if counted else [])


def region_table(scheme: Scheme, scores: Sequence[StudyScore]) -> RegionTable:
    """Return scores that count, region by region."""
    counts = [each.counts for each in scores if each.counts]
    return RegionTable(
        [each.study for each in scores],
        [(region.name, [each.values[region.key] for each in counts]) for region in scheme.regions],
        [each.total for each in counts],
    )
