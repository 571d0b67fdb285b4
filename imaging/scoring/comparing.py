"""A follow-up scan held against its baseline: what stands between the two, then the relative score."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from imaging.kinds import KINDS
from imaging.models import ImagingPolicy, ImagingStudy
from imaging.response.comparable import Obstacle, Study, comparability
from imaging.response.curie import relative_of_bone
from imaging.response.scores import CutOff, RelativeScore, Scheme, ScoreKind, relative_score
from imaging.scoring.counting import StudyScore, scores_by, study_score
from imaging.scoring.schemes import cut_offs_shown
from patients.models import Patient
from schedules.protocol.trace import words


@dataclass(frozen=True, slots=True)
class Comparison:
    """A scored scan against its baseline, if it has one; refused or without a baseline, there is no relative score.

    `sentence` says what came of it, `passed_over` which later baselines have no score that counts, or were not read.
    """

    score: StudyScore
    sentence: str
    baseline: StudyScore | None = None
    obstacles: tuple[Obstacle, ...] = ()
    relative: RelativeScore | None = None
    of_bone: RelativeScore | None = None
    passed_over: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the two scans must not be held against each other."""
        return any(each.refused for each in self.obstacles)


@dataclass(frozen=True, slots=True)
class CutOffNote:
    """A published cut-off, and what it says of a score; nothing where its measure is not known."""

    cut_off: CutOff
    says: str


def compare(study: ImagingStudy, scheme: Scheme, policy: ImagingPolicy, own: Sequence[ImagingStudy] = ()) -> Comparison:
    """Return how `study` scores by `scheme` against the latest earlier baseline that has a score by it.

    `own`: the scans of the baseline of its course, the latest first; where there are any, no other stands for them.
    """
    score = study_score(study, scheme, policy)
    if own and score.counts:
        return against(score, scores_by(scheme, own, policy))
    return among(score, scores_by(scheme, baselines_before(study), policy))


def course_of(patient: Patient, scheme: Scheme, policy: ImagingPolicy) -> list[Comparison]:
    """Return every standing scan of a patient that was read by `scheme`, the earliest first, each against its baseline.

    One scheme only: scores of two schemes do not stand for each other.
    """
    kinds = [key for key, kind in KINDS.items() if kind.scored]
    studies = ImagingStudy.objects.standing().filter(patient=patient, kind__in=kinds).order_by("-imaged_on", "-id")
    scores = scores_by(scheme, studies, policy)
    return [among(each, scores) for each in reversed(scores) if each.readings]


def among(score: StudyScore, scores: Sequence[StudyScore]) -> Comparison:
    """Return a scan against the latest earlier baseline among `scores`, the latest first."""
    if score.counts is None:
        return Comparison(score, "No score counts yet.")
    if score.study.is_baseline:
        return Comparison(score, "This scan is a baseline: later scans are held against it.")
    day = score.study.imaged_on
    return against(score, [each for each in scores if each.study.is_baseline and each.study.imaged_on < day])


def baselines_before(study: ImagingStudy) -> list[ImagingStudy]:
    """Return the standing baselines that are scored from before the day of `study`, the latest first."""
    earlier = ImagingStudy.objects.standing().filter(patient=study.patient_id, is_baseline=True)
    return [each for each in earlier.filter(imaged_on__lt=study.imaged_on) if each.facts.scored]


def against(score: StudyScore, baselines: Sequence[StudyScore]) -> Comparison:
    """Return a scored scan against the first of `baselines`, the latest first, that has a score which counts."""
    baseline = next((each for each in baselines if each.counts), None)
    passed_over = tuple(
        f"The baseline of {words(each.study.imaged_on)} ({each.study.facts.label}) has no score that counts. "
        f"{each.sentence}"
        for each in takewhile(lambda each: each is not baseline, baselines)
    )
    if baseline is None:
        sentence = f"No earlier baseline has a {score.scheme.kind} score that counts: there is no relative score."
        return Comparison(score, sentence, passed_over=passed_over)
    return held(score, baseline, passed_over)


def held(score: StudyScore, baseline: StudyScore, passed_over: tuple[str, ...]) -> Comparison:
    """Return a scored scan against a scored baseline: asked first whether they can be compared at all."""
    found = comparability(facts_of(baseline), facts_of(score))
    if not found.allowed or score.counts is None or baseline.counts is None:
        sentence = "Not compared: there is no relative score."
        return Comparison(score, sentence, baseline, found.obstacles, passed_over=passed_over)
    relative = relative_score(score.scheme, score.counts, baseline.counts)
    # Curie alone has soft tissue among its regions; INRC 2017 takes bone alone.
    of_bone = relative_of_bone(score.counts, baseline.counts) if score.scheme.kind is ScoreKind.CURIE else None
    return Comparison(score, relative.sentence, baseline, found.obstacles, relative, of_bone, passed_over)


def facts_of(score: StudyScore) -> Study:
    """Return a scored scan as far as comparing needs it."""
    study, kind = score.study, score.study.facts
    return Study(
        on=study.imaged_on,
        tracer=kind.tracer,
        modality=kind.modality,
        post_therapy=kind.post_therapy,
        slice_mm=study.slice_mm,
        reader=score.read_by,
        reader_ids=frozenset(each.pk for each in score.readers),
        score=score.scheme.kind,
    )


def notes_of(comparison: Comparison, policy: ImagingPolicy) -> list[CutOffNote]:
    """Return the cut-offs the clinic shows, each with what it says of this score."""
    scheme = comparison.score.scheme
    return [CutOffNote(each, _said(each, comparison)) for each in cut_offs_shown(scheme, policy)]


def _said(cut_off: CutOff, comparison: Comparison) -> str:
    if cut_off.measure == "total":
        return cut_off.says(comparison.score.counts.total) if comparison.score.counts else ""
    value = comparison.relative.value if comparison.relative else None
    return cut_off.says(value) if value is not None else ""
