"""What is on record that typed values are judged by: baselines, last values, the units a laboratory uses."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from labs.grading.terms import Criteria
from labs.grading.units import read_unit
from labs.intake.book import LaboratoryBook
from labs.models import Alert, AlertFinding, Baseline, LabGrade, LabResult
from labs.readings import written_unit
from labs.rules.values import Urgency
from labs.settling.charts import Chart
from labs.settling.rows import COLUMNS, Row
from patients.models import Patient, Treatment

TYPED_TWICE = ("anc", "platelets", "hgb", "potassium")
RECENT = 500  # results in which a laboratory's units are looked up


class Last(NamedTuple):
    """The last value of an analyte: in SI units, as it was written, and its day."""

    si_value: Decimal
    words: str
    day: date


def chart_of_baselines(patient: Patient) -> Chart:
    """Return the patient's treatments and baselines, with the results that are baselines and no others."""
    baselines = list(Baseline.objects.filter(patient=patient, result__isnull=False))
    results = LabResult.objects.filter(pk__in=[each.result_id for each in baselines])
    rows = [Row._make(values) for values in results.filter(graded_value__isnull=False).values_list(*COLUMNS)]
    treatments = Treatment.objects.given_therapeutic().filter(patient=patient).order_by("started_on", "id")
    return Chart(patient, rows=rows, treatments=list(treatments), baselines=baselines)


def grades_by_direction(chart: Chart, criteria: Criteria) -> dict[UUID, dict[str, int | None]]:
    """Return the grades of the results that are baselines, by direction."""
    found: dict[UUID, dict[str, int | None]] = {}
    grades = LabGrade.objects.filter(result__in=[row.id for row in chart.rows], ctcae=criteria.edition)
    for result, direction, grade in grades.values_list("result_id", "direction", "grade"):
        found.setdefault(result, {})[direction] = grade
    return found


def last_values(patient: Patient) -> dict[str, Last]:
    """Return the last value of each analyte that may have to be typed twice."""
    results = LabResult.objects.standing().filter(
        patient=patient, analyte__in=TYPED_TWICE, comparator="", si_value__isnull=False
    )
    newest = results.order_by("analyte", "-collected_at", "-id").distinct("analyte")
    return {
        each.analyte: Last(each.si_value, f"{each.reported} {written_unit(each.unit)}".strip(), each.collected_on)
        for each in newest
        if each.si_value is not None
    }


def seen_immediate(patient: Patient) -> frozenset[str]:
    """Return the analytes of which an alert that nobody has resolved holds an immediate value."""
    unresolved = Alert.objects.unresolved().filter(patient=patient)
    found = AlertFinding.objects.filter(alert__in=unresolved, tier=Urgency.IMMEDIATE.value, holds=True)
    return frozenset(found.exclude(result=None).values_list("result__analyte", flat=True))


def units_used(patient: Patient, own: LaboratoryBook) -> dict[str, str]:
    """Return by analyte the UCUM unit last used: by this laboratory, else for this patient."""
    recent = LabResult.objects.exclude(analyte="").exclude(unit="").filter(derived_from=None)
    of_patient = recent.filter(patient=patient).order_by("-received_at")[:RECENT]
    of_laboratory = recent.filter(clinic=patient.clinic_id, laboratory=own.laboratory.pk).order_by("-received_at")
    found: dict[str, str] = {}
    for rows in (of_laboratory[:RECENT], of_patient):
        for analyte, spelled in rows.values_list("analyte", "unit"):
            if analyte not in found and (unit := read_unit(own.units.get(spelled, spelled))):
                found[analyte] = unit.code
    return found
