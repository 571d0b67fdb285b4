"""Lesions on paper: as many time points beside each other as the paper holds, the baseline first in each table."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from imaging.courses.recist import Course, Role, responses_of
from imaging.models import Lesion, ResponseAssessment
from imaging.pages.course_page import Column, first_sum, seen_words

BESIDE = 4  # time points beside the baseline
ROLES = list(Role.values)  # the target lesions first


class Head(NamedTuple):
    """A column: what it is, its day, and whether it was signed."""

    name: str
    on: date
    signed: bool


class LesionRow(NamedTuple):
    """A lesion, what it is in words, and what was seen of it in each column."""

    name: str
    what: str
    cells: Sequence[str]


class LesionTable(NamedTuple):
    """A table of lesions; `feet` are the sums and changes: a name, then a cell for each column."""

    heads: Sequence[Head]
    rows: Sequence[LesionRow]
    feet: Sequence[tuple[str, Sequence[str]]]


def telling_points(course: Course) -> list[ResponseAssessment]:
    """Return the time points that tell of the last one: that of the smallest sum before it, the one before, itself."""
    if not course.time_points:
        return []
    *before, last = course.time_points
    nadir_on = nadir_of(course)
    return [*(each for each in before if each.on == nadir_on or each is before[-1]), last]


def nadir_of(course: Course) -> date | None:
    """Return the day of the smallest sum before the last time point that has one; None before there is one."""
    told = responses_of(course)
    targets = [told[each.pk].target for each in course.time_points if each.pk in told]
    return next((each.nadir_on for each in reversed(targets) if each), None)


def lesion_tables(course: Course, points: Sequence[ResponseAssessment]) -> list[LesionTable]:
    """Return the lesions at the baseline and at `points`, in as many tables as they need; none without lesions."""
    chunks = [points[at : at + BESIDE] for at in range(0, len(points), BESIDE)] or [[]]
    return [lesion_table(course, each) for each in chunks] if course.lesions else []


def lesion_table(course: Course, points: Sequence[ResponseAssessment]) -> LesionTable:
    """Return the lesions at the baseline and at `points`; a lesion that was new later is left out."""
    told = responses_of(course)
    columns = [Column(each, told.get(each.pk), ()) for each in points]
    nadir_on = nadir_of(course)
    every = [course.baseline, *points]
    in_roles = sorted(course.lesions, key=lambda each: ROLES.index(each.role))
    rows = [LesionRow(each.name, what_is(each), [seen_words(course.at(each, at)) for at in every]) for each in in_roles]
    new = {each.name for each in course.of(Role.NEW)}
    first = first_sum(course)
    feet = [
        ("Sum of target lesions (mm)", [first, *(each.sum_mm for each in columns)]),
        ("From baseline", ["", *(each.from_baseline for each in columns)]),
        ("From nadir", ["", *(each.from_nadir for each in columns)]),
    ][: None if points else 1]
    return LesionTable(
        [head_of(each, nadir_on) for each in every],
        [row for row in rows if row.name not in new or any(row.cells)],
        feet if first else [],
    )


def head_of(assessment: ResponseAssessment, nadir_on: date | None) -> Head:
    name = "Baseline" if assessment.is_baseline else "Nadir" if assessment.on == nadir_on else ""
    return Head(name, assessment.on, assessment.is_signed)


def what_is(lesion: Lesion) -> str:
    """Return what a lesion is: "target, liver, CT", "target, lymph node, short axis, CT"."""
    parts = [
        lesion.get_role_display().lower(),
        lesion.organ.lower(),
        *(["short axis"] if lesion.is_node else []),
        *(["primary tumour"] if lesion.is_primary else []),
        lesion.get_method_display(),
    ]
    return ", ".join(parts)
