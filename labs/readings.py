"""Results as they are shown: the value with its letter, its grade, and what affects it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from labs.grading.analytes import Analyte, catalogue
from labs.grading.criteria import packaged
from labs.models import LabGrade, LabPolicy, LabResult
from labs.models.results import LabResultQuerySet
from labs.rules.effects import Support, affected_by
from labs.rules.loader import Rules
from labs.rules.values import is_above, is_below
from patients.models import Patient, SupportiveCare

COLUMNS = (
    *("id", "analyte", "reported", "value", "comparator", "unit", "system", "graded_value", "si_value", "low", "high"),
    *("status", "collected_at", "collected_on", "time_known", "derived_from", "derivation", "range_source"),
    *("laboratory__name", "assay", "specimen_type", "accession"),
)
GRADE_COLUMNS = ("result_id", "term", "direction", "status", "grade", "grade_if_symptomatic", "reason")
LETTERS: Mapping[str, str] = {
    SupportiveCare.Product.PLATELETS: "T",
    SupportiveCare.Product.RED_CELLS: "T",
    SupportiveCare.Product.FILGRASTIM: "G",
    SupportiveCare.Product.PEGFILGRASTIM: "G",
}
BRACES = str.maketrans({"{": None, "}": None, "[": None, "]": None, "_": " "})
SIGNS = {"<=": "≤", ">=": "≥"}
DIRECTIONS = {"H": "high", "L": "low", "": ""}


class Reading(NamedTuple):
    """A stored result, as much of it as lists and pictures show; in the order of COLUMNS."""

    id: UUID
    analyte: str
    reported: str
    value: Decimal | None
    comparator: str
    unit: str
    system: str
    graded_value: Decimal | None
    si_value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    status: str
    at: datetime
    day: date
    timed: bool
    derived_from: list[UUID] | None
    derivation: str
    range_source: str
    laboratory: str | None
    assay: str
    specimen_type: str
    accession: str

    @property
    def is_derived(self) -> bool:
        return self.derived_from is not None

    @property
    def shown_unit(self) -> str:
        """The unit beside the value: ours where the number is in it however it was spelled, else as it was written."""
        known = catalogue().get(self.analyte)
        if known is None or not self.system or self.value != self.graded_value:
            return self.unit
        return written_unit((known.si if self.system == "si" else known.conventional).code)

    @property
    def shown_value(self) -> str:
        """The value as it was written; a number with its comparator as one sign."""
        if self.value is None:
            return self.reported
        return f"{SIGNS.get(self.comparator, self.comparator)}{self.value:f}"

    @property
    def letter(self) -> str:
        """H or L; empty within the range, or without one."""
        return letter_of(self.graded_value, self.comparator, self.low, self.high)

    @property
    def range_words(self) -> str:
        """The range it was judged by, in the unit it was graded in: "150–400", "up to 5"; empty without one."""
        if self.low is not None and self.high is not None:
            return f"{self.low:f}–{self.high:f}"
        if self.low is not None:
            return f"from {self.low:f}"
        return f"up to {self.high:f}" if self.high is not None else ""


class GradeShown(NamedTuple):
    """The grade of a result by one term, or why there is none."""

    term: str
    direction: str
    status: str
    grade: int | None
    grade_if_symptomatic: int | None
    reason: str


class Shown(NamedTuple):
    """A result with its grades and what affects it (names of transfusions and growth factors, with their letters)."""

    reading: Reading
    grades: Sequence[GradeShown] = ()
    affected: Sequence[str] = ()
    letters: str = ""

    @property
    def worst(self) -> GradeShown | None:
        """The worst grade from 1 on; None when every term gave 0 or none could be graded."""
        graded = [each for each in self.grades if each.grade]
        return max(graded, key=lambda each: each.grade or 0, default=None)

    @property
    def grade(self) -> int | None:
        return self.worst.grade if self.worst else None

    @property
    def cannot_grade(self) -> str:
        """Why a term could not be graded, where no other term gave a grade from 1 on; else empty."""
        if self.worst:
            return ""
        return "; ".join(dict.fromkeys(each.reason for each in self.grades if each.status == "not_gradable"))

    @property
    def words(self) -> str:
        """All of it as one sentence, for those who do not see the marks."""
        reading = self.reading
        said = [f"{reading.shown_value} {reading.shown_unit}".strip(), DIRECTIONS[reading.letter]]
        if reading.range_words:
            said.append(f"range {reading.range_words}")
        if self.worst:
            said.append(f"grade {self.worst.grade}, {self.worst.term}")
        elif self.cannot_grade:
            said.append(f"cannot grade: {self.cannot_grade}")
        if self.affected:
            said.append(f"affected by {' and '.join(self.affected)}")
        if reading.status in (LabResult.Status.PRELIMINARY, LabResult.Status.CORRECTED):
            said.append(reading.status)
        if reading.is_derived:
            said.append(f"derived: {reading.derivation}")
        return ", ".join(filter(None, said))


def letter_of(value: Decimal | None, comparator: str, low: Decimal | None, high: Decimal | None) -> str:
    """Return H or L where `value` is beyond its range, whatever its comparator leaves open; else empty."""
    if value is None:
        return ""
    if low is not None and is_below(value, comparator, low):
        return "L"
    return "H" if high is not None and is_above(value, comparator, high) else ""


def written_unit(code: str) -> str:
    """Return a UCUM unit as people write it: 10*9/L is x10^9/L, {1.73_m2} is 1.73 m2."""
    return code.replace("10*", "x10^").translate(BRACES)


def value_words(result: LabResult) -> str:
    """Return the value and the unit of a result: "232 10*9/L" is "232 x10^9/L"."""
    return f"{result.reported} {written_unit(result.unit)}".strip()


def name_of(analyte: str) -> str:
    """Return the analyte's name with its abbreviation: "Neutrophils (ANC)"; one that is not known is its key."""
    known: Analyte | None = catalogue().get(analyte)
    if known is None:
        return analyte
    said = known.name.casefold()
    is_said = known.short.casefold() == said or f"({known.short.casefold()})" in said
    return known.name if is_said else f"{known.name} ({known.short})"


