"""What the page of a laboratory shows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, QuerySet, Subquery

from accounts.models import Clinic
from labs.ages import age_text
from labs.grading.analytes import Analyte, DefaultRange, catalogue
from labs.intake.quarantine import Cause, causes, open_items, suggested_analytes
from labs.models import CodeMapping, Laboratory, QuarantineItem, ReferenceRange, UnitMapping

WAITING_SHOWN = 50


class Unmapped(NamedTuple):
    """Rows that wait because of a laboratory's code or unit; which analytes the code may stand for."""

    cause: Cause
    suggestions: tuple[Analyte, ...]


class CodeRow(NamedTuple):
    """A code with what it stands for; analyte None: kept, but neither graded nor followed."""

    mapping: CodeMapping
    analyte: Analyte | None


class RangeRow(NamedTuple):
    """A range, with its ages in words."""

    each: ReferenceRange | DefaultRange
    analyte: Analyte
    ages: str


def laboratories_of(clinic: Clinic) -> QuerySet[Laboratory]:
    """Return the clinic's laboratories, those in use first, with how much is mapped and how much waits."""

    def counted(model: Any, **conditions: Any) -> Subquery:
        rows = model.objects.filter(laboratory=OuterRef("pk"), **conditions).order_by()
        return Subquery(rows.values("laboratory").annotate(n=Count("pk")).values("n"))

    return (
        Laboratory.objects.filter(clinic=clinic)
        .annotate(
            code_count=counted(CodeMapping, is_active=True),
            unit_count=counted(UnitMapping, is_active=True),
            range_count=counted(ReferenceRange, is_active=True),
            waiting_count=counted(QuarantineItem, state=QuarantineItem.State.OPEN),
        )
        .order_by("-is_active", "name")
    )


def unmapped_of(laboratory: Laboratory) -> list[Unmapped]:
    """Return what waits for a word about the laboratory's codes and units, with what they may mean."""
    mapping = ("code_unknown", "unit_missing", "unit_unknown", "unit_misfit")
    items = open_items(laboratory.clinic).filter(laboratory=laboratory, problem__in=mapping)
    found = causes(items, limit=WAITING_SHOWN)
    rows = dict(QuarantineItem.objects.filter(pk__in=[cause.first for cause in found]).values_list("pk", "row"))
    return [
        Unmapped(cause, suggested_analytes(rows[cause.first]) if cause.problem == "code_unknown" else ())
        for cause in found
    ]


def code_rows(laboratory: Laboratory) -> list[CodeRow]:
    """Return the codes that are mapped, by code."""
    known = catalogue()
    return [CodeRow(mapping, known.get(mapping.analyte)) for mapping in laboratory.codes.filter(is_active=True)]


def range_rows(ranges: QuerySet[ReferenceRange]) -> list[RangeRow]:
    """Return stored ranges in the order in which analytes are shown."""
    known = catalogue()
    rows = [
        RangeRow(each, known[each.analyte], ages_words(each.age_from_days, each.age_to_days))
        for each in ranges
        if each.analyte in known
    ]
    return sorted(rows, key=lambda row: (row.analyte.order, row.each.sex or "", row.ages))


def default_rows(analyte: Analyte) -> list[RangeRow]:
    """Return the ranges this product ships for an analyte."""
    return [RangeRow(each, analyte, ages_words(each.from_days, each.to_days)) for each in analyte.ranges]


def ages_words(from_days: int, to_days: int | None) -> str:
    """Return ages as they are read: "all ages", "from 18y", "6mo to 18y"."""
    if to_days is None:
        return f"from {age_text(from_days)}" if from_days else "all ages"
    return f"{age_text(from_days)} to {age_text(to_days)}"


class AnalyteRanges(NamedTuple):
    """An analyte with the clinic's own ranges and those this product ships."""

    analyte: Analyte
    own: Sequence[RangeRow]
    shipped: Sequence[RangeRow]


def clinic_ranges(clinic: Clinic, panel: str) -> list[AnalyteRanges]:
    """Return the analytes of a panel with the ranges that hold where neither report nor laboratory has any."""
    stored = ReferenceRange.objects.filter(clinic=clinic, laboratory=None, is_active=True)
    own = range_rows(stored)
    return [
        AnalyteRanges(analyte, [row for row in own if row.analyte is analyte], default_rows(analyte))
        for analyte in catalogue().panel(panel)
    ]
