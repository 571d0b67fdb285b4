"""What is held back, put together by cause: one unknown code with 417 rows is one thing to do."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.models import Clinic
from labs.grading.analytes import Analyte, accepted_units, catalogue, likely_units
from labs.grading.values import read_value
from labs.intake.versions import questions, stored_versions
from labs.models import CodeMapping, LabResult, QuarantineItem

Problem = QuarantineItem.Problem

# The fields of the row that rows of one cause share, besides problem and laboratory. A conflict stands alone.
CAUSES: Mapping[str, tuple[str, ...]] = {
    Problem.PATIENT_UNKNOWN: ("mrn",),
    Problem.CODE_UNKNOWN: ("analyte",),
    Problem.UNIT_MISSING: ("analyte", "unit"),
    Problem.UNIT_UNKNOWN: ("analyte", "unit"),
    Problem.UNIT_MISFIT: ("analyte", "unit"),
    Problem.OUT_OF_LIMITS: ("analyte", "unit"),
    Problem.VALUE_UNREADABLE: ("analyte", "value"),
    Problem.TIME_UNREADABLE: ("collected_at",),
    Problem.STATUS_UNKNOWN: ("status",),
}
FIELDS = ("mrn", "analyte", "unit", "value", "collected_at", "status")
UNIT_PROBLEMS = (Problem.UNIT_MISSING, Problem.UNIT_UNKNOWN, Problem.UNIT_MISFIT, Problem.OUT_OF_LIMITS)
LONGEST_IN_WORDS = 60


class Cause(NamedTuple):
    """Rows that wait for the same answer; `first` is the item that came first, `due_on` its day."""

    problem: str
    laboratory: str
    words: str
    rows: int
    due_on: date
    first: UUID
    owners: Sequence[UUID]

    def is_overdue(self, today: date) -> bool:
        """Say whether its working day is over."""
        return self.due_on < today


def open_items(clinic: Clinic) -> QuerySet[QuarantineItem]:
    """Return what waits for a person in a clinic."""
    return QuarantineItem.objects.filter(clinic=clinic, state=QuarantineItem.State.OPEN)


def same_cause(item: QuarantineItem) -> QuerySet[QuarantineItem]:
    """Return the open items that wait for the same answer as `item`, itself included, the first first."""
    alike = QuarantineItem.objects.filter(clinic_id=item.clinic_id, state=QuarantineItem.State.OPEN)
    alike = alike.filter(problem=item.problem, laboratory=item.laboratory)
    if item.problem not in CAUSES:
        return alike.filter(pk=item.pk)
    shared = {f"row__{name}": item.row[name] for name in CAUSES[Problem(item.problem)]}
    return alike.filter(**shared).order_by("id")


def causes(
    items: QuerySet[QuarantineItem], *, after: tuple[date, str] | None = None, limit: int | None = None
) -> list[Cause]:
    """Return `items` by cause, those due first ahead; `after` is `place_of` the last cause of the page before."""
    grouped = (
        items.order_by()
        .annotate(**{f"by_{name}": shared_field(name) for name in FIELDS}, apart=standing_alone())
        .values("problem", "laboratory__name", *(f"by_{name}" for name in FIELDS), "apart")
        .annotate(
            rows=Count("pk"),
            due=Min("due_on"),
            first=Min(Cast("pk", CharField())),
            reason=Min("reason"),
            owners=ArrayAgg("owner", distinct=True, filter=Q(owner__isnull=False), default=Value([])),
        )
        .order_by("due", "first")
    )
    if after:
        grouped = grouped.filter(Q(due__gt=after[0]) | Q(due=after[0], first__gt=after[1]))
    return [cause_of(row) for row in grouped[:limit]]


def place_of(cause: Cause) -> tuple[date, str]:
    """Return where a cause stands in the list."""
    return cause.due_on, str(cause.first)


def shared_field(name: str) -> Case:
    """Return the row's field where its problem is told apart by it, and blank elsewhere."""
    problems = [problem for problem, names in CAUSES.items() if name in names]
    return Case(When(problem__in=problems, then=KT(f"row__{name}")), default=Value(""), output_field=CharField())


def standing_alone() -> Case:
    """Return the item's own id where its problem is never shared, and blank elsewhere."""
    own = When(~Q(problem__in=list(CAUSES)), then=Cast(F("pk"), CharField()))
    return Case(own, default=Value(""), output_field=CharField())


def cause_of(row: Mapping[str, Any]) -> Cause:
    fields = {name: row[f"by_{name}"] or "" for name in FIELDS}
    return Cause(
        problem=row["problem"],
        laboratory=row["laboratory__name"] or "",
        words=cause_words(row["problem"], fields) or row["reason"].rstrip("."),
        rows=row["rows"],
        due_on=row["due"],
        first=UUID(row["first"]),
        owners=row["owners"],
    )


def cause_words(problem: str, row: Mapping[str, Any]) -> str:
    """Return what rows of one cause share: "“PLT2”", "“GLU” in “mg”", "MRN 77"."""
    quoted = {name: f"“{row[name][:LONGEST_IN_WORDS]}”" for name in CAUSES.get(Problem(problem), ()) if row[name]}
    if problem == Problem.PATIENT_UNKNOWN:
        return f"MRN {row['mrn'][:LONGEST_IN_WORDS]}" if row["mrn"] else "no MRN"
    if problem in UNIT_PROBLEMS:
        return " in ".join(quoted.values()) if row["unit"] else f"{quoted.get('analyte', '')} without a unit"
    return " ".join(quoted.values())


def about(items: Sequence[QuarantineItem]) -> str:
    """Return what held-back rows are about: "Code not known: “PLT2” of North"."""
    first = items[0]
    words = cause_words(first.problem, first.row) or first.reason.rstrip(".")
    whose = f" of {first.laboratory}" if first.laboratory else ""
    return f"{first.get_problem_display()}: {words}{whose}"


def contradicting(item: QuarantineItem) -> list[LabResult]:
    """Return the two versions of a result between which a person has to decide, the one that holds now first."""
    if item.problem != Problem.CONFLICT:
        return []
    came = LabResult.objects.filter(report=item.report_id, code=item.row["analyte"].strip())
    for identity, versions in stored_versions(came.values_list("identity", flat=True)).items():
        for question in questions(item.clinic, identity, versions.values()):
            if question.mark == item.fingerprint:
                pair = (question.holds.id, question.rival.id)
                return list(LabResult.objects.filter(pk__in=pair).order_by("-is_current", "id"))
    return []


def analyte_of(item: QuarantineItem) -> Analyte | None:
    """Return what the item's code stands for, as far as it is known."""
    code = item.row["analyte"].strip()
    said = CodeMapping.objects.filter(laboratory=item.laboratory_id, code=code, is_active=True).first()
    return catalogue().get(said.analyte) if said else catalogue().find(code)


def suggested_analytes(row: Mapping[str, str]) -> tuple[Analyte, ...]:
    """Return the analytes a sender may mean by a row's code or name, for a person to choose from."""
    known = catalogue()
    found = dict.fromkeys((*known.suggestions(row["analyte"]), *known.suggestions(row["name"])))
    return tuple(found)


def suggested_units(analyte: Analyte, row: Mapping[str, str]) -> tuple[str, ...]:
    """Return the units in which the row's value would be possible; where that is not known, all that are accepted."""
    value = read_value(row["value"])
    likely = likely_units(analyte, value.number) if value and value.number is not None else ()
    return likely or accepted_units(analyte)
