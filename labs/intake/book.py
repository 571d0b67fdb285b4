"""How a clinic's laboratories name, measure and limit things: their mappings, looked up many times in one go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from accounts.models import Clinic, Staff
from labs.grading.analytes import Analyte, Misfit, System, catalogue, default_range, place
from labs.models import CodeMapping, Laboratory, LabResult, ReferenceRange, UnitMapping
from labs.senders import lay_out_laboratory

NOT_STATED = "Laboratory not stated"


class Meaning(NamedTuple):
    """What a laboratory's code stands for; analyte None: kept, but neither graded nor followed.

    `mapped`: the clinic said so itself, whatever the code means elsewhere.
    """

    analyte: Analyte | None
    unit: str = ""
    assay: str = ""
    specimen_type: str = ""
    mapped: bool = False


class Limits(NamedTuple):
    """A reference range in the unit a result is graded in, and where it is from; no limits: none is known."""

    low: Decimal | None = None
    high: Decimal | None = None
    source: str = ""


class Subject(NamedTuple):
    """Whose result it is, as far as ranges depend on it."""

    sex: str
    age_days: int
    day: date


@dataclass
class LaboratoryBook:
    """One laboratory's own codes, units and ranges."""

    laboratory: Laboratory
    codes: dict[str, Meaning] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, list[ReferenceRange]] = field(default_factory=dict)

    def meaning(self, code: str) -> Meaning | None:
        """Return what `code` stands for: the laboratory's own word first, then our keys and LOINC."""
        if (known := self.codes.get(code)) is None and (analyte := catalogue().find(code)):
            known = self.codes[code] = Meaning(analyte)
        return known


class Book:
    """All laboratories of a clinic, read when first asked for.

    One that is new is laid out on first sight, with what is known of its sender.
    """

    def __init__(self, clinic: Clinic, by: Staff | None) -> None:
        self.clinic, self.by = clinic, by

    @cached_property
    def _books(self) -> dict[str, LaboratoryBook]:
        found = {each.pk: LaboratoryBook(each) for each in Laboratory.objects.filter(clinic=self.clinic)}
        for code in CodeMapping.objects.filter(clinic=self.clinic, is_active=True):
            found[code.laboratory_id].codes[code.code] = meaning_of(code)
        for unit in UnitMapping.objects.filter(clinic=self.clinic, is_active=True):
            found[unit.laboratory_id].units[unit.spelling] = unit.unit
        for each in self._ranges:
            if each.laboratory_id:
                found[each.laboratory_id].ranges.setdefault(each.analyte, []).append(each)
        return {book.laboratory.name.casefold(): book for book in found.values()}

    @cached_property
    def _ranges(self) -> list[ReferenceRange]:
        return list(ReferenceRange.objects.filter(clinic=self.clinic, is_active=True))

    @cached_property
    def _clinic_ranges(self) -> dict[str, list[ReferenceRange]]:
        ranges: dict[str, list[ReferenceRange]] = defaultdict(list)
        for each in self._ranges:
            if not each.laboratory_id:
                ranges[each.analyte].append(each)
        return ranges

    def of(self, name: str) -> LaboratoryBook:
        """Return the book of the laboratory called `name`, whatever its case; a new one is entered."""
        name = name.strip() or NOT_STATED
        if (book := self._books.get(name.casefold())) is None:
            laboratory = lay_out_laboratory(clinic=self.clinic, name=name, by=self.by)
            codes = {code.code: meaning_of(code) for code in laboratory.codes.all()}
            units = dict(laboratory.units.values_list("spelling", "unit"))
            book = self._books[name.casefold()] = LaboratoryBook(laboratory, codes, units)
        return book

    def all(self) -> list[LaboratoryBook]:
        """Return the books of all laboratories."""
        return list(self._books.values())

    def by_id(self, laboratory: UUID) -> LaboratoryBook:
        """Return the book of the laboratory with this id."""
        return next(book for book in self._books.values() if book.laboratory.pk == laboratory)

    def limits(self, book: LaboratoryBook, analyte: Analyte, system: System, subject: Subject) -> Limits:
        """Return the range that holds when the report prints none: the laboratory's, the clinic's, or the default."""
        for ranges, source in (
            (book.ranges, LabResult.RangeSource.LABORATORY),
            (self._clinic_ranges, LabResult.RangeSource.CLINIC),
        ):
            if (found := fitting(ranges.get(analyte.key, ()), subject)) and (
                limits := in_system(analyte, found, system)
            ):
                return Limits(*limits, source.value)
        default = default_range(analyte, sex=subject.sex, age_days=subject.age_days, system=system)
        if default is None:
            return Limits()
        source = LabResult.RangeSource.DEFAULT if default.verified else LabResult.RangeSource.UNVERIFIED
        return Limits(default.low, default.high, source.value)


def meaning_of(code: CodeMapping) -> Meaning:
    """Return what a stored mapping says; an analyte that is no longer known is not followed."""
    return Meaning(catalogue().get(code.analyte), code.unit, code.assay, code.specimen_type, mapped=True)


def fitting(ranges: Sequence[ReferenceRange], subject: Subject) -> ReferenceRange | None:
    """Return the first range for this sex, age and day; one for the sex goes before one for both."""
    for each in sorted(ranges, key=lambda each: not each.sex):
        if (
            each.sex in ("", subject.sex)
            and each.age_from_days <= subject.age_days
            and (each.age_to_days is None or subject.age_days < each.age_to_days)
            and (each.valid_from is None or each.valid_from <= subject.day)
            and (each.valid_to is None or subject.day <= each.valid_to)
        ):
            return each
    return None


def in_system(analyte: Analyte, each: ReferenceRange, system: System) -> tuple[Decimal | None, Decimal | None] | None:
    """Return a stored range in the unit of `system`; None when it is kept in the other system's unit.

    Limits of the other system are not converted: the cut-offs of the two systems are not the same numbers.
    """
    placed = [None if limit is None else place(analyte, limit, each.unit) for limit in (each.low, each.high)]
    if any(isinstance(one, Misfit) or (one is not None and one.system != system) for one in placed):
        return None
    low, high = (None if one is None or isinstance(one, Misfit) else one.value for one in placed)
    return low, high
