"""What is computed of a time point, and what is missing before it can be signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from imaging.courses.inrc import inrc_of
from imaging.courses.inrc_rules import rules_of
from imaging.courses.markers import markers_at
from imaging.courses.mibg import MibgFinding, findings_of
from imaging.courses.recist import Course, Role, as_baseline, as_targets, as_time_point, is_complete, response_at
from imaging.models import ResponseAssessment
from imaging.response import recist
from imaging.response.discordance import Uptake
from imaging.response.inrc import InrcResult, InrcRules
from imaging.response.reasons import ResponseError
from imaging.response.recist.lesions import mistakes_of
from imaging.response.uptake import proposed_uptake
from imaging.response.words import day
from imaging.scoring.schemes import policy_of
from patients.models import Indication
from patients.tumour_markers import MarkerCourse


@dataclass(frozen=True, slots=True)
class Computed:
    """What was computed of a time point: None where it cannot be, or does not apply; INRC is of neuroblastoma.

    `uptake` is what the scores of MIBG scans say; `markers` are kept with it as they were known then.
    """

    recist: recist.TimePointResponse | None
    mibg: tuple[MibgFinding, ...] = ()
    inrc: InrcResult | None = None
    markers: tuple[MarkerCourse, ...] = ()
    uptake: Uptake | None = None

    @property
    def uptake_words(self) -> str:
        """What the scores say, as a clinician signs it; nothing where they say nothing."""
        return ResponseAssessment.Mibg(self.uptake.value).label if self.uptake else ""


def what_is_missing(course: Course, assessment: ResponseAssessment) -> tuple[str, ...]:
    """Return a sentence for each thing that keeps an assessment from being signed; empty: nothing."""
    if assessment.is_baseline:
        return tuple(chain(unmeasured(course), refused_targets(course)))
    told = response_at(course, assessment)
    return (*unsigned_before(course, assessment), *(told if isinstance(told, tuple) else ()))


def unsigned_before(course: Course, assessment: ResponseAssessment) -> list[str]:
    """Return a sentence for what a time point is held against, or has its nadir from, and nobody has signed."""
    earlier = [each for each in course.time_points if each.on < assessment.on and is_complete(course, each)]
    waiting = [each.on for each in (course.baseline, *earlier) if not each.is_signed]
    return [
        f"What was read on {day(on)} is not signed: sign it first, or mark it as entered in error." for on in waiting
    ]


def unmeasured(course: Course) -> list[str]:
    """Return a sentence for each lesion of the baseline of which nothing was entered."""
    return [
        f"{lesion.name} has no finding at the baseline: enter what was seen."
        for lesion in course.lesions
        if lesion.role != Role.NEW and course.at(lesion, course.baseline) is None
    ]


def refused_targets(course: Course) -> list[str]:
    """Return what RECIST 1.1 has against the choice of target lesions, where it has to be mended."""
    return [found.sentence for found in target_findings(course) if found.refused]


def target_findings(course: Course) -> list[recist.SelectionFinding]:
    """Return everything RECIST 1.1 has to say about the choice of target lesions; nothing while names clash."""
    targets = as_targets(course)
    return [] if list(mistakes_of(targets)) else recist.check_targets(targets)


def proposed(course: Course, assessment: ResponseAssessment) -> Computed:
    """Return what is computed of a time point; of a baseline the markers alone."""
    markers = markers_at(course, assessment)
    if assessment.is_baseline:
        return Computed(None, markers=markers)
    policy = policy_of(assessment.clinic)
    told, scans = response_at(course, assessment), findings_of(assessment, policy)
    rules = rules_of(policy)
    uptake = uptake_of(assessment, scans, rules)
    if isinstance(told, tuple):
        return Computed(None, scans, markers=markers, uptake=uptake)
    is_neuroblastoma = assessment.patient.indication == Indication.NEUROBLASTOMA
    inrc = inrc_of(course, assessment, scans, rules) if is_neuroblastoma else None
    return Computed(told, scans, inrc, markers, uptake)


def uptake_of(assessment: ResponseAssessment, scans: Iterable[MibgFinding], rules: InrcRules) -> Uptake | None:
    """Return what the MIBG scans of a time point say; the thresholds of bone by INRC stand for the whole scan."""
    return proposed_uptake(
        [each.relative for each in scans if each.relative],
        new=assessment.new_uptake,
        better_most=rules.bone_response_most.value,
        worse_least=rules.bone_progression_least.value,
    )


def best_response(course: Course) -> recist.BestResponse | None:
    """Return the best overall response of the course so far; None where `signed_course` has none."""
    told = signed_course(course)
    return recist.best_overall_response(told) if told else None


def signed_course(course: Course) -> recist.Course | None:
    """Return the responses of the time points that are signed and complete.

    None without one, and while something entered contradicts itself, such as a lesion merged into one taken back since.
    """
    points = [each for each in course.time_points if each.is_signed and is_complete(course, each)]
    try:
        told = recist.assess(as_baseline(course), [as_time_point(course, each) for each in points])
    except ResponseError:
        return None
    return told if points else None
