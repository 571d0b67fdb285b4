"""The studies of an assessment on paper, each with what stands between it and the baseline's."""

from collections.abc import Sequence, Set
from typing import NamedTuple
from uuid import UUID

from imaging.courses.comparing import held, measured
from imaging.models import ImagingStudy, ResponseAssessment


class StudyTold(NamedTuple):
    """A study, and what to know when it is held against the baseline."""

    study: ImagingStudy
    notes: Sequence[str]


def studies_of(assessment: ResponseAssessment) -> list[ImagingStudy]:
    """Return the studies read together, by day."""
    return list(assessment.studies.order_by("imaged_on", "id"))


def studies_told(assessment: ResponseAssessment, compared: Set[UUID]) -> list[StudyTold]:
    """Return the studies of an assessment; `compared` are the scans of which their scores say it."""
    studies = studies_of(assessment)
    if assessment.baseline is None:
        return [StudyTold(each, ()) for each in studies]
    first = studies_of(assessment.baseline)
    return [StudyTold(each, notes_on(each, first, compared)) for each in studies]


def notes_on(study: ImagingStudy, first: Sequence[ImagingStudy], compared: Set[UUID]) -> list[str]:
    """Return what stands between a study and the baseline's; nothing of what is neither measured nor scored."""
    if study in first:
        return ["Read at the baseline as well."]
    if study.pk in compared:
        return ["See its score."]
    if study.facts.scored:
        return ["No score to compare it by."]
    if not study.facts.measured:
        return []
    earlier = measured(first)
    if not earlier:
        return ["The baseline has no CT or MRI to hold it against."]
    return [each.sentence for each in held(study, earlier).obstacles] or ["Nothing stands between them."]
