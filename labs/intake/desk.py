"""What a typed value means before it is stored: how it would be read, graded and told; whether it is typed twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from labs.grading.analytes import Analyte, Placed, accepted_units, age_in_days, place
from labs.grading.criteria import packaged
from labs.grading.observation import TermGrade
from labs.grading.terms import Criteria
from labs.grading.units import read_unit, written_out
from labs.grading.values import read_value
from labs.intake.book import Book, LaboratoryBook, Limits, Subject
from labs.intake.incoming import Incoming
from labs.intake.on_record import (
    TYPED_TWICE,
    Last,
    chart_of_baselines,
    grades_by_direction,
    last_values,
    seen_immediate,
    units_used,
)
from labs.intake.understanding import Held, Reader, Understood
from labs.models import Laboratory, LabResult
from labs.readings import written_unit
from labs.rules.loader import Rules
from labs.rules.urgency import Assessment, grade_urgency, urgency
from labs.rules.values import Urgency, is_above, is_below
from labs.settling.charts import Chart, policy_of, rules_of
from labs.settling.grading import Against, grade_row
from labs.settling.rows import Row
from patients.models import Patient

CRITICAL = (Urgency.IMMEDIATE, Urgency.SAME_DAY)
TENFOLD = 10


class UnitChoice(NamedTuple):
    """A unit an analyte may come in, with the range that holds when the report prints none, in that unit."""

    code: str
    words: str
    low: str
    high: str


class Assessed(NamedTuple):
    """What a value would be.

    `held` is why it would be held back, `told` how soon a clinician is told (`urgent`: the same day at the latest),
    `twice` why it is to be typed a second time.
    """

    read: Understood | None = None
    held: Held | None = None
    letter: str = ""
    grades: Sequence[TermGrade] = ()
    told: str = ""
    urgent: bool = False
    twice: str = ""

    @property
    def worst(self) -> TermGrade | None:
        """The worst grade from 1 on."""
        return max((each for each in self.grades if each.grade), key=lambda each: each.grade or 0, default=None)

    @property
    def cannot_grade(self) -> str:
        """Why a term could not be graded, where no other gave a grade from 1 on; else empty."""
        if self.worst:
            return ""
        return "; ".join(dict.fromkeys(each.reason for each in self.grades if each.grade is None))

    @property
    def range_words(self) -> str:
        """The range it is judged by, and where that is from."""
        if self.read is None or not self.read.limits.source:
            return ""
        limits, source = self.read.limits, LabResult.RangeSource(self.read.limits.source).label.lower()
        if limits.low is not None and limits.high is not None:
            return f"{limits.low:f}–{limits.high:f}, {source}"
        if limits.low is not None:
            return f"from {limits.low:f}, {source}"
        return f"up to {limits.high:f}, {source}" if limits.high is not None else ""


@dataclass
class Desk:
    """One patient, one laboratory, and what typed values are judged by; the same few queries for any number."""

    patient: Patient
    book: Book
    own: LaboratoryBook
    reader: Reader
    rules: Rules
    criteria: Criteria
    chart: Chart
    against: Against
    base_grades: Mapping[UUID, Mapping[str, int | None]]
    last: Mapping[str, Last]
    seen: frozenset[str]  # analytes of which an immediate value is on record already
    units_used: Mapping[str, str]

    def assess(self, row: Incoming) -> Assessed:
        """Return what the typed `row`, whose analyte is one of our keys, would be."""
        read = self.reader.read(row, self.own, self.patient)
        if isinstance(read, Held):
            return Assessed(held=read)
        analyte = read.meaning.analyte
        if analyte is None or read.graded_value is None or read.value.number is None:
            return Assessed(read)
        stored = self._row(read, analyte)
        grades = grade_row(stored, self.against.of(stored), self.criteria)
        soon = self._soon(stored, read, grades)
        twice = self._twice(analyte, read, soon)
        return Assessed(read, None, letter_of(read), grades, soon.sentence, soon.tier in CRITICAL, twice)

    def _row(self, read: Understood, analyte: Analyte) -> Row:
        """Return the row it would be, as far as grading looks at it."""
        nobody = UUID(int=0)
        return Row(
            id=nobody,
            patient_id=self.patient.pk,
            report_id=nobody,
            laboratory_id=self.own.laboratory.pk,
            analyte=analyte.key,
            status=read.status,
            system="us" if read.system == "us" else "si",
            value=read.graded_value or Decimal(0),
            si_value=read.si_value,
            comparator=read.value.comparator,
            reported=read.value.text,
            unit=read.unit,
            low=read.limits.low,
            high=read.limits.high,
            accession="",
            assay=read.meaning.assay,
            specimen_type=read.meaning.specimen_type,
            fasting=read.fasting,
            at=read.when.at,
            day=read.when.day,
            timed=read.when.timed,
            received_at=read.when.at,
            derivation="",
        )

    def _soon(self, row: Row, read: Understood, grades: Sequence[TermGrade]) -> Assessment:
        """Return how soon a clinician would be told of it."""
        rule = self.rules.urgency
        if not rule.on or row.si_value is None:
            return Assessment()
        first = self._first_baseline(row.analyte)
        judged = urgency(
            rule,
            row.analyte,
            row.si_value,
            row.comparator,
            baseline=first.si_value if first else None,
            high=row.in_si(row.high),
            seen_before=row.analyte in self.seen,
        )
        if judged.tier:
            return judged
        before = self.base_grades.get(first.id, {}) if first else {}
        told = (grade_urgency(rule, row.analyte, g.grade, before.get(g.direction), g.direction) for g in grades)
        return next((each for each in told if each.tier), judged)

    def _first_baseline(self, analyte: str) -> Row | None:
        """Return the baseline before the first treatment."""
        first = self.chart.treatments[0].pk if self.chart.treatments else None
        return self.against.baselines.get((first, analyte)) if first else None

    def _twice(self, analyte: Analyte, read: Understood, soon: Assessment) -> str:
        """Return why this value is to be typed a second time; empty when once is enough."""
        if analyte.key not in TYPED_TWICE or read.si_value is None:
            return ""
        if soon.tier in CRITICAL:
            return "This is critical"
        last = self.last.get(analyte.key)
        if last and last.si_value > 0 and is_tenfold(read.si_value, last.si_value):
            return f"This is tenfold off the last value ({last.words}, {last.day:%-d %b %Y})"
        return ""

    def units_of(self, analyte: Analyte, on: date, *, also: str = "") -> list[UnitChoice]:
        """Return the units `analyte` is taken in, with the ranges that hold on a day; the usual one comes first.

        `also` is a unit as the laboratory spells it, which goes before the usual one if it reads.
        """
        spelled = read_unit(self.own.units.get(also, also))
        codes = (spelled.code if spelled else None, self.units_used.get(analyte.key), *accepted_units(analyte))
        return [self._choice(analyte, code, on) for code in dict.fromkeys(filter(None, codes))]

    def _choice(self, analyte: Analyte, code: str, on: date) -> UnitChoice:
        placed = place(analyte, Decimal(1), code)
        limits = Limits()
        if isinstance(placed, Placed):
            age = age_in_days(self.patient.birth_date, max(on, self.patient.birth_date))
            limits = self.book.limits(self.own, analyte, placed.system, Subject(self.patient.sex, age, on))
            low, high = (self._written(limit, placed.value) for limit in (limits.low, limits.high))
            return UnitChoice(code, written_unit(code), low, high)
        return UnitChoice(code, written_unit(code), "", "")

    def limit_words(self, analyte: Analyte, unit: str, limit: Decimal | None) -> str:
        """Return a stored limit as this laboratory writes it in `unit`; blank when the unit does not fit."""
        placed = place(analyte, Decimal(1), unit)
        return self._written(limit, placed.value) if isinstance(placed, Placed) else ""

    def _written(self, limit: Decimal | None, factor: Decimal) -> str:
        """Return a limit as this laboratory writes it, in a unit that is `factor` of the one limits are kept in."""
        if limit is None:
            return ""
        written = f"{written_out((limit / factor).normalize()):f}"
        return written.replace(".", ",") if self.own.laboratory.decimal_comma else written


def desk_of(patient: Patient, laboratory: str, *, now: datetime) -> Desk:
    """Return what values of `patient` from the laboratory of this name, known or not, are judged by."""
    clinic = patient.clinic
    book = Book(clinic, None)
    own = own_book(book, laboratory)
    policy = policy_of(clinic)
    criteria = packaged(policy.ctcae)
    chart = chart_of_baselines(patient)
    return Desk(
        patient=patient,
        book=book,
        own=own,
        reader=Reader(book, clinic.zone, now),
        rules=rules_of(policy),
        criteria=criteria,
        chart=chart,
        against=Against(chart),
        base_grades=grades_by_direction(chart, criteria),
        last=last_values(patient),
        seen=seen_immediate(patient),
        units_used=units_used(patient, own),
    )


def own_book(book: Book, laboratory: str) -> LaboratoryBook:
    """Return the book of the laboratory of this name; of one not on record an empty one, and nothing is entered."""
    name = laboratory.strip()
    known = {each.laboratory.name.casefold(): each for each in book.all()}
    return known.get(name.casefold()) or LaboratoryBook(Laboratory(clinic=book.clinic, name=name))


def letter_of(read: Understood) -> str:
    """Return H or L where the value is beyond its range, whatever its comparator leaves open; else empty."""
    value, limits, comparator = read.graded_value, read.limits, read.value.comparator
    if value is None:
        return ""
    if limits.low is not None and is_below(value, comparator, limits.low):
        return "L"
    return "H" if limits.high is not None and is_above(value, comparator, limits.high) else ""


def is_tenfold(value: Decimal, last: Decimal) -> bool:
    """Say whether `value` is ten times `last` or more, or a tenth of it or less."""
    return value >= TENFOLD * last or value * TENFOLD <= last


def agree(one: str, other: str, *, decimal_comma: bool) -> bool:
    """Say whether two typings are the same number with the same comparator: 0.4 and 0.40 are."""
    first, second = (read_value(text, "," if decimal_comma else None) for text in (one, other))
    if first is None or second is None or first.number is None:
        return False
    return (first.number, first.comparator) == (second.number, second.comparator)
