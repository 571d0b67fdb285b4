"""The standing results of patients as they are stored, and as the rules read them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from labs.grading.analytes import System, catalogue
from labs.models import LabResult
from labs.rules.effects import Support, affected_by
from labs.rules.loader import Rules
from labs.rules.values import Sample
from patients.models import Patient

SETTLED = (LabResult.Status.FINAL.value, LabResult.Status.CORRECTED.value)


class Row(NamedTuple):
    """A standing result of a followed analyte, as stored."""

    id: UUID
    patient_id: UUID
    report_id: UUID
    laboratory_id: UUID
    analyte: str
    status: str
    system: System
    value: Decimal  # in the system's own unit
    si_value: Decimal | None
    comparator: str
    reported: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    accession: str
    assay: str
    specimen_type: str
    fasting: bool | None
    at: datetime
    day: date
    timed: bool
    received_at: datetime
    derivation: str
    derived_from: Sequence[UUID] | None = None

    @property
    def is_derived(self) -> bool:
        return self.derivation != ""

    def in_si(self, limit: Decimal | None) -> Decimal | None:
        """Return a limit of this result in the analyte's SI unit; None where there is none, or no exact factor."""
        if limit is None or self.system == "si":
            return limit
        analyte = catalogue()[self.analyte]
        return limit * analyte.factor if analyte.convertible else None


COLUMNS = (
    *("id", "patient_id", "report_id", "laboratory_id", "analyte", "status", "system", "graded_value", "si_value"),
    *("comparator", "reported", "unit", "low", "high", "accession", "assay", "specimen_type", "fasting"),
    *("collected_at", "collected_on", "time_known", "received_at", "derivation", "derived_from"),
)


def sample_of(row: Row, si_value: Decimal, rules: Rules, supports: Sequence[Support]) -> Sample:
    """Return one row, whose value in SI units is `si_value`, as the rules read it."""
    return Sample(
        row.at,
        row.day,
        row.analyte,
        si_value,
        row.comparator,
        row.in_si(row.low),
        row.in_si(row.high),
        affected_by(rules.effects, row.analyte, row.day, supports) if supports and rules.effects.on else (),
        row.status in SETTLED,
        str(row.laboratory_id),
        row.assay,
        row.specimen_type,
        row.id,
        row.timed,
        row.is_derived and row.comparator != "",
    )


def rows_of(patients: Collection[Patient], **conditions: Any) -> list[Row]:
    """Return the standing results of followed analytes of `patients`, each patient's by specimen time."""
    found = (
        LabResult.objects.standing()
        .filter(patient__in=patients, graded_value__isnull=False, **conditions)
        .exclude(analyte="")
        .order_by("patient_id", "collected_at", "id")
    )
    known = catalogue()
    return [Row._make(values) for values in found.values_list(*COLUMNS).iterator(5000) if values[4] in known]


def by_specimen(rows: Sequence[Row]) -> dict[tuple[UUID, str, datetime], list[Row]]:
    """Return `rows` by the specimen they are of: laboratory, accession and time."""
    specimens: dict[tuple[UUID, str, datetime], list[Row]] = defaultdict(list)
    for row in rows:
        specimens[(row.laboratory_id, row.accession, row.at)].append(row)
    return specimens
