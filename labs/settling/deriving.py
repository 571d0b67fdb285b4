"""Storing what follows from the values of one specimen: eGFR, corrected calcium, counts from percentages."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from iotrex_followup.copying import among, copy_lines, line
from iotrex_followup.ids import uuid7_texts
from labs.grading.analytes import age_in_days, catalogue
from labs.intake.book import Book, Limits, Subject
from labs.intake.understanding import digest
from labs.models import LabResult
from labs.rules.derive import Derived, derived
from labs.rules.effects import Support
from labs.rules.loader import Rules
from labs.settling.charts import Chart
from labs.settling.rows import SETTLED, Row, by_specimen, rows_of, sample_of

DERIVED_COLUMNS = (
    *("id", "clinic_id", "patient_id", "report_id", "laboratory_id", "identity", "fingerprint", "is_current", "status"),
    *("analyte", "code", "name", "reported", "value", "comparator", "unit", "system", "graded_value", "si_value"),
    *("low", "high", "range_source", "accession", "assay", "specimen_type", "collected_at", "collected_on"),
    *("time_known", "received_at", "derived_from", "derivation"),
)

LONGEST_DERIVATION = 200  # the column's


class Wanted(NamedTuple):
    """A derived value as it should be stored."""

    chart: Chart
    source: Row
    value: Derived
    number: Decimal
    identity: UUID
    fingerprint: UUID
    status: str


def derive(
    charts: Sequence[Chart], book: Book, rules: Rules, *, changed: Collection[UUID] | None, now: datetime
) -> list[UUID]:
    """Bring the derived values of the specimens in which something `changed` up to date (None: of all specimens).

    Returns the ids of the derived results that hold now and did not before. The charts' rows follow.
    """
    wanted: list[Wanted] = []
    gone: list[UUID] = []
    for chart in charts:
        standing = {row.id for row in chart.rows}
        for rows in by_specimen(chart.rows).values():
            if changed is not None and not any(is_news(row, changed, standing) for row in rows):
                continue
            values = None
            analytes = {row.analyte for row in rows}
            with chart.attempts.of(rules.derive, analytes | ({"anc"} if "wbc" in analytes else set()), rows):
                values = values_of(chart, rows, rules)
            if values is None:
                continue
            wanted += values
            kept = {each.value.analyte for each in values}
            gone += [row.id for row in rows if row.is_derived and row.analyte not in kept]
    return store(charts, wanted, gone, book, now)


def is_news(row: Row, changed: Collection[UUID], standing: Collection[UUID]) -> bool:
    """Say whether a result changed, or was computed from one that no longer stands."""
    return row.id in changed or any(pk not in standing for pk in row.derived_from or ())


def values_of(chart: Chart, rows: Sequence[Row], rules: Rules) -> list[Wanted]:
    """Return what follows from one specimen's reported values."""
    reported = {row.analyte: row for row in rows if not row.is_derived}
    if not reported or not rules.derive.on:
        return []
    supports: list[Support] = []  # what affects a value is told by its day, when the rules read it
    samples = {
        key: sample_of(row, row.si_value, rules, supports) for key, row in reported.items() if row.si_value is not None
    }
    found = []
    for value in derived(rules.derive, samples, chart.person(rows[0].day)):
        if value.value is None:
            continue
        inputs = [row for row in reported.values() if row.id in value.samples]
        source = inputs[0]
        identity = digest(
            "derived", source.patient_id, source.laboratory_id, source.accession, source.at, value.analyte
        )
        status = "final" if all(row.status in SETTLED for row in inputs) else "preliminary"
        fingerprint = digest(identity, status, value.comparator, value.value.normalize(), value.formula, *value.inputs)
        found.append(Wanted(chart, source, value, value.value, identity, fingerprint, status))
    return found


