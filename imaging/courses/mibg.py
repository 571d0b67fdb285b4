"""What the MIBG scans of a time point say against their baseline: one finding a scan and scheme."""

from dataclasses import dataclass

from imaging.models import ImagingPolicy, ImagingStudy, ResponseAssessment
from imaging.response.scores import RelativeScore, ScoreKind
from imaging.response.words import day
from imaging.scoring.comparing import Comparison, compare
from imaging.scoring.schemes import SCHEMES, policy_of


@dataclass(frozen=True, slots=True)
class MibgFinding:
    """A scan by one scheme: the total that counts, the relative score, and every sentence that goes with them.

    `total`, and `bone` over the regions of bone alone, are None while no score counts; `of_bone` is the relative score
    over these, which are all of SIOPEN. `study` and `baseline` are the ids of the scan and of what it is held against.
    """

    scan: str
    study: str
    baseline: str | None
    scheme: ScoreKind
    total: int | None
    bone: int | None
    relative: RelativeScore | None
    of_bone: RelativeScore | None
    sentence: str
    obstacles: tuple[str, ...]


def findings_of(assessment: ResponseAssessment, policy: ImagingPolicy | None = None) -> tuple[MibgFinding, ...]:
    """Return what each scored scan of a time point says by each scheme, against the baseline of its course."""
    policy = policy or policy_of(assessment.clinic)
    scans = scans_of(assessment)
    own = scans_of(assessment.baseline)[::-1] if assessment.baseline else []
    compared = [compare(study, scheme, policy, own) for study in scans for scheme in SCHEMES.values()]
    return tuple(finding(each) for each in compared if each.score.readings)


def scans_of(assessment: ResponseAssessment) -> list[ImagingStudy]:
    """Return the scored scans of an assessment that stand, by day."""
    studies = assessment.studies.filter(withdrawn=False).order_by("imaged_on", "id")
    return [study for study in studies if study.facts.scored]


def finding(compared: Comparison) -> MibgFinding:
    """Return one comparison as it is kept with an assessment."""
    score = compared.score
    is_curie = score.scheme.kind is ScoreKind.CURIE
    bone = [region.key for region in score.scheme.regions if region.is_bone]
    return MibgFinding(
        scan=str(score.study),
        study=str(score.study.pk),
        baseline=str(compared.baseline.study.pk) if compared.baseline else None,
        scheme=score.scheme.kind,
        total=score.counts.total if score.counts else None,
        bone=sum(score.counts.values[key] for key in bone) if score.counts else None,
        relative=compared.relative,
        of_bone=compared.of_bone if is_curie else compared.relative,
        sentence=f"{score.sentence} {compared.sentence}{held_against(compared)}",
        obstacles=tuple(each.sentence for each in compared.obstacles) + compared.passed_over,
    )


def held_against(compared: Comparison) -> str:
    """Say which scan was the baseline; nothing without one."""
    baseline = compared.baseline
    return f" Baseline: {day(baseline.study.imaged_on)}." if baseline and compared.relative else ""
