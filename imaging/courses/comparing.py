"""Whether the CT and MRI of a time point can be held against those of its baseline."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imaging.models import ImagingStudy, ResponseAssessment
from imaging.response.comparable import Obstacle, Study, comparability


class Compared(NamedTuple):
    """A study, the one of the baseline it is held against, and what stands between them."""

    study: ImagingStudy
    before: ImagingStudy
    obstacles: Sequence[Obstacle]


def compared(assessment: ResponseAssessment) -> list[Compared]:
    """Return each measured study of a time point beside the baseline's of its kind, else beside the baseline's first.

    Nothing of a baseline itself, nor without measured studies on either side.
    """
    if assessment.baseline is None:
        return []
    earlier = measured(assessment.baseline.studies.all())
    return [held(study, earlier) for study in measured(assessment.studies.all()) if earlier]


def held(study: ImagingStudy, earlier: Sequence[ImagingStudy]) -> Compared:
    """Return a study beside the one among `earlier` that is most alike."""
    before = min(earlier, key=lambda each: (each.kind != study.kind, each.region != study.region))
    return Compared(study, before, comparability(facts_of(before), facts_of(study)).obstacles)


def measured(studies: Iterable[ImagingStudy]) -> list[ImagingStudy]:
    """Return the studies lesions are measured on, by day."""
    return sorted((each for each in studies if each.facts.measured), key=lambda each: (each.imaged_on, each.pk))


def facts_of(study: ImagingStudy) -> Study:
    """Return a study as far as comparing needs it; its reader is who reported it."""
    return Study(
        on=study.imaged_on,
        tracer=study.facts.tracer,
        modality=study.facts.modality,
        slice_mm=study.slice_mm,
        reader=study.reader,
    )
