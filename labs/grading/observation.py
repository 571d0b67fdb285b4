"""What is graded, and what grading answers."""

from decimal import Decimal
from typing import NamedTuple

from labs.grading.terms import Step, Term, Threshold

GRADED, NOT_GRADABLE = "graded", "not_gradable"


class Observation(NamedTuple):
    """One number of an analyte with all that grading looks at, every number in the analyte's unit of `system`.

    `comparator` (<, <=, >, >=) bounds the value. `baseline_flag` is low, normal or high; blank: told by the baseline
    against its limits. None means not known: no limit, no baseline, not known whether fasting.
    """

    analyte: str
    value: Decimal
    system: str = "si"
    comparator: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    baseline: Decimal | None = None
    baseline_low: Decimal | None = None
    baseline_high: Decimal | None = None
    baseline_flag: str = ""
    fasting: bool | None = None


class TermGrade(NamedTuple):
    """The grade by one term; `grade` is what the number alone supports, None when it is not gradable.

    `grade_if_symptomatic` is None where symptoms change nothing. `reason` says in words what decided; `text` is the
    criteria's wording of the step, empty for grade 0 and when not gradable.
    """

    term: str
    direction: str
    grade: int | None
    grade_if_symptomatic: int | None
    status: str
    reason: str
    text: str = ""


class Wording:
    """The outcomes of one term for one analyte and unit system, made once and given out again and again."""

    def __init__(self, term: Term, analyte: str, system: str) -> None:
        self.term, self.system = term, system
        self.caution = term.cautions.get(analyte, "")

    def reached(self, step: Step, *remarks: str, by: Threshold | None = None) -> TermGrade:
        """Return the outcome of a value that enters `step`, through threshold `by` when not its first."""
        reason = self.threshold(by or step.at)
        if step.and_at:
            reason = f"{reason} and {self.threshold(step.and_at)}"
        return self._outcome(step.grade, step.if_symptomatic, reason, step.text, remarks)

    def zero(self, *remarks: str) -> TermGrade:
        """Return grade 0: no step is entered."""
        return self._outcome(0, None, "no threshold reached", "", remarks)

    def unknown(self, *remarks: str) -> TermGrade:
        """Return that there is no grade, and why."""
        return self._outcome(None, None, "", "", remarks)

    def threshold(self, threshold: Threshold) -> str:
        """Return `threshold` in words."""
        low = self.term.direction == "low"
        word = "at least" if threshold.inclusive else "below" if low else "above"
        unit = self.term.si_unit if self.system == "si" else self.term.us_unit
        amount = threshold.amount(self.system)
        if threshold.basis == "number":
            return f"{word} {amount}" + ("" if unit.startswith("{") else f" {unit}")
        limit = {"LLN": "the lower limit", "ULN": "the upper limit", "baseline": "the baseline"}[threshold.basis]
        if amount:
            return f"more than {amount} {unit} above {limit}"
        return f"{word} {limit}" if threshold.times == 1 else f"{word} {threshold.times} x {limit}"

    def _outcome(
        self, grade: int | None, if_symptomatic: int | None, reason: str, text: str, remarks: tuple[str, ...]
    ) -> TermGrade:
        note = "" if grade == 0 else self.term.note
        return TermGrade(
            term=self.term.name,
            direction=self.term.direction,
            grade=grade,
            grade_if_symptomatic=if_symptomatic,
            status=NOT_GRADABLE if grade is None else GRADED,
            reason="; ".join(filter(None, (reason, *remarks, self.caution, note))),
            text=text,
        )
