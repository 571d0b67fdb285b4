"""Reading one incoming result: what it says in our terms, or why it must be held back."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from labs.grading.analytes import (
    Analyte,
    Misfit,
    Placed,
    age_in_days,
    coding_error,
    in_si,
    likely_units,
    out_of_hard_limits,
    place,
)
from labs.grading.rows import YES_OR_NO
from labs.grading.units import read_unit
from labs.grading.values import Value, read_value
from labs.intake.book import Book, LaboratoryBook, Limits, Meaning, Subject
from labs.intake.incoming import Incoming
from labs.models import LabResult, QuarantineItem
from patients.models import Patient

Problem = QuarantineItem.Problem
NOON = time(12)
A_DAY = timedelta(days=1)
STATUSES: Mapping[str, str] = {
    "": "final",
    "preliminary": "preliminary",
    "registered": "preliminary",
    "partial": "preliminary",
    "p": "preliminary",
    "final": "final",
    "f": "final",
    "corrected": "corrected",
    "amended": "corrected",
    "c": "corrected",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "x": "cancelled",
    "withdrawn": "withdrawn",
    "entered-in-error": "withdrawn",
    "w": "withdrawn",
}
LONGEST: Mapping[str, int] = {"value": 200, "unit": 40, "accession": 80, "specimen_type": 40}  # signs, as stored
NOTHING_SAID = (LabResult.Status.CANCELLED, LabResult.Status.WITHDRAWN)  # the value of these does not matter


class Held(NamedTuple):
    """A row that is held back: what is wrong, in words, and what would help.

    With the analyte, value and unit as far as they are understood, which tell whether it may be critical.
    """

    problem: str
    reason: str
    remedy: str
    analyte: Analyte | None = None
    value: Value | None = None
    unit: str = ""


class When(NamedTuple):
    """When a specimen was taken: the instant, the clinic's day, and whether the time of day is known."""

    at: datetime
    day: date
    timed: bool


class Measured(NamedTuple):
    """The number in the unit system it is graded in and in SI, with its limits; nothing for what is not followed."""

    system: str
    graded_value: Decimal | None
    si_value: Decimal | None
    limits: Limits


class Understood(NamedTuple):
    """A result in our terms, with the digests that tell it from others and its versions from each other."""

    identity: UUID
    fingerprint: UUID
    status: str
    meaning: Meaning
    value: Value
    unit: str
    system: str
    graded_value: Decimal | None
    si_value: Decimal | None
    limits: Limits
    when: When
    issued_at: datetime | None
    fasting: bool | None


