"""Taking in patients from a file."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection

from accounts.models import Clinic, Staff
from accounts.permissions import May, may
from events.actions import record_event
from interop.bulk import Newcomers
from interop.csv.checking import Check, check_sheet
from interop.csv.columns import Matching
from iotrex_followup.csv_reading import Sheet
from iotrex_followup.errors import InputRefused, TransitionRefused
from iotrex_followup.history import action
from schedules.actions import record_treatment
from schedules.actions.enrolment import current_protocol

PATIENTS_AT_ONCE = 100
Progress = Callable[[int], None]


@dataclass
class Imported:
    """What an import stored, in rows of each kind."""

    patients: int = 0
    treatments: int = 0
    plans: int = 0
    visits: int = 0
    activities: int = 0


class FileRefused(InputRefused):
    """The file has mistakes, so nothing of it was stored; `check` lists them."""

    def __init__(self, check: Check) -> None:
        self.check = check
        super().__init__(told_mistakes(check), field="file")


def told_mistakes(check: Check) -> str:
    """Return how much of a file is wrong, in one sentence."""
    if check.is_unusable:
        return "The header needs another look; nothing was stored."
    rows = "1 row needs" if check.bad_rows == 1 else f"{check.bad_rows} rows need"
    return f"{rows} another look; nothing was stored."


def check_file(*, sheet: Sheet, matching: Matching, clinic: Clinic, by: Staff | None, today: date) -> Check:
    """Check a file without storing anything; `by` None is the system's operator."""
    may_decide = by is None or may(by, May.DECIDE, clinic)
    return check_sheet(sheet, matching, clinic=clinic, today=today, may_decide=may_decide)


@action
def import_patients(
    *,
    clinic: Clinic,
    sheet: Sheet,
    matching: Matching,
    skip_bad_rows: bool,
    by: Staff | None,
    today: date,
    name: str,
    progress: Progress,
) -> tuple[Check, Imported]:
    """Store the people and treatments of a file called `name`; `progress` is told how many rows are done.

    All of it is stored or nothing. What is stored already stays as it is, so a second import changes nothing.

    Raises   FileRefused: rows have mistakes and are not to be skipped, or the header is wrong.
    Raises   TransitionRefused: somebody entered one of the patients while the file was imported.
    Records  patients.imported, and for each patient and treatment what `enrol` records
    """
    prepare_long_change(clinic)
    check = check_file(sheet=sheet, matching=matching, clinic=clinic, by=by, today=today)
    if check.is_unusable or (check.mistakes and not skip_bad_rows):
        raise FileRefused(check)
    imported = Imported()
    try:
        store_newcomers(check, imported, clinic=clinic, by=by, today=today, progress=progress)
    except IntegrityError as error:
        if "mrn_unique_in_clinic" not in str(error):
            raise
        raise TransitionRefused(
            "Somebody entered one of these patients while the file was imported. Nothing was stored; import it again."
        ) from error
    store_further_treatments(check, imported, by=by, today=today, progress=progress)
    if imported.treatments:
        record_event("patients.imported", clinic=clinic, by=by, file=name, **asdict(imported), skipped=check.bad_rows)
    return check, imported


def prepare_long_change(clinic: Clinic) -> None:
    """Let one import of the clinic run at a time, and let this transaction take its time.

    Keys are checked as rows come in, not all at the end, so that progress is the truth.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET CONSTRAINTS ALL IMMEDIATE")
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def store_newcomers(
    check: Check, imported: Imported, *, clinic: Clinic, by: Staff | None, today: date, progress: Progress
) -> None:
    """Enter the people the clinic does not know yet."""
    protocol = current_protocol(clinic)
    for start in range(0, len(check.newcomers), PATIENTS_AT_ONCE):
        batch = Newcomers(clinic, protocol, by, today)
        for rows in check.newcomers[start : start + PATIENTS_AT_ONCE]:
            batch.add(rows)
        batch.store()
        imported.patients += len(batch.patients)
        imported.treatments += len(batch.treatments)
        imported.plans += len(batch.plans)
        imported.visits += len(batch.visits)
        imported.activities += len(batch.activities)
        progress(rows_done(check, imported))


def store_further_treatments(
    check: Check, imported: Imported, *, by: Staff | None, today: date, progress: Progress
) -> None:
    """Record further treatments of people the clinic knows, as their pages would."""
    for record, row in check.further:
        treatment = record_treatment(
            patient=record.patient, facts=row.treatment, choices=row.choices, by=by, today=today
        )
        imported.treatments += 1
        if treatment.anchors_plan:
            imported.plans += 1
            imported.visits += treatment.plan.visits.count()
            imported.activities += treatment.plan.visits.values("activities").count()
        progress(rows_done(check, imported))


def rows_done(check: Check, imported: Imported) -> int:
    """Return how many rows of the file are dealt with; what is not to be stored is so from the start."""
    return check.rows - len(check.accepted) + imported.treatments


def summary(check: Check, imported: Imported | None) -> dict[str, Any]:
    """Return what came of a file, as JSON values; `imported` None: it was only checked or refused."""
    return {
        "rows": check.rows,
        "unchanged": check.unchanged,
        "bad_rows": check.bad_rows,
        **asdict(imported or Imported()),
        "mistakes": [finding.facts() for finding in check.mistakes],
        "notes": [finding.facts() for finding in check.notes],
    }
