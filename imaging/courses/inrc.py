"""The parts of INRC 2017 as they are stored: primary tumour, soft tissue, bone by MIBG score, marrow."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from imaging.courses.mibg import MibgFinding, findings_of
from imaging.courses.recist import Course, Role, Seen, as_targets, as_time_point, is_complete
from imaging.models import Lesion, ResponseAssessment
from imaging.response.inrc import Bone, InrcResult, InrcRules, Marrow, PrimaryTumour, SoftTissue, Uptake, inrc_response
from imaging.response.recist import DiameterSum, Merged, Nature, TargetLesion, TimePoint, baseline_sum, sum_of
from imaging.response.recist import Seen as Told

NONE, ONE = Decimal(0), Decimal(1)


def inrc_of(
    course: Course, assessment: ResponseAssessment, scans: Sequence[MibgFinding], rules: InrcRules
) -> InrcResult | None:
    """Return the response by INRC of a time point that is complete; None when no part of it is known to be involved."""
    primary, soft_tissue = primary_of(course, assessment), soft_tissue_of(course, assessment)
    bone, marrow = bone_of(course, assessment, scans), marrow_of(course, assessment)
    if not (primary or soft_tissue or bone or marrow):
        return None
    return inrc_response(primary=primary, soft_tissue=soft_tissue, bone=bone, marrow=marrow, rules=rules)


def sums(course: Course, lesions: Iterable[Lesion], assessment: ResponseAssessment) -> list[DiameterSum]:
    """Return the sums of these target lesions: at the baseline, at each complete time point before, and now."""
    names = {each.name for each in lesions}
    targets: list[TargetLesion] = [each for each in as_targets(course) if each.name in names]
    if not targets:
        return []
    points = [each for each in course.time_points if each.on < assessment.on and is_complete(course, each)]
    told = [as_time_point(course, each) for each in (*points, assessment)]
    return [baseline_sum(targets, course.baseline.on), *(part_of_sum(course, names, each) for each in told)]


def part_of_sum(course: Course, names: set[str], point: TimePoint) -> DiameterSum:
    """Return what the lesions of these names add to a time point's sum; one merged with another lesion is missing."""
    targets = [each for each in as_targets(course) if each.name in names]
    findings = {
        name: Told.NOT_EVALUATED if isinstance(each, Merged) and each.into not in names else each
        for name, each in point.targets.items()
    }
    return sum_of(targets, findings, point.on)


def primary_of(course: Course, assessment: ResponseAssessment) -> PrimaryTumour | None:
    """Return the primary tumour, which a lesion is marked as; None: it is not followed.

    What of it is a non-target lesion has no size: unless that is gone, it is not evaluable.
    """
    found = sums(course, [each for each in course.of(Role.TARGET) if each.is_primary], assessment)
    unmeasured = [each for each in course.of(Role.NON_TARGET) if each.is_primary]
    if not (found or unmeasured):
        return None
    now = found[-1] if found else None
    gone = all(seen_of(course, each, assessment) == Seen.ABSENT for each in unmeasured)
    return PrimaryTumour(
        baseline_mm=found[0].mm if found else ONE,
        nadir_mm=min((each.mm for each in found[:-1] if not each.missing), default=ONE),
        now_mm=None if now is None or now.missing or not gone else now.mm,
        uptake=uptake(assessment.primary_uptake),
    )


def soft_tissue_of(course: Course, assessment: ResponseAssessment) -> SoftTissue | None:
    """Return soft tissue: its target lesions but for the primary tumour, and what is not measured; None without any."""
    found = sums(course, [each for each in course.of(Role.TARGET) if not each.is_primary], assessment)
    outside_bone = [each for each in course.of(Role.NON_TARGET) if each.nature != Nature.BONE_ALONE]
    worse = any_seen(course, outside_bone, assessment, Seen.PROGRESSED)
    softer = [each for each in outside_bone if not each.is_primary]
    nodes = [course.at(each, assessment) for each in softer if each.is_node]
    short_axes = [each.diameter_mm for each in nodes if each and each.diameter_mm is not None]
    new = any_seen(course, course.of(Role.NEW), assessment, Seen.PRESENT, Seen.MEASURED)
    if not (found or softer or worse or new):
        return None
    # Without a sum nobody can tell a response, but progression.
    now = found[-1] if found else None
    largest_node = largest(now, nodes=True) if now else None
    return SoftTissue(
        baseline_mm=found[0].mm if found else ONE,
        nadir_mm=min((each.mm for each in found[:-1] if not each.missing), default=ONE),
        now_mm=None if now is None or now.missing else now.mm,
        largest_mm=largest(now, nodes=False) if now else None,
        largest_node_mm=max([largest_node, *short_axes]) if largest_node is not None else None,
        uptake=uptake(assessment.soft_tissue_uptake),
        worse=worse,
        present=any_seen(course, softer, assessment, Seen.PRESENT)
        or any_seen(course, [each for each in softer if not each.is_node], assessment, Seen.MEASURED),
        unknown=any_seen(course, softer, assessment, Seen.NOT_EVALUATED),
        new=new,
    )


def largest(now: DiameterSum, *, nodes: bool) -> Decimal | None:
    """Return the largest lesion or node now, 0 without any; None while something was not evaluated."""
    if now.missing:
        return None
    return max((each.mm for each in now.addends if each.is_node is nodes and each.mm is not None), default=NONE)


def any_seen(course: Course, lesions: Iterable[Lesion], assessment: ResponseAssessment, *seen: str) -> bool:
    """Say whether any of these lesions was seen so at a time point."""
    return any(seen_of(course, lesion, assessment) in seen for lesion in lesions)


def seen_of(course: Course, lesion: Lesion, assessment: ResponseAssessment) -> str:
    """Return what was seen of a lesion at a time point; nothing where nothing was told."""
    measured = course.at(lesion, assessment)
    return measured.seen if measured else ""


def bone_of(course: Course, assessment: ResponseAssessment, scans: Sequence[MibgFinding]) -> Bone | None:
    """Return bone by the first scan that is held against its baseline.

    None: neither scan shows uptake. Without such a scan now, uptake at the baseline is said to be not evaluated.
    """
    relative = next((each.of_bone for each in scans if each.of_bone), None)
    new = assessment.new_uptake
    if relative:
        involved = relative.baseline or relative.follow_up or new
        return Bone(baseline=relative.baseline, now=relative.follow_up, new=new) if involved else None
    before = next((each.bone for each in findings_of(course.baseline) if each.bone), None)
    return Bone(baseline=before, now=None, new=new) if before else None


def marrow_of(course: Course, assessment: ResponseAssessment) -> Marrow | None:
    """Return the marrow; None: it was not looked at at the baseline."""
    before = course.baseline.marrow_percent
    if before is None:
        return None
    return Marrow(baseline_percent=before, now_percent=assessment.marrow_percent)


def uptake(told: str) -> Uptake:
    """Return what is told of uptake; nothing told is not evaluated."""
    return Uptake(told) if told else Uptake.UNKNOWN
