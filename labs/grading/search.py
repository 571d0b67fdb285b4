"""Decide what can be decided of a number that is bounded, or whose limits or baseline are missing.

Everything the missing inputs could be is tried: one value between every two points at which a grade changes. Where all
of them give one grade that is the grade; otherwise there is none, and what it is at least or at most is said.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from labs.grading.decide import CHANGES_NOTHING, NOT_GIVEN, Decide, missing
from labs.grading.observation import Observation, TermGrade, Wording
from labs.grading.terms import HIGH, LOW, ZERO, Term

TWO = Decimal(2)
Domain = tuple[Decimal, bool, Decimal | None, bool]


class Search:
    """The possible grades by one term."""

    def __init__(self, term: Term, wording: Wording, decide: Decide) -> None:
        self.term, self.wording, self.decide = term, wording, decide
        thresholds = [at for step in term.steps + term.steps_if_baseline_high for at in step.thresholds()]
        self.numbers = sorted({at.amount(wording.system) for at in thresholds if at.basis == "number"})
        self.times = {at.times for at in thresholds if at.basis != "number"} | {Decimal(1)}
        self.more = {at.amount(wording.system) for at in thresholds if at.basis != "number"}
        self.worst = max((step.if_symptomatic or step.grade for step in term.steps), default=0)

    def __call__(self, observation: Observation) -> TermGrade:
        """Return the one grade of every filling of what is missing in `observation`, or why there is none."""
        outcomes = [outcome for filled in self._fillings(observation) if (outcome := self.decide(filled))]
        remarks = self._remarks(observation)
        grades = {(outcome.grade, outcome.grade_if_symptomatic) for outcome in outcomes}
        if len(grades) == 1:
            return self._same(outcomes, remarks)
        return self.wording.unknown(*remarks, *self._span(outcomes))

    def _remarks(self, observation: Observation) -> list[str]:
        remarks = [f"given as {observation.comparator}{observation.value}"] if observation.comparator else []
        for name in missing(self.term, observation):
            if name == "baseline" and observation.baseline_flag:
                remarks.append(f"baseline flagged {observation.baseline_flag} without a value")
            else:
                remarks.append(NOT_GIVEN[name])
        return remarks

    def _same(self, outcomes: list[TermGrade], remarks: list[str]) -> TermGrade:
        # The shortest reason: what holds of some fillings only, such as being within the range, is left out.
        first = min(outcomes, key=lambda outcome: len(outcome.reason))
        told = [remark if remark.startswith("given as") else f"{remark}, {CHANGES_NOTHING}" for remark in remarks]
        return first._replace(reason="; ".join([first.reason, *told]))

    def _span(self, outcomes: list[TermGrade]) -> Iterator[str]:
        mildest = min((outcome.grade or 0 for outcome in outcomes), default=0)
        worst = max((outcome.grade_if_symptomatic or outcome.grade or 0 for outcome in outcomes), default=self.worst)
        if mildest:
            yield f"at least grade {mildest}"
        if worst < self.worst:
            yield f"at most grade {worst}"

    def _fillings(self, observation: Observation) -> Iterator[Observation]:
        if observation.comparator:
            for value in self._values(observation):
                yield from self._fillings(observation._replace(value=value, comparator=""))
            return
        lacking = missing(self.term, observation)
        if not lacking:
            yield observation
            return
        # The upper limit first: it bounds the lower one.
        name = HIGH if HIGH in lacking else lacking[0]
        for candidate in (True, False) if name == "fasting" else self._limits(name, observation):
            filled: dict[str, Any] = {name: candidate}
            yield from self._fillings(observation._replace(**filled))

    def _values(self, observation: Observation) -> list[Decimal]:
        """Return values that stand for all that `observation` could be."""
        bound, inclusive = observation.value, "=" in observation.comparator
        known = (observation.low, observation.high, observation.baseline, observation.baseline_high)
        points = self.numbers + [
            limit * times + more for limit in known if limit is not None for times in self.times for more in self.more
        ]
        points += [limit for limit in known if limit is not None]
        if observation.comparator.startswith("<"):
            return _standing_for((ZERO, True, bound, inclusive), points)
        return _standing_for((bound, inclusive, None, False), points)

    def _limits(self, name: str, observation: Observation) -> list[Decimal]:
        """Return numbers that stand for all that the limit or baseline `name` could be."""
        value = observation.value
        points = [(value - more) / times for times in self.times if times for more in self.more]
        points += [point for point in (value, observation.baseline) if point is not None]
        return _standing_for(_domain(name, observation), points)


def _domain(name: str, observation: Observation) -> Domain:
    """Return what `name` can be: above which number, that included or not, up to which, that included or not."""
    if name == HIGH:
        return (observation.low or ZERO, bool(observation.low), None, False)
    if name == LOW:
        return (ZERO, True, observation.high, True)
    low, high = observation.baseline_low, observation.baseline_high
    if observation.baseline_flag == HIGH:
        return (high or ZERO, False, None, False)
    if observation.baseline_flag == LOW:
        return (ZERO, False, low, False)
    if observation.baseline_flag:
        return (low or ZERO, bool(low), high, True)
    return (ZERO, False, None, False)


def _standing_for(domain: Domain, points: Iterable[Decimal]) -> list[Decimal]:
    """Return the points within `domain` and one number between every two of them, and beyond the last."""
    start, includes_start, end, includes_end = domain
    if end is not None and end <= start:
        return [start] if end == start and includes_start and includes_end else []
    inner = sorted({point for point in points if start < point and (end is None or point < end)})
    edges = [start, *inner, (inner[-1] if inner else start) * TWO + 1 if end is None else end]
    between = [(one + other) / TWO for one, other in pairwise(edges)]
    ends = [start] * includes_start + ([end] if end is not None and includes_end else [])
    return inner + between + ends
