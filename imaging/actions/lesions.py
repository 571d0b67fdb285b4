"""Lesions: which are followed, and what was seen of each at a time point."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import Staff
from events.actions import record_event
from events.undo import Changes
from imaging.actions.assessments import locked_draft
from imaging.courses.recist import OF_ROLE, Course, course_of
from imaging.models import ImagingStudy, Lesion, LesionMeasurement, ResponseAssessment
from imaging.response.recist.numbers import LARGEST, MOST_DECIMALS
from iotrex_followup.errors import InputRefused, ReasonNeeded, TransitionRefused
from iotrex_followup.history import action
from schedules.protocol.trace import words

Role, Seen = Lesion.Role, LesionMeasurement.Seen


@dataclass(frozen=True, slots=True)
class LesionFacts:
    """A lesion as entered, with what it is; see `imaging.models.Lesion`."""

    role: str
    name: str
    organ: str
    is_node: bool = False
    is_primary: bool = False
    method: str = "ct"
    nature: str = "mass"
    irradiated: bool = False
    progressed_since: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class SeenFacts:
    """What was seen of a lesion; diameters in mm. `merged_into` is another target lesion."""

    seen: str
    diameter_mm: Decimal | None = None
    parts_mm: tuple[Decimal, ...] = ()
    merged_into: Lesion | None = None
    study: ImagingStudy | None = None
    note: str = ""


@action
def add_lesion(*, assessment: ResponseAssessment, facts: LesionFacts, found: SeenFacts, by: Staff) -> Lesion:
    """Add a lesion with what was seen of it: target or non-target at a baseline, new at a later time point.

    Raises   TransitionRefused: the assessment is signed or was entered in error, or the patient's record is closed.
    Raises   InputRefused: a name twice, a role that does not fit, a diameter or finding that cannot be.
    Records  lesion.added, which can be undone
    """
    assessment = locked_draft(assessment)
    course = course_of(assessment.baseline or assessment)
    refuse_role(assessment, facts.role)
    refuse_name(course, facts.name)
    lesion = Lesion(
        clinic=assessment.clinic,
        patient=assessment.patient,
        baseline=course.baseline,
        first_seen=assessment,
        **{**asdict(facts), "name": facts.name.strip()},
    )
    refuse_finding(lesion, found, course, assessment)
    lesion.save()
    changes = Changes()
    changes.created(lesion, undone={"withdrawn": True})
    store_finding(lesion, assessment, found)
    write_event("lesion.added", assessment, changes, by=by, name=lesion.name, role=lesion.get_role_display().lower())
    return lesion


@action
def change_lesion(*, lesion: Lesion, fields: Mapping[str, Any], found: SeenFacts, by: Staff) -> Lesion:
    """Change what a lesion is, and what was seen of it where it was entered first.

    Raises   TransitionRefused: that assessment is signed or was entered in error, or the patient's record is closed.
    Raises   InputRefused: see `add_lesion`.
    Records  lesion.changed, which can be undone; nothing when nothing changes
    """
    assessment = locked_draft(lesion.first_seen)
    course = course_of(assessment.baseline or assessment)
    lesion = as_it_is(lesion)
    changes = Changes()
    changes.watch(lesion)
    for name, value in fields.items():
        setattr(lesion, name, value)
    refuse_role(assessment, lesion.role)
    refuse_name(course, lesion.name, but=lesion)
    refuse_finding(lesion, found, course, assessment)
    refuse_other_role(lesion, course)
    lesion.save()
    measured = lesion.measurements.get(assessment=assessment, withdrawn=False)
    changes.watch(measured)
    fill(measured, found)
    measured.save()
    if rows := changes.facts():
        write_event("lesion.changed", assessment, changes, by=by, name=lesion.name, rows=rows)
    return lesion


@action
def withdraw_lesion(*, lesion: Lesion, reason: str, by: Staff) -> Lesion:
    """Record that a lesion was entered in error; it is followed no more.

    Raises   TransitionRefused: that is so already, the assessment it was entered at is signed, or the record is closed.
    Raises   ReasonNeeded: no reason, of a lesion that was looked at again since.
    Records  lesion.withdrawn, which can be undone
    """
    assessment = locked_draft(lesion.first_seen)
    lesion = as_it_is(lesion)
    if not reason and lesion.measurements.filter(withdrawn=False).exclude(assessment=assessment).exists():
        raise ReasonNeeded(["It was looked at again since."], field="reason")
    changes = Changes()
    changes.watch(lesion)
    lesion.withdrawn = True
    lesion.save(update_fields=["withdrawn"])
    write_event("lesion.withdrawn", assessment, changes, by=by, reason=reason, name=lesion.name)
    return lesion


@action
def measure(*, assessment: ResponseAssessment, found: Mapping[UUID, SeenFacts], by: Staff) -> ResponseAssessment:
    """Say what was seen of lesions of the course at a time point, by their ids; lesions left out stay as they are.

    Raises   TransitionRefused: the assessment is signed or was entered in error, or the patient's record is closed.
    Raises   InputRefused: a lesion that is not of the course, a diameter or finding that cannot be; at `seen_<id>`.
    Records  lesions.measured, which can be undone; nothing when nothing changes
    """
    assessment = locked_draft(assessment)
    course = course_of(assessment.baseline or assessment)
    known = {each.pk: each for each in course.lesions}
    changes = Changes()
    for pk, facts in found.items():
        if pk not in known:
            raise InputRefused("This is no lesion of the course.", field=f"seen_{pk}")
        lesion = known[pk]
        refuse_finding(lesion, facts, course, assessment, field=f"seen_{pk}")
        if stored := course.at(lesion, assessment):
            changes.watch(stored)
            fill(stored, facts)
            stored.save()
        else:
            changes.created(store_finding(lesion, assessment, facts), undone={"withdrawn": True})
    if rows := changes.facts():
        write_event("lesions.measured", assessment, changes, by=by, rows=rows)
    return assessment


def store_finding(lesion: Lesion, assessment: ResponseAssessment, found: SeenFacts) -> LesionMeasurement:
    """Store what was seen of a lesion at a time point."""
    measured = LesionMeasurement(clinic=assessment.clinic, lesion=lesion, assessment=assessment)
    fill(measured, found)
    measured.save()
    return measured


def fill(measured: LesionMeasurement, found: SeenFacts) -> None:
    """Set what was seen, without saving it."""
    measured.seen, measured.diameter_mm = found.seen, found.diameter_mm
    measured.parts_mm, measured.merged_into = list(found.parts_mm), found.merged_into
    measured.study, measured.note = found.study, found.note


def as_it_is(lesion: Lesion) -> Lesion:
    """Return the lesion as it is now, locked.

    Raises   TransitionRefused: it was entered in error.
    """
    fresh: Lesion = Lesion.objects.select_for_update(of=("self",)).get(pk=lesion.pk)
    if fresh.withdrawn:
        raise TransitionRefused("This lesion was entered in error.")
    return fresh


def refuse_role(assessment: ResponseAssessment, role: str) -> None:
    """Raise InputRefused for a role that lesions of this assessment cannot have."""
    fitting = (Role.TARGET, Role.NON_TARGET) if assessment.is_baseline else (Role.NEW,)
    if role not in fitting:
        remedy = "At a baseline a lesion is target or non-target" if assessment.is_baseline else "Here it is new"
        raise InputRefused(f"{remedy}.", field="role")


def refuse_other_role(lesion: Lesion, course: Course) -> None:
    """Raise InputRefused when it was looked at since in a way that what it is now does not have."""
    for point in course.time_points:
        measured = course.at(lesion, point)
        sized = measured is not None and measured.seen == Seen.MEASURED
        if measured and (measured.seen not in OF_ROLE[lesion.role] or (sized and not may_be_measured(lesion))):
            raise InputRefused("It was looked at since in a way this does not have. Correct that first.", field="role")


def may_be_measured(lesion: Lesion) -> bool:
    """Say whether a lesion has a diameter: a non-target one only when it is a node."""
    return lesion.role != Role.NON_TARGET or lesion.is_node


def refuse_name(course: Course, name: str, *, but: Lesion | None = None) -> None:
    """Raise InputRefused for a name that is empty or another lesion's."""
    if not name.strip():
        raise InputRefused("Give the lesion a name of its own, such as Liver 1.", field="name")
    others = {each.name.casefold() for each in course.lesions if but is None or each.pk != but.pk}
    if name.strip().casefold() in others:
        raise InputRefused("Another lesion of this course has that name.", field="name")


