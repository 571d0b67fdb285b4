"""Whether two descriptions are of one person, and where they differ."""

from collections.abc import Iterable, Sequence

from interop.csv.records import Record
from interop.csv.rows import Row
from iotrex_followup.findings import Finding
from patients.actions import PatientFacts
from patients.models import Patient, Treatment
from patients.names import fold

IDENTITY = ("given_name", "family_name", "birth_date", "sex")
# Within one file these must agree as well: a further treatment does not change the diagnosis.
TUMOUR = ("indication", "secreting")
CORRECT_MRN = "Correct the MRN if they are two people, otherwise make the rows agree."
CORRECT_ROW = "Correct the MRN if this is another person. The record is not changed by an import."


def same(field: str, one: object, other: object) -> bool:
    """Say whether two values are the same; names are, whatever their case, accents and signs."""
    if field in {"given_name", "family_name"}:
        return one == other or (bool(fold(str(one))) and fold(str(one)) == fold(str(other)))
    return one == other


def clashes_within(rows: Sequence[Row]) -> list[Finding]:
    """Return where the rows of one MRN disagree about who it is: a mistake in each row, since either may be wrong."""
    first = rows[0]
    found = []
    for row in rows[1:]:
        for field in (*IDENTITY, *TUMOUR):
            here, there = getattr(row.patient, field), getattr(first.patient, field)
            if not same(field, here, there):
                found += [
                    Finding(row.number, field, differs(here, f"“{told(there)}” in row {first.number}"), CORRECT_MRN),
                    Finding(first.number, field, differs(there, f"“{told(here)}” in row {row.number}"), CORRECT_MRN),
                ]
    return found


def clashes_with(record: Patient, rows: Iterable[Row]) -> list[Finding]:
    """Return where rows name another person than the record with their MRN."""
    return [
        Finding(row.number, field, differs(here, f"“{told(there)}” in the record with this MRN"), CORRECT_ROW)
        for row in rows
        for field in IDENTITY
        if not same(field, here := getattr(row.patient, field), there := getattr(record, field))
    ]


def kept_as_stored(record: Record, row: Row, treatment: Treatment | None) -> list[Finding]:
    """Return a note for each value that the row gives and the stored record has otherwise; nothing is updated."""
    facts: PatientFacts = row.patient
    patient, contact = record.standing, record.own_contact
    pairs = [
        ("indication", facts.indication, patient.indication),
        ("secreting", facts.secreting, patient.secreting),
        ("clinician_email", facts.responsible_clinician, patient.responsible_clinician),
        ("time_zone", facts.time_zone or None, patient.time_zone),
        *((field, value, getattr(contact, field, "")) for field, value in row.contact.items()),
    ]
    if treatment:
        pairs += [(field, getattr(row.treatment, field), getattr(treatment, field)) for field in MEASURED]
    return [
        Finding(row.number, field, differs(here, f"“{told(there)}” in the record"), "The record was kept as it is.")
        for field, here, there in pairs
        if here is not None and here != there
    ]


MEASURED = ("activity_mbq", "weight_kg")


def differs(here: object, there: str) -> str:
    """Return the sentence that names a difference."""
    return f"“{told(here)}” here, {there}."


def told(value: object) -> str:
    """Return a value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in (None, "") else str(value)
