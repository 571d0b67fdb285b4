"""Tumour markers from before a treatment up to a day; the app that keeps results tells who judges a response."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.models import Patient


@dataclass(frozen=True, slots=True)
class MarkerValue:
    """A value as it was reported, with its unit; `high`: above its upper limit."""

    on: date
    text: str
    high: bool


@dataclass(frozen=True, slots=True)
class MarkerCourse:
    """A marker of one laboratory, assay and type of specimen; there is no course across them.

    `before` is the last value before the treatment, `last` the last after it, `lowest` the lowest before that one; each
    is None where there is none. `times_lowest` is `last` as a multiple of `lowest`, to a hundredth; None where one of
    them is not a plain number above 0.
    """

    name: str
    before: MarkerValue | None
    lowest: MarkerValue | None
    last: MarkerValue | None
    times_lowest: Decimal | None


# Given a patient, the day of the treatment and the last day that counts.
MARKER_COURSES: list[Callable[[Patient, date, date], Sequence[MarkerCourse]]] = []


def marker_courses(patient: Patient, treated_on: date, until: date) -> tuple[MarkerCourse, ...]:
    """Return each marker that was measured up to the day `until`, against what it was before the treatment."""
    return tuple(course for tell in MARKER_COURSES for course in tell(patient, treated_on, until))