def refuse_finding(
    lesion: Lesion, found: SeenFacts, course: Course, assessment: ResponseAssessment, *, field: str = "seen"
) -> None:
    """Raise InputRefused for what cannot be seen of this lesion there, or a diameter that cannot be."""
    name = lesion.name
    if found.seen not in OF_ROLE[lesion.role]:
        raise InputRefused(f"{name}: choose what was seen.", field=field)
    if assessment.is_baseline and lesion.role == Role.TARGET and found.seen != Seen.MEASURED:
        raise InputRefused(f"{name}: a target lesion is measured at the baseline. Enter its diameter.", field=field)
    if found.seen == Seen.MEASURED:
        if not may_be_measured(lesion):
            raise InputRefused(f"{name} is no target lesion: say whether it is present.", field=field)
        refuse_diameter(name, found.diameter_mm, field)
    elif found.diameter_mm is not None:
        raise InputRefused(f"{name} has a diameter: choose “Measured”, or empty it.", field=field)
    if found.seen == Seen.SPLIT:
        if len(found.parts_mm) < 2:
            raise InputRefused(f"{name}: give the diameters of two parts or more.", field=field)
        for part in found.parts_mm:
            refuse_diameter(name, part, field)
    if found.seen == Seen.MERGED:
        into = found.merged_into
        if into is None or into.pk == lesion.pk or into.role != Role.TARGET or into.baseline_id != course.baseline.pk:
            raise InputRefused(f"{name}: choose the target lesion it merged with.", field=field)
    refuse_contradiction(name, found, assessment, field)


