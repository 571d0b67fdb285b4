"""Turn a term into the function that decides a grade; everything it can answer is made beforehand.

Most results need a comparison or two: steps are tried from the mildest on, and the first that is not reached ends it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from labs.grading.observation import Observation, TermGrade, Wording
from labs.grading.terms import HIGH, LOW, ZERO, Step, Term, Threshold

# None: an input that is missing must be looked into.
Decide = Callable[[Observation], TermGrade | None]

NOT_GIVEN = {
    LOW: "no lower limit given",
    HIGH: "no upper limit given",
    "baseline": "no baseline value given",
    "fasting": "not known whether fasting",
}
CHANGES_NOTHING = "which changes nothing"
WITHIN = "within the reference range"
AS_NORMAL = "no baseline known: graded as with a normal one"
OTHER_LIMITS = "baseline read against the limits of this result"
ON_ANTICOAGULATION = "on anticoagulation, by the baseline"


def decide_by(term: Term, wording: Wording) -> Decide:
    """Return the function that grades by `term`, in the words of `wording`."""
    if any(step.or_at or step.and_at or step.only_if_fasting for step in term.steps):
        return _by_steps(term, wording)
    if term.steps[0].at.basis == "ULN":
        return _by_multiples(term, wording)
    decide = _by_numbers(term, wording)
    return _offering(term, wording, decide) if term.steps_on_anticoagulation else decide


def missing(term: Term, observation: Observation) -> tuple[str, ...]:
    """Return which inputs `term` needs for `observation` and does not have: low, high, baseline, fasting."""
    needs = set(term.needs)
    flag = observation.baseline_flag
    if term.unknown_baseline == "as normal":
        counts = LOW if term.baseline_counts == "if below LLN" else HIGH
        if flag != counts:
            needs.discard("baseline")
        if counts == LOW and (flag or observation.baseline is None or observation.baseline_low is not None):
            needs.discard(LOW)
        if counts == HIGH and observation.baseline is not None and _is_high(observation):
            needs.discard(HIGH)
    given = observation._asdict()
    return tuple(name for name in term.needs if name in needs and given[name] is None)


def _is_high(observation: Observation) -> bool:
    """Return whether a baseline is known to be high, by its flag or its own limit."""
    if observation.baseline_flag or observation.baseline is None:
        return observation.baseline_flag == HIGH
    return observation.baseline_high is not None and observation.baseline > observation.baseline_high


def within_range(observation: Observation) -> bool:
    """Return whether the value lies within the limits there are."""
    value, low, high = observation.value, observation.low, observation.high
    return (low is None or value >= low) and (high is None or value <= high) and not low is high is None


def _by_numbers(term: Term, wording: Wording) -> Decide:
    """Return a function for plain numbers, of which the mildest step may be the limit itself."""
    falling, side = term.direction == LOW, term.direction
    numbered = [step for step in reversed(term.steps) if step.at.basis == "number"]
    limit_step = next((step for step in term.steps if step.at.basis != "number"), None)
    unneeded = (f"{NOT_GIVEN[side]}, {CHANGES_NOTHING}",) if limit_step else ()
    steps = [
        (
            step.at.amount(wording.system),
            (wording.reached(step), wording.reached(step, *unneeded), wording.reached(step, WITHIN)),
        )
        for step in numbered
    ]
    zero, zero_unlimited = wording.zero(), wording.zero(*unneeded)
    below_limit = wording.reached(limit_step) if limit_step else None
    most = f"at most grade {limit_step.if_symptomatic or limit_step.grade}" if limit_step else ""
    undecided = wording.unknown(NOT_GIVEN[side], most)

    def decide(observation: Observation) -> TermGrade:
        value = observation.value
        limit = observation.low if falling else observation.high
        hit = None
        for amount, outcomes in steps:
            if value >= amount if falling else value <= amount:
                break
            hit = outcomes
        if hit is not None:
            if limit is None:
                return hit[1]
            inside = value >= limit if falling else value <= limit
            return hit[2] if inside and within_range(observation) else hit[0]
        if below_limit is None:
            return zero
        if limit is not None:
            return below_limit if (value < limit if falling else value > limit) else zero
        # The lower limit is never above the upper one, so a value beyond the other limit cannot be beyond this one.
        other = observation.high if falling else observation.low or ZERO
        beyond = other is not None and (value >= other if falling else value <= other)
        return zero_unlimited if beyond else undecided

    return decide


class Ladder(NamedTuple):
    """Steps by multiples of one limit, mildest first: factor, or what is added; inclusive or not; the outcome."""

    zero: TermGrade
    rungs: tuple[tuple[Decimal, Decimal | None, bool, TermGrade], ...]

    @classmethod
    def of(cls, steps: tuple[Step, ...], wording: Wording, *remarks: str) -> "Ladder":
        """Return `steps` as a ladder whose outcomes carry `remarks`."""
        rungs = [
            (
                step.at.times,
                step.at.amount(wording.system) or None,
                step.at.inclusive,
                wording.reached(step, *remarks),
            )
            for step in reversed(steps)
        ]
        return cls(wording.zero(*remarks), tuple(rungs))

    def climb(self, value: Decimal, basis: Decimal) -> TermGrade:
        """Return the outcome of the last rung that `value` reaches."""
        outcome = self.zero
        for times, more, inclusive, reached in self.rungs:
            limit = basis * times if more is None else basis + more
            if value < limit if inclusive else value <= limit:
                break
            outcome = reached
        return outcome


def _by_multiples(term: Term, wording: Wording) -> Decide:
    """Return a function for multiples of the upper limit, or of the baseline where that was high."""
    normal, undecided = Ladder.of(term.steps, wording), wording.unknown(NOT_GIVEN[HIGH])

    def unlimited(observation: Observation) -> TermGrade | None:
        # Any upper limit is possible, small ones too, unless there is a lower one.
        return None if observation.low or not observation.value else undecided

    if not term.steps_if_baseline_high:

        def decide(observation: Observation) -> TermGrade | None:
            high = observation.high
            return unlimited(observation) if high is None else normal.climb(observation.value, high)

        return decide

    assumed = Ladder.of(term.steps, wording, AS_NORMAL)
    normal_by_row = Ladder.of(term.steps, wording, OTHER_LIMITS)
    raised = _raised(term, wording)
    raised_by_row = _raised(term, wording, OTHER_LIMITS)

    def decide_with_baseline(observation: Observation) -> TermGrade | None:
        value, high, baseline, flag = (
            observation.value,
            observation.high,
            observation.baseline,
            observation.baseline_flag,
        )
        if flag:
            if flag == HIGH:
                return None if baseline is None else raised(observation, baseline)
            ladder = normal
        elif baseline is None:
            ladder = assumed
        else:
            limit = observation.baseline_high
            own = limit is not None
            if limit is None:
                limit = high
            if limit is None:
                return None
            if baseline > limit:
                return (raised if own else raised_by_row)(observation, baseline)
            ladder = normal if own else normal_by_row
        return unlimited(observation) if high is None else ladder.climb(value, high)

    return decide_with_baseline


def _raised(term: Term, wording: Wording, *remarks: str) -> Callable[[Observation, Decimal], TermGrade]:
    """Return a function for a high baseline; it says where the guideline does not go so far, and within the range."""
    ladder = Ladder.of(term.steps_if_baseline_high, wording, *remarks)
    up_to = {step.grade: step.baseline_up_to_uln for step in term.steps_if_baseline_high if step.baseline_up_to_uln}

    def decide(observation: Observation, baseline: Decimal) -> TermGrade:
        outcome = ladder.climb(observation.value, baseline)
        if not outcome.grade:
            return outcome
        limit = observation.baseline_high if observation.baseline_high is not None else observation.high
        times = up_to.get(outcome.grade)
        if times is not None and limit is not None and baseline > times * limit:
            outcome = _adding(outcome, f"undefined in the guideline for a baseline above {times} x the upper limit")
        return _adding(outcome, WITHIN) if within_range(observation) else outcome

    return decide


def _by_steps(term: Term, wording: Wording) -> Decide:
    """Return a function that tries every step, worst first: for thresholds joined by or, by and, or by fasting."""
    plain, assumed = _outcomes(term, wording), _outcomes(term, wording, AS_NORMAL)
    no_baseline, no_fasting = (
        _outcomes(term, wording, f"{NOT_GIVEN[name]}, {CHANGES_NOTHING}") for name in ("baseline", "fasting")
    )
    needs_baseline, needs_fasting = not term.unknown_baseline and "baseline" in term.needs, "fasting" in term.needs
    by_flag, system = term.baseline_counts == "if below LLN", wording.system

    def crossed(threshold: Threshold, observation: Observation) -> bool | None:
        if threshold.basis == "number":
            return observation.value > threshold.amount(system)
        basis = observation.baseline if threshold.basis == "baseline" else observation.high
        return None if basis is None else observation.value > basis * threshold.times

    def decide(observation: Observation) -> TermGrade | None:
        baseline, fasting = observation.baseline, observation.fasting
        if observation.high is None or (by_flag and _unclear(observation)):
            return None
        steps, zero = plain
        if needs_fasting and fasting is None:
            steps, zero = no_fasting
        elif baseline is None and needs_baseline:
            steps, zero = no_baseline
        elif by_flag and baseline is None and not observation.baseline_flag:
            steps, zero = assumed
        by_baseline = not by_flag or _is_below(observation)
        for step, reached, reached_or in steps:
            if step.only_if_fasting and fasting is False:
                continue
            if crossed(step.at, observation):
                also = crossed(step.and_at, observation) if step.and_at else True
                if also is None or (step.only_if_fasting and fasting is None):
                    return None
                if also:
                    return reached
            elif step.or_at and reached_or and by_baseline:
                instead = crossed(step.or_at, observation)
                if instead is None:
                    return None
                if instead:
                    return _adding(reached_or, WITHIN) if within_range(observation) else reached_or
        return zero

    return decide


Outcomes = tuple[list[tuple[Step, TermGrade, TermGrade | None]], TermGrade]


def _outcomes(term: Term, wording: Wording, *remarks: str) -> Outcomes:
    """Return each step with its outcome, and that of the limit joined by or; then grade 0."""
    steps = []
    for step in term.steps:
        reached_or = wording.reached(step, *remarks, by=step.or_at) if step.or_at else None
        steps.append((step, wording.reached(step, *remarks), reached_or))
    return steps, wording.zero(*remarks)


def _unclear(observation: Observation) -> bool:
    """Return whether it cannot be told if the baseline was low, or how low."""
    if observation.baseline_flag:
        return observation.baseline_flag == LOW and observation.baseline is None
    return observation.baseline is not None and observation.baseline_low is None and observation.low is None


def _is_below(observation: Observation) -> bool:
    """Return whether the baseline counts as below its lower limit; without its own limit, that of the result."""
    if observation.baseline_flag or observation.baseline is None:
        return observation.baseline_flag == LOW
    limit = observation.baseline_low if observation.baseline_low is not None else observation.low
    return limit is not None and observation.baseline < limit


def _offering(term: Term, wording: Wording, decide: Decide) -> Decide:
    """Return `decide`, its reason naming the grade of a patient on anticoagulation where a baseline is known."""
    ladder = Ladder.of(term.steps_on_anticoagulation, wording)

    def offer(observation: Observation) -> TermGrade | None:
        outcome = decide(observation)
        if outcome is None or observation.baseline is None:
            return outcome
        other = ladder.climb(observation.value, observation.baseline)
        return _adding(outcome, f"{ON_ANTICOAGULATION}: grade {other.grade}")

    return offer


def _adding(outcome: TermGrade, remark: str) -> TermGrade:
    return outcome._replace(reason=f"{outcome.reason}; {remark}")
