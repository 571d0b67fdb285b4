"""The studies of an assessment on paper, each with what stands between it and the baseline's."""

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple
from uuid import UUID

from imaging.models import ImagingStudy, ResponseAssessment
from imaging.response.comparable import Study, comparability


class StudyTold(NamedTuple):
    """A study, and what to know when it is held against the baseline."""

    study: ImagingStudy
    notes: Sequence[str]


def studies_of(assessment: ResponseAssessment) -> list[ImagingStudy]:
    """Return the studies read together, by day."""
    return list(assessment.studies.filter(assessed__withdrawn=False).distinct().order_by("imaged_on", "id"))


def studies_told(assessment: ResponseAssessment, compared: Set[UUID]) -> list[StudyTold]:
    """Return the studies of an assessment; `compared` are the scans of which their scores say it."""
    studies = studies_of(assessment)
    if assessment.baseline is None:
        return [StudyTold(each, ()) for each in studies]
    first = studies_of(assessment.baseline)
    return [StudyTold(each, notes_on(each, first, compared)) for each in studies]


def notes_on(study: ImagingStudy, first: Sequence[ImagingStudy], compared: Set[UUID]) -> list[str]:
    """Return what stands between a study and the one of the baseline that is most like it."""
    if study in first:
        return ["Read at the baseline as well."]
    if study.pk in compared:
        return ["See its score."]
    like = counterpart(study, first)
    if like is None:
        return ["The baseline has no study of this kind to hold it against."]
    return [each.sentence for each in comparability(facts_of(like), facts_of(study)).obstacles]


def counterpart(study: ImagingStudy, first: Iterable[ImagingStudy]) -> ImagingStudy | None:
    """Return the study of the baseline that is held against: of the same kind, else one that is used alike."""
    first = list(first)
    same = [each for each in first if each.kind == study.kind]
    alike = [
        each
        for each in first
        if (study.facts.measured and each.facts.measured) or (study.facts.scored and each.facts.scored)
    ]
    return next(iter([*same, *alike]), None)


def facts_of(study: ImagingStudy) -> Study:
    """Return a study as far as comparing needs it, its score apart."""
    kind = study.facts
    return Study(
        on=study.imaged_on,
        tracer=kind.tracer,
        modality=kind.modality,
        post_therapy=kind.post_therapy,
        slice_mm=study.slice_mm,
        reader=study.reader,
    )
