"""Where on an axis each grade lies, for one patient's limits and baseline: what a picture shades. Pure."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from labs.grading.terms import Criteria, Step, Term, Threshold


class Limits(NamedTuple):
    """What thresholds are counted from, in the unit of the axis; None: not known."""

    low: Decimal | None = None
    high: Decimal | None = None
    baseline: Decimal | None = None


class Band(NamedTuple):
    """The values of one grade; None: without an end on that side."""

    grade: int
    begins: Decimal | None
    ends: Decimal | None


def grade_bands(criteria: Criteria, analyte: str, system: str, limits: Limits) -> list[Band]:
    """Return the bands of `analyte`, for the first term of each direction; a step with an unknown limit has none.

    Of steps with a second threshold only the first is drawn: the grade of a value is the engine's, not the picture's.
    """
    directions: dict[str, Term] = {}
    for term in criteria.terms_of(analyte):
        directions.setdefault(term.direction, term)
    return [band for term in directions.values() for band in _bands(term, system, limits)]


def _bands(term: Term, system: str, limits: Limits) -> Iterator[Band]:
    """Yield the bands of one term, the worst first; each ends where the next worse begins."""
    worse: Decimal | None = None
    for step in _steps(term, limits):
        edge = _edge(step.at, system, limits)
        if edge is None:
            continue
        begins, ends = (worse, edge) if term.direction == "low" else (edge, worse)
        if begins is None or ends is None or begins < ends:
            yield Band(step.grade, begins, ends)
            worse = edge


def _steps(term: Term, limits: Limits) -> tuple[Step, ...]:
    high = limits.baseline is not None and limits.high is not None and limits.baseline > limits.high
    return term.steps_if_baseline_high if high and term.steps_if_baseline_high else term.steps


def _edge(threshold: Threshold, system: str, limits: Limits) -> Decimal | None:
    """Return the threshold as a number on the axis; None when what it is counted from is not known."""
    amount = threshold.amount(system)
    if threshold.basis == "number":
        return amount
    limit = {"LLN": limits.low, "ULN": limits.high, "baseline": limits.baseline}[threshold.basis]
    return None if limit is None else threshold.times * limit + amount