def store(
    charts: Sequence[Chart], wanted: Sequence[Wanted], gone: Sequence[UUID], book: Book, now: datetime
) -> list[UUID]:
    """Write the derived values that are new, and take back those that no longer follow."""
    stored = versions_of([each.identity for each in wanted])
    retired, revived, fresh = set(gone), [], []
    for each in wanted:
        others = stored.get(each.identity, {})
        retired |= {pk for mark, (pk, current) in others.items() if current and mark != each.fingerprint}
        if each.fingerprint not in others:
            fresh.append(each)
        elif not others[each.fingerprint][1]:
            revived.append(others[each.fingerprint][0])
    if retired:
        LabResult.objects.filter(pk__in=retired).update(is_current=False)
    if revived:
        LabResult.objects.filter(pk__in=revived).update(is_current=True)
    limits = [limits_of(each, book) for each in fresh]
    rows = [row_of(pk, each, own, now) for pk, each, own in zip(uuid7_texts(len(fresh)), fresh, limits, strict=True)]
    lines = (derived_line(row, each, own) for row, each, own in zip(rows, fresh, limits, strict=True))
    copy_lines(LabResult, DERIVED_COLUMNS, lines)
    if revived:
        rows += rows_of([chart.patient for chart in charts], pk__in=revived)
    take_up(charts, rows, retired)
    return [row.id for row in rows]


def versions_of(identities: Sequence[UUID]) -> dict[UUID, dict[UUID, tuple[UUID, bool]]]:
    """Return the id of each stored version, and whether it holds, by identity and fingerprint."""
    stored: dict[UUID, dict[UUID, tuple[UUID, bool]]] = {}
    found = LabResult.objects.filter(identity__in=among(identities)).values_list(
        "identity", "fingerprint", "id", "is_current"
    )
    for identity, fingerprint, pk, is_current in found.iterator(5000) if identities else ():
        stored.setdefault(identity, {})[fingerprint] = (pk, is_current)
    return stored


def take_up(charts: Sequence[Chart], rows: Sequence[Row], retired: Collection[UUID]) -> None:
    """Add `rows` to the charts of their patients, and leave out what is `retired`."""
    new: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        new[row.patient_id].append(row)
    for chart in charts:
        if retired:
            chart.rows = [row for row in chart.rows if row.id not in retired]
        if own := new.get(chart.patient.pk):
            chart.rows = sorted(chart.rows + own, key=lambda row: (row.at, row.id))


def limits_of(each: Wanted, book: Book) -> Limits:
    """Return the range of a derived value, which no report prints."""
    patient, source = each.chart.patient, each.source
    subject = Subject(patient.sex, age_in_days(patient.birth_date, source.day), source.day)
    return book.limits(book.by_id(source.laboratory_id), catalogue()[each.value.analyte], "si", subject)


def row_of(pk: str, each: Wanted, limits: Limits, now: datetime) -> Row:
    """Return a derived value as the result it will be."""
    value, said = each.value, ", ".join(f"{name} {number}" for name, number in each.value.inputs)
    return each.source._replace(
        id=UUID(pk),
        analyte=value.analyte,
        status=each.status,
        system="si",
        value=each.number,
        si_value=each.number,
        comparator=value.comparator,
        reported=f"{value.comparator}{each.number}",
        unit=catalogue()[value.analyte].si.code,
        low=limits.low,
        high=limits.high,
        assay="",
        fasting=None,
        received_at=now,
        derivation=f"{value.formula}: {said}"[:LONGEST_DERIVATION],
        derived_from=value.samples,  # type: ignore[arg-type]  # an id is opaque to the rules
    )


def derived_line(row: Row, each: Wanted, limits: Limits) -> str:
    """Return a derived result as a line of COPY, in the order of DERIVED_COLUMNS."""
    analyte = catalogue()[row.analyte]
    return line(
        (
            row.id,
            each.chart.patient.clinic_id,
            row.patient_id,
            row.report_id,
            row.laboratory_id,
            each.identity,
            each.fingerprint,
            True,
            row.status,
            analyte.key,
            analyte.key,
            analyte.name,
            row.reported,
            row.value,
            row.comparator,
            row.unit,
            row.system,
            row.value,
            row.si_value,
            row.low,
            row.high,
            limits.source,
            row.accession,
            row.assay,
            row.specimen_type,
            row.at,
            row.day,
            row.timed,
            row.received_at,
            f"{{{','.join(map(str, each.value.samples))}}}",
            row.derivation,
        )
    )