def supports_of(patient: Patient | UUID) -> list[Support]:
    """Return what the patient was given that affects counts."""
    given = SupportiveCare.objects.filter(patient=patient, withdrawn=False)
    return [Support(product, day) for product, day in given.values_list("product", "given_on")]


def shown_results(
    results: LabResultQuerySet, *, policy: LabPolicy, rules: Rules, supports: Sequence[Support]
) -> list[Shown]:
    """Return `results` of one patient as they are shown, in two queries for any number of them."""
    readings = [Reading(*values) for values in results.values_list(*COLUMNS)]
    grades = grades_of([reading.id for reading in readings], policy)
    return [
        Shown(reading, grades.get(reading.id, ()), *effects_on(reading.analyte, reading.day, rules, supports))
        for reading in readings
    ]


def grades_of(results: Collection[UUID], policy: LabPolicy) -> dict[UUID, list[GradeShown]]:
    """Return the grades of `results` by the criteria the clinic goes by now."""
    found: dict[UUID, list[GradeShown]] = {}
    grades = LabGrade.objects.filter(result__in=results, ctcae=packaged(policy.ctcae).edition).order_by("term")
    for result, *values in grades.values_list(*GRADE_COLUMNS) if results else ():
        found.setdefault(result, []).append(GradeShown(*values))
    return found


def effects_on(analyte: str, day: date, rules: Rules, supports: Sequence[Support]) -> tuple[tuple[str, ...], str]:
    """Return the names of what affects a value of that day, and their letters: T transfusion, G growth factor."""
    if not supports or not rules.effects.on:
        return (), ""
    names = affected_by(rules.effects, analyte, day, supports)
    return names, letters_of(names, rules)


def letters_of(names: Iterable[str], rules: Rules) -> str:
    """Return the letters of effects, each once."""
    letters = {effect.name: LETTERS.get(kind, "T") for kind, effect in rules.effects.effects.items()}
    return "".join(sorted({letters[name] for name in names}))
