"""What the pages of scores show: both readings region by region, what counts, and the way it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from accounts.models import Staff
from imaging.models import ImagingPolicy, ImagingStudy, ScoreReading
from imaging.response.scores import Region
from imaging.scoring.blinding import MOST_READERS
from imaging.scoring.comparing import Comparison, CutOffNote, compare, notes_of
from imaging.scoring.counting import Standing, StudyScore
from imaging.scoring.schemes import SCHEMES
from patients.models import Patient
from patients.models.people import Indication


class Cell(NamedTuple):
    """What one reading gives; `whose` names it where the head of the table is not in sight."""

    whose: str
    value: int


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region: what each shown reading gives it, in their order, and whether the two readers differ."""

    region: Region
    cells: Sequence[Cell]
    differs: bool


@dataclass(frozen=True)
class ScoreSection:
    """One scheme's part of the page of a study, as `viewer` may see it."""

    comparison: Comparison
    notes: Sequence[CutOffNote]
    viewer: Staff
    may_decide: bool

    @property
    def score(self) -> StudyScore:
        return self.comparison.score

    @property
    def key(self) -> str:
        return str(self.score.scheme.kind)

    @cached_property
    def shown(self) -> list[ScoreReading]:
        """The readings `viewer` may see, the adjudication last."""
        readings = [each for each in self.score.readings if not self.score.hides(each, self.viewer)]
        return [*readings, *([self.score.adjudication] if self.score.adjudication else [])]

    @property
    def hidden(self) -> list[ScoreReading]:
        """The readings kept from `viewer`."""
        return [each for each in self.score.readings if self.score.hides(each, self.viewer)]

    @property
    def rows(self) -> list[RegionRow]:
        """Every region with what was given."""
        differing = self.score.agreement.differing if self.score.agreement else ()
        return [
            RegionRow(
                region,
                [Cell(self.whose(each), each.values[region.key]) for each in self.shown],
                region.key in differing,
            )
            for region in self.score.scheme.regions
        ]

    @property
    def totals(self) -> list[Cell]:
        """The total of each shown reading."""
        return [Cell(self.whose(each), each.total) for each in self.shown]

    def whose(self, reading: ScoreReading) -> str:
        """Return who gave a reading, and as what: "Dr Oz, adjudication", "Dr Oz, not blind"."""
        if reading.role == ScoreReading.Role.ADJUDICATION:
            return f"{reading.reader}, adjudication"
        return f"{reading.reader}, not blind" if reading.pk in self.score.not_blind else str(reading.reader)

    @property
    def body(self) -> str:
        """The template of the picture."""
        return f"imaging/body_{self.key.lower()}.html"

    @property
    def picture(self) -> dict[str, int] | None:
        """The values the picture of the body shows: those that count, else the only ones `viewer` may see."""
        drawn = self.score.counting or (self.shown[0] if len(self.shown) == 1 else None)
        return drawn.values if drawn else None

    @property
    def may_read(self) -> bool:
        """Whether `viewer` can be a further reader."""
        free = len(self.score.readings) < MOST_READERS and not self.score.has_read(self.viewer)
        return self.may_decide and free and not self.score.study.withdrawn

    @property
    def may_adjudicate(self) -> bool:
        return self.may_decide and self.score.standing is Standing.AWAITS_ADJUDICATION

    @property
    def changeable(self) -> list[ScoreReading]:
        """The readings that can be taken back, and by their reader changed: no reader's once it was adjudicated."""
        if not self.may_decide:
            return []
        return [self.score.adjudication] if self.score.adjudication else list(self.score.readings)


def sections_of(
    study: ImagingStudy, policy: ImagingPolicy, viewer: Staff, *, may_decide: bool
) -> tuple[list[ScoreSection], list[str]]:
    """Return the clinic's scheme and every other the scan was read by, then the schemes that are left."""
    read = set(study.readings.filter(withdrawn=False).values_list("scheme", flat=True))
    shown = [policy.scheme, *(key for key in SCHEMES if key in read and key != policy.scheme)]
    found = (compare(study, SCHEMES[key], policy) for key in shown)
    sections = [ScoreSection(each, notes_of(each, policy), viewer, may_decide) for each in found]
    return sections, [key for key in SCHEMES if key not in shown]


def is_of_cut_offs(patient: Patient) -> bool:
    """Say whether the patient has the disease in which the published cut-offs were found."""
    return patient.indication == Indication.NEUROBLASTOMA