def refuse_contradiction(name: str, found: SeenFacts, assessment: ResponseAssessment, field: str) -> None:
    """Raise InputRefused for parts, another lesion or a study that do not go with what was seen there."""
    if found.parts_mm and found.seen != Seen.SPLIT:
        raise InputRefused(f"{name} has parts: choose “Split”, or leave them out.", field=field)
    if found.merged_into and found.seen != Seen.MERGED:
        raise InputRefused(f"{name} names another lesion: choose “Merged with another”, or leave it out.", field=field)
    if found.study and not assessment.assessed.filter(study=found.study).exists():
        raise InputRefused(f"{name}: choose one of the studies read together here.", field=field)


def refuse_diameter(name: str, diameter: Decimal | None, field: str) -> None:
    """Raise InputRefused for a diameter that cannot be."""
    if diameter is None:
        raise InputRefused(f"{name}: enter the diameter in mm.", field=field)
    if not 0 < diameter <= LARGEST:
        raise InputRefused(f"{name}: enter above 0 and up to {LARGEST} mm; “Gone” is a choice.", field=field)
    if -int(diameter.as_tuple().exponent) > MOST_DECIMALS:
        raise InputRefused(f"{name}: round to {MOST_DECIMALS} decimals, as the report does.", field=field)


def write_event(
    kind: str,
    assessment: ResponseAssessment,
    changes: Changes,
    *,
    by: Staff,
    reason: str = "",
    rows: list[dict[str, Any]] | None = None,
    **facts: object,
) -> None:
    """Write an event about lesions of one assessment, with the rows it changed."""
    record_event(
        kind,
        clinic=assessment.clinic,
        patient=assessment.patient,
        by=by,
        reason=reason,
        assessment=assessment.pk,
        on=words(assessment.on),
        **facts,
        rows=changes.facts() if rows is None else rows,
    )