class Reader:
    """Reads the rows of one arrival for one clinic."""

    def __init__(self, book: Book, zone: ZoneInfo, now: datetime) -> None:
        self.book, self.zone, self.now = book, zone, now
        self._ages: dict[tuple[date, date], int] = {}
        self._days: dict[str, When | None] = {}
        self._printed: dict[tuple[str, str, str, str, bool], Limits | Held] = {}

    def read(self, row: Incoming, book: LaboratoryBook, patient: Patient | None) -> Understood | Held:
        """Return what `row` says, or why it is held back."""
        if row.broken:
            return Held(Problem.ROW_BROKEN, row.broken, "Correct the row where it came from, and take it in again.")
        row = row.storable()
        if unstorable := row.unstorable():
            row = row.without_unstorable()
        meaning = book.meaning(row.analyte.strip())
        value = read_value(row.value, "," if book.laboratory.decimal_comma else None)
        read: Understood | Held
        if unstorable:
            words = f"The {unstorable.replace('_', ' ')} came with a sign that is no text (NUL)."
            read = Held(Problem.ROW_BROKEN, words, "Correct the row where it came from, and take it in again.")
        elif patient is None:
            words = f"No patient of this clinic has the MRN “{row.mrn}”." if row.mrn else "The row names no patient."
            read = Held(Problem.PATIENT_UNKNOWN, words, "Choose the patient, or enter one and take the row in again.")
        elif (patient.merged_into or patient).status == Patient.Status.ENTERED_IN_ERROR:
            words = f"The record with MRN “{row.mrn}” is closed: it was entered in error."
            read = Held(Problem.PATIENT_UNKNOWN, words, "Choose the patient, or undo the closing and take the row in.")
        elif meaning is None:
            words = f"The code “{row.analyte}” of this laboratory is not known." if row.analyte else "It has no code."
            read = Held(Problem.CODE_UNKNOWN, words, "Say once what the code stands for.")
        elif (when := self.when(row.collected_at)) is None:
            words = f"The specimen time “{row.collected_at}” is not understood."
            read = Held(Problem.TIME_UNREADABLE, words, "Write it as 2024-03-27 or 2024-03-27T08:15.")
        else:
            read = self._impossible(row, when, patient) or self._read(row, book, patient, meaning, value, when)
        if isinstance(read, Understood):
            return read
        spelled = row.unit.strip() or (meaning.unit if meaning else "")
        analyte = meaning.analyte if meaning else None
        return read._replace(analyte=analyte, value=value, unit=book.units.get(spelled, spelled))

    def _impossible(self, row: Incoming, when: When, patient: Patient) -> Held | None:
        """Return why a row of a known patient and code cannot be true."""
        for field, longest in LONGEST.items():
            if len(getattr(row, field)) > longest:
                words = f"The {field.replace('_', ' ')} is longer than {longest} signs."
                return Held(Problem.ROW_BROKEN, words, "Correct the row where it came from, and take it in again.")
        if row.status.strip().casefold() not in STATUSES:
            words = f"The status “{row.status}” is not known."
            return Held(Problem.STATUS_UNKNOWN, words, "Use preliminary, final, corrected, cancelled or withdrawn.")
        issued = self.when(row.issued_at) if row.issued_at.strip() else when
        if issued is None:
            words = f"The time of issue “{row.issued_at}” is not understood."
            return Held(Problem.TIME_UNREADABLE, words, "Write it as 2024-03-27T08:15, or leave it blank.")
        if when.at > self.now + A_DAY:
            return Held(Problem.TIME_UNREADABLE, f"The specimen of {when.day} lies in the future.", "Correct the date.")
        if issued.at > self.now + A_DAY:  # taken as it is, no version that comes later would hold before that day
            words = f"The time of issue, {issued.day}, lies in the future."
            return Held(Problem.TIME_UNREADABLE, words, "Correct the time of issue, or leave it blank.")
        if when.day < patient.birth_date:
            words = f"The specimen of {when.day} is older than the patient."
            return Held(Problem.TIME_UNREADABLE, words, "Correct the date, or choose the right patient.")
        return None

    def _read(
        self,
        row: Incoming,
        book: LaboratoryBook,
        patient: Patient,
        meaning: Meaning,
        value: Value | None,
        when: When,
    ) -> Understood | Held:
        analyte, status = meaning.analyte, STATUSES[row.status.strip().casefold()]
        issued = self.when(row.issued_at) if row.issued_at.strip() else None
        unit = row.unit.strip() or meaning.unit
        placed: Measured | Held = Measured("", None, None, Limits())
        if analyte is not None and status not in NOTHING_SAID:
            subject = Subject(patient.sex, self._age(patient.birth_date, when.day), when.day)
            placed = self._place(row, book, analyte, value, unit, subject)
        if isinstance(placed, Held):
            return placed
        value = value or Value(None, "", row.value.strip())
        identity = identity_of(row, book, patient, meaning, when)
        marks = (status, value.text, unit, row.low, row.high, issued.at if issued else "", when.at)
        return Understood(
            identity,
            digest(identity, *marks),
            status,
            meaning,
            value,
            unit,
            *placed,
            when,
            issued.at if issued else None,
            YES_OR_NO.get(row.fasting.strip().casefold()),
        )

    def _place(
        self,
        row: Incoming,
        book: LaboratoryBook,
        analyte: Analyte,
        value: Value | None,
        spelled: str,
        subject: Subject,
    ) -> Measured | Held:
        if value is None or value.number is None:
            words = f"“{row.value}” is {value.reason}." if value else "No value is given."
            return Held(Problem.VALUE_UNREADABLE, words, "Enter the number the laboratory means.")
        unit = book.units.get(spelled, spelled)
        placed = place(analyte, value.number, unit)
        if isinstance(placed, Misfit):
            return Held(unit_problem(unit), f"{analyte.name}: {placed.reason}.", unit_remedy(analyte, value.number))
        code = row.analyte.strip()
        own = (meaning := book.meaning(code)) is not None and meaning.mapped
        if not own and (wrong := coding_error(analyte, code, unit)):
            return Held(Problem.UNIT_MISFIT, f"{analyte.name}: {wrong}.", unit_remedy(analyte, value.number))
        if slip := out_of_hard_limits(analyte, placed):
            return Held(Problem.OUT_OF_LIMITS, slip, unit_remedy(analyte, value.number))
        limits = self._limits(row, book, analyte, unit, placed.system, subject)
        if isinstance(limits, Held):
            return limits
        return Measured(placed.system, placed.value, in_si(analyte, placed), limits)

    def _limits(
        self, row: Incoming, book: LaboratoryBook, analyte: Analyte, unit: str, system: Any, subject: Subject
    ) -> Limits | Held:
        """Return the range printed on the report, in the unit the value is graded in; else the one on record."""
        if not row.low and not row.high:
            return self.book.limits(book, analyte, system, subject)
        key = (analyte.key, unit, row.low, row.high, book.laboratory.decimal_comma)
        if (known := self._printed.get(key)) is None:
            known = self._printed[key] = printed_limits(row, analyte, unit, comma=book.laboratory.decimal_comma)
        return known

    def identity(self, row: Incoming, book: LaboratoryBook, patient: Patient) -> UUID | None:
        """Return what tells the result of a row from others, read or not; None when its code or time is not clear."""
        meaning, when = book.meaning(row.analyte.strip()), self.when(row.collected_at)
        return identity_of(row, book, patient, meaning, when) if meaning and when else None

    def _age(self, born: date, on: date) -> int:
        if (age := self._ages.get((born, on))) is None:
            age = self._ages[(born, on)] = age_in_days(born, on)
        return age

    def when(self, text: str) -> When | None:
        """Return the instant and the clinic's day of `text`; None when it cannot be read.

        A time without an offset is the clinic's; of an hour that comes twice it is the first. A day alone counts as
        its noon, time not known.
        """
        if text in self._days:
            return self._days[text]
        found = self._days[text] = self._when(text.strip())
        return found

    def _when(self, text: str) -> When | None:
        try:
            if len(text) < len("2024-03-27") or "W" in text:
                return None  # 20240327 and 2024-W13 would be read as the midnight of a day nobody named
            if len(text) == len("2024-03-27"):
                day = date.fromisoformat(text)
                return When(datetime.combine(day, NOON, self.zone).astimezone(UTC), day, False)
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=self.zone)
            return When(at.astimezone(UTC), at.astimezone(self.zone).date(), True)
        except (ValueError, OverflowError):  # the latter: a time at the calendar's ends
            return None


