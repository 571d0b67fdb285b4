"""Results as they arrive, for tests that need some on record."""

from datetime import date, datetime, time, timedelta

from accounts.models import Staff
from labs.actions.receiving import Received, Source, receive_results
from labs.intake.incoming import Incoming
from patients.models import Patient

UNITS = {
    "hgb": "g/L",
    "tsh": "m[IU]/L",
    "ft4": "pmol/L",
    "creatinine": "umol/L",
    "potassium": "mmol/L",
    "cga": "ug/L",
    "alt": "U/L",
}
NORMAL = {"hgb": "140", "wbc": "6.0", "anc": "4.0", "platelets": "250"}


def arrive(
    patient: Patient,
    day: date,
    *,
    by: Staff | None = None,
    status: str = "final",
    received: datetime | None = None,
    laboratory: str = "North",
    **values: str,
) -> Received:
    """Take in results of one specimen drawn at noon on `day`, two hours later; a CBC within limits by default."""
    now = datetime.combine(day, time(12), patient.clinic.zone)
    rows = [
        Incoming(
            position=key,
            mrn=patient.mrn,
            collected_at=now.isoformat(),
            analyte=key,
            value=value,
            unit=UNITS.get(key, "10*9/L"),
            status=status,
            laboratory=laboratory,
            raw=f"{key} {value}",
        )
        for key, value in (values or NORMAL).items()
    ]
    arrives = received or now + timedelta(hours=2)
    return receive_results(clinic=patient.clinic, rows=rows, source=Source("file", "test.csv"), by=by, now=arrives)
