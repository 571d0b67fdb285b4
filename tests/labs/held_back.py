"""Rows that are held back, made by taking them in."""

from itertools import count

from django.utils import timezone

from accounts.models import Staff
from labs.actions.receiving import Source, receive_results
from labs.intake.incoming import Incoming
from patients.models import Patient

NUMBERS = count(1)


def hold_back(patient: Patient, *, by: Staff | None = None, **fields: str) -> None:
    """Take in one row of laboratory North for `patient`; each is of a specimen of its own unless `fields` say so."""
    row = {
        "position": "row 2",
        "mrn": patient.mrn,
        "collected_at": "2024-03-05T08:00",
        "analyte": "platelets",
        "value": "210",
        "unit": "10*9/L",
        "accession": f"S{next(NUMBERS)}",
        "laboratory": "North",
        "raw": "line",
    }
    rows = [Incoming(**(row | fields))]
    receive_results(clinic=patient.clinic, rows=rows, source=Source("file", "list.csv"), by=by, now=timezone.now())