def identity_of(row: Incoming, book: LaboratoryBook, patient: Patient, meaning: Meaning, when: When) -> UUID:
    """Return what tells a result from others: all its versions have the same."""
    if row.corrects:
        return UUID(row.corrects)
    specimen = row.specimen or (when.at if when.timed else when.day)
    what = meaning.analyte.key if meaning.analyte else f"code:{row.analyte}"
    return digest(patient.pk, book.laboratory.pk, row.accession, specimen, what)


def printed_limits(row: Incoming, analyte: Analyte, unit: str, *, comma: bool) -> Limits | Held:
    """Return the range printed on the report, in the system's own unit, or why it cannot be one."""
    found: list[Decimal | None] = []
    for text, side in ((row.low, "lower"), (row.high, "upper")):
        limit = read_value(text, "," if comma else None)
        placed = None if limit is None or limit.number is None else place(analyte, limit.number, unit)
        if limit is not None and (wrong := limit_mistake(analyte, limit, placed, side)):
            return Held(Problem.ROW_BROKEN, wrong, "Correct the limit, or leave it blank.")
        found.append(placed.value if isinstance(placed, Placed) else None)
    low, high = found
    if low is not None and high is not None and low > high:
        words = f"The lower limit {low} is above the upper one {high}."
        return Held(Problem.ROW_BROKEN, words, "Correct the limits.")
    return Limits(low, high, LabResult.RangeSource.REPORT.value)


def limit_mistake(analyte: Analyte, limit: Value, placed: Placed | Misfit | None, side: str) -> str:
    """Return why a printed limit cannot be the lower or upper one; empty when it can."""
    if not isinstance(placed, Placed):
        return f"The limit “{limit.text}” is not a number."
    if limit.comparator[:1] == ("<" if side == "lower" else ">"):
        return f"“{limit.text}” does not say {'from' if side == 'lower' else 'up to'} which value is normal."
    if side == "upper" and not limit.number:
        return "0 is no upper limit."
    if (in_si(analyte, placed) or 0) > analyte.hard_max:
        return f"The {side} limit {limit.text} is above the most that is possible: is it in another unit?"
    return ""


def unit_problem(unit: str) -> str:
    """Return which of the problems of a unit it is."""
    if not unit:
        return Problem.UNIT_MISSING
    return Problem.UNIT_UNKNOWN if read_unit(unit) is None else Problem.UNIT_MISFIT


def unit_remedy(analyte: Analyte, number: Decimal) -> str:
    """Return which units would make sense of the number."""
    likely = likely_units(analyte, number)
    return (
        f"Set the unit; it could be {' or '.join(likely)}." if likely else "Ask the laboratory, and enter what it says."
    )


def digest(*parts: object) -> UUID:
    """Return an identifier made of `parts`: the same parts, the same identifier."""
    text = "\x1f".join([str(part) for part in parts])
    return UUID(bytes=blake2b(text.encode(), digest_size=16).digest())
