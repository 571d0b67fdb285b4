"""A list of what patients were given: a CSV file, one row per product and day, checked whole."""

from collections.abc import Iterator, Mapping
from datetime import date

from accounts.models import Clinic
from iotrex_followup.csv_reading import Sheet
from iotrex_followup.errors import InputRefused
from iotrex_followup.findings import Finding
from labs.actions.supportive import SupportFacts, refuse_impossible_day
from patients.models import Patient, SupportiveCare

COLUMNS = ("mrn", "given_on", "product", "units", "place", "note")
REQUIRED = COLUMNS[:3]
LONGEST, MOST_UNITS = 200, 99
PRODUCTS = {name.casefold(): value for value, label in SupportiveCare.Product.choices for name in (value, label)}


def check_support(
    sheet: Sheet, *, clinic: Clinic, today: date
) -> tuple[list[tuple[Patient, SupportFacts]], list[Finding]]:
    """Return the rows of `sheet` as facts, and every mistake by row and column; unknown columns are passed over."""
    heads = [head.strip().casefold() for head in sheet.heads]
    if missing := [name for name in REQUIRED if name not in heads]:
        remedy = f"The columns are {', '.join(COLUMNS)}."
        return [], [Finding(None, name, "There is no such column.", remedy) for name in missing]
    named = [(number, dict(zip(heads, map(str.strip, cells), strict=False))) for number, cells in sheet.rows]
    found = Patient.objects.in_follow_up().filter(clinic=clinic, mrn__in=[row.get("mrn", "") for _, row in named])
    patients = {patient.mrn: patient for patient in found.select_related("clinic")}
    rows, mistakes = [], []
    for number, row in named:
        patient = patients.get(row.get("mrn", ""))
        wrong = list(mistakes_in(number, row, patient, today))
        mistakes += wrong
        if patient and not wrong:
            rows.append((patient, facts_of(row)))
    return rows, mistakes


def mistakes_in(number: int, row: Mapping[str, str], patient: Patient | None, today: date) -> Iterator[Finding]:
    """Yield what is wrong with a row."""
    if patient is None:
        what = f"No patient in follow-up here has the MRN “{row.get('mrn', '')}”."
        yield Finding(number, "mrn", what, "Correct it, or enter the patient first.")
    if row.get("product", "").casefold() not in PRODUCTS:
        known = ", ".join(SupportiveCare.Product.values)
        yield Finding(number, "product", f"“{row.get('product', '')}” is not known.", f"Write one of {known}.")
    units = row.get("units", "")
    if units and not (units.isascii() and units.isdigit() and len(units) < 10 and 1 <= int(units) <= MOST_UNITS):
        yield Finding(
            number, "units", f"“{units}” is no number from 1 to {MOST_UNITS}.", "Correct it or leave it blank."
        )
    for name in ("place", "note"):
        if len(row.get(name, "")) > LONGEST:
            yield Finding(number, name, f"This is longer than {LONGEST} signs.", "Shorten it.")
    try:
        given_on = date.fromisoformat(row.get("given_on", ""))
        if patient:
            refuse_impossible_day(patient, given_on, today=today)
    except ValueError:
        yield Finding(number, "given_on", f"“{row.get('given_on', '')}” is not a day.", "Write it as 2024-03-27.")
    except InputRefused as refused:
        yield Finding(number, "given_on", refused.message, "Correct it.")


def facts_of(row: Mapping[str, str]) -> SupportFacts:
    """Return what a row without mistakes says."""
    return SupportFacts(
        product=PRODUCTS[row["product"].casefold()],
        given_on=date.fromisoformat(row["given_on"]),
        units=int(row["units"]) if row.get("units") else None,
        place=row.get("place", ""),
        note=row.get("note", ""),
    )
