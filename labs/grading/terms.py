"""What a criteria file says: terms, their steps and the thresholds that enter a step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ONE, ZERO = Decimal(1), Decimal(0)
LOW, HIGH = "low", "high"
SYSTEMS = ("si", "us")


@dataclass(frozen=True, slots=True)
class Threshold:
    """`times` the `basis` (number, LLN, ULN or baseline) plus an amount in the unit of the system graded in.

    A value enters the step when it is strictly beyond the threshold; `inclusive`: when it is equal, too.
    """

    basis: str
    times: Decimal = ZERO
    si: Decimal = ZERO
    us: Decimal = ZERO
    inclusive: bool = False

    def amount(self, system: str) -> Decimal:
        """Return the plain number in the unit of `system`: the threshold itself, or what is added to a limit."""
        return self.si if system == "si" else self.us


@dataclass(frozen=True, slots=True)
class Step:
    """One grade and what enters it: `at`, or `or_at` as well, or only together with `and_at`.

    `if_symptomatic` is the worse grade of a patient with symptoms. `baseline_up_to_uln`: the guideline gives this grade
    only for a baseline up to that many times the upper limit.
    """

    grade: int
    at: Threshold
    text: str
    or_at: Threshold | None = None
    and_at: Threshold | None = None
    if_symptomatic: int | None = None
    text_if_symptomatic: str = ""
    only_if_fasting: bool = False
    baseline_up_to_uln: Decimal | None = None
    own_words: bool = False

    def thresholds(self) -> Iterator[Threshold]:
        """Yield every threshold of the step."""
        yield from (one for one in (self.at, self.or_at, self.and_at) if one)


@dataclass(frozen=True, slots=True)
class ClinicalGrade:
    """A grade no number gives, in the guideline's words: offered to the clinician."""

    grade: int
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """A CTCAE term graded by a number, in one direction; each list of steps is worst first.

    `steps` hold for a normal baseline where `steps_if_baseline_high` exist. `baseline_counts` says when thresholds of
    the baseline in `steps` hold: "always" or "if below LLN". `unknown_baseline` is "as normal" where a patient without
    one is graded as with a normal one. `cautions` stand beside every grade of an analyte, `note` beside all but 0.
    """

    name: str
    soc: str
    analytes: tuple[str, ...]
    direction: str
    si_unit: str
    us_unit: str
    needs: tuple[str, ...]
    steps: tuple[Step, ...]
    steps_if_baseline_high: tuple[Step, ...] = ()
    steps_on_anticoagulation: tuple[Step, ...] = ()
    baseline_counts: str = "always"
    unknown_baseline: str = ""
    clinical: tuple[ClinicalGrade, ...] = ()
    note: str = ""
    cautions: Mapping[str, str] = field(default_factory=dict)

    def needed(self) -> tuple[str, ...]:
        """Return the inputs that the steps look at: low, high, baseline, fasting."""
        steps = self.steps + self.steps_if_baseline_high
        bases = {threshold.basis for step in steps for threshold in step.thresholds()}
        # Whether a baseline is high or low is read against the limits.
        limits = {"LLN": LOW, "ULN": HIGH, "baseline": "baseline"}
        used = {limits[basis] for basis in bases if basis in limits}
        if self.baseline_counts == "if below LLN":
            used.add(LOW)
        if any(step.only_if_fasting for step in steps):
            used.add("fasting")
        return tuple(key for key in (LOW, HIGH, "baseline", "fasting") if key in used)


@dataclass(frozen=True, slots=True)
class ClinicalTerm:
    """A term an adverse event is recorded under, with the grades that exist; `verified` is False where not read."""

    name: str
    soc: str
    grades: tuple[int, ...]
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Criteria:
    """One version of CTCAE: `version` ("6.0") as grades carry it, `edition` with its errata."""

    version: str
    edition: str
    source: str
    terms: tuple[Term, ...]
    clinical_terms: tuple[ClinicalTerm, ...]
    # What the engine made of the terms, by analyte and unit system; filled as it is first asked for.
    rules: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    def terms_of(self, analyte: str) -> tuple[Term, ...]:
        """Return the terms that grade `analyte`, in the order of the file."""
        return tuple(term for term in self.terms if analyte in term.analytes)
