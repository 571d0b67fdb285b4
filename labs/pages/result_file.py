"""All results of a patient as lines of a file; the first columns are those that an import reads."""

from collections.abc import Iterator

from labs.models import LabResult
from labs.readings import DIRECTIONS, Shown, name_of, shown_results, supports_of
from labs.settling.charts import policy_of, rules_of
from patients.models import Patient

COLUMNS = (
    *("mrn", "collected_at", "analyte", "value", "unit", "low", "high", "status", "accession", "laboratory"),
    *("name", "flag", "ctcae", "term", "grade", "cannot_grade", "affected_by", "derivation"),
)


def result_lines(patient: Patient) -> Iterator[tuple[str, ...]]:
    """Yield the results that stand, by specimen time, those that are not followed too."""
    policy = policy_of(patient.clinic)
    standing = LabResult.objects.standing().filter(patient=patient).order_by("collected_at", "analyte", "id")
    shown = shown_results(standing, policy=policy, rules=rules_of(policy), supports=supports_of(patient))
    for each in shown:
        yield _line(patient, each, policy.ctcae)


def _line(patient: Patient, each: Shown, ctcae: str) -> tuple[str, ...]:
    reading, worst = each.reading, each.worst
    at = reading.at.astimezone(patient.clinic.zone).isoformat() if reading.timed else reading.day.isoformat()
    low, high = ("" if limit is None else f"{limit:f}" for limit in (reading.low, reading.high))
    return (
        patient.mrn,
        at,
        reading.analyte,
        reading.reported,
        reading.unit,
        low,
        high,
        reading.status,
        reading.accession,
        reading.laboratory or "",
        name_of(reading.analyte) if reading.analyte else "not followed",
        DIRECTIONS[reading.letter],
        ctcae if each.grades else "",
        worst.term if worst else "",
        str(worst.grade) if worst else "0" if each.grades and not each.cannot_grade else "",
        each.cannot_grade,
        " and ".join(each.affected),
        reading.derivation,
    )
