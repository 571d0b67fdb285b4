"""From one row of text to what it says of a patient and a treatment. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from accounts.models import Staff
from interop.csv.columns import BY_NAME, REQUIRED, Matching
from interop.csv.values import Unreadable, clean
from iotrex_followup.findings import Finding
from patients.actions import PatientFacts
from patients.treatment_checks import TreatmentFacts
from schedules.models import Protocol
from schedules.plans.planning import PlanChoices

PATIENT = frozenset(field.name for field in fields(PatientFacts)) - {"responsible_clinician"}
TREATMENT = frozenset({"kind", "activity_mbq", "weight_kg", "override_reason"})
CHOICES = frozenset({"imaging_interval", "annual_interval", "annual_reason", "followed_from"})
CONTACT = frozenset({"phone", "email", "language"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row that could be read; `contact` holds phone, e-mail and language where they are given."""

    number: int
    patient: PatientFacts
    contact: Mapping[str, str]
    treatment: TreatmentFacts
    choices: PlanChoices


def read_row(
    number: int,
    cells: Sequence[str],
    *,
    width: int,
    matching: Matching,
    staff: Mapping[str, Staff],
    protocols: Mapping[str, Protocol],
) -> Row | list[Finding]:
    """Return what the row says, or every mistake in it. `staff` are the clinic's people by e-mail address,
    `protocols` what its new plans can follow by name and version.

    `width` is the number of heads; cells beyond it are a mistake unless they are empty.
    """
    if any(cells[width:]):
        what = f"The row has {len(cells)} cells, the header {width}."
        return [Finding(number, "", what, "Put a value that holds the separator in quotation marks.")]
    values, mistakes = read_cells(number, cells, matching)
    email = values.pop("clinician_email", None)
    if email is not None and email.lower() not in staff:
        remedy = "Invite this person first, correct the address, or leave it blank."
        mistakes.append(Finding(number, "clinician_email", f"{email} does not work in this clinic.", remedy))
    reference = values.pop("protocol", None)
    if reference is not None and reference not in protocols:
        remedy = f"Write {' or '.join(sorted(protocols))}, or leave it blank."
        mistakes.append(Finding(number, "protocol", f"No new plan can follow {reference!r}.", remedy))
    if mistakes:
        return mistakes
    clinician = staff[email.lower()] if email else None
    return Row(
        number=number,
        patient=PatientFacts(responsible_clinician=clinician, **_part(values, PATIENT)),
        contact=_part(values, CONTACT),
        treatment=TreatmentFacts(started_on=values["treated_on"], **_part(values, TREATMENT)),
        choices=PlanChoices(protocol=protocols[reference] if reference else None, **_part(values, CHOICES)),
    )


def read_cells(number: int, cells: Sequence[str], matching: Matching) -> tuple[dict[str, Any], list[Finding]]:
    """Return the values of the cells that are not blank, and the mistakes."""
    values: dict[str, Any] = {}
    mistakes = []
    for name, source in matching.items():
        cell = source if isinstance(source, str) else cells[source] if source < len(cells) else ""
        try:
            if text := clean(cell):
                values[name] = BY_NAME[name].read(text)
            elif name in REQUIRED:
                mistakes.append(Finding(number, name, "It is blank.", f"Fill it in. {BY_NAME[name].hint}"))
        except Unreadable as error:
            mistakes.append(Finding(number, name, error.what, error.remedy))
    return values, mistakes


def _part(values: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: values[name] for name in names & values.keys()}
