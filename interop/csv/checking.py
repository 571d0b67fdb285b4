"""Checking a list of patients as a whole: against itself, and against what the clinic has stored."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Clinic
from interop.csv.columns import Matching, missing_columns
from interop.csv.comparing import clashes_with, clashes_within, kept_as_stored
from interop.csv.records import Record, records_by_mrn, staff_by_email
from interop.csv.rows import Row, read_row
from interop.csv.rules import Rules
from iotrex_followup.csv_reading import Sheet
from iotrex_followup.findings import Finding
from patients.models import Treatment
from schedules.actions.enrolment import current_protocol
from schedules.models import Protocol


@dataclass(slots=True)
class Check:
    """What a file holds: people to enter with their treatments by date, further treatments, and what is wrong."""

    rows: int = 0
    mistakes: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    newcomers: list[list[Row]] = field(default_factory=list)
    further: list[tuple[Record, Row]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def bad_rows(self) -> int:
        """Return how many rows have a mistake."""
        return len({finding.row for finding in self.mistakes if finding.row})

    @property
    def accepted(self) -> list[Row]:
        """Return the rows that would be stored."""
        return [row for rows in self.newcomers for row in rows] + [row for _, row in self.further]

    @property
    def is_unusable(self) -> bool:
        """Whether the header is wrong, so that no row can be read."""
        return any(finding.row in {None, 1} for finding in self.mistakes)


def check_sheet(sheet: Sheet, matching: Matching, *, clinic: Clinic, today: date, may_decide: bool) -> Check:
    """Check every row of a file. `may_decide`: whether who imports it may take clinical decisions.

    Raises   InputRefused: no protocol is loaded.
    """
    check = Check(rows=len(sheet.rows), notes=list(sheet.notes), mistakes=missing_columns(matching))
    if check.mistakes:
        return check
    people = people_in(sheet, matching, clinic, check)
    records = records_by_mrn(clinic, people)
    rules = Rules(current_protocol(clinic).definition, today=today, may_decide=may_decide)
    for mrn, rows in people.items():
        rows.sort(key=lambda row: row.treatment.started_on)
        check_person(rows, records.get(mrn), rules, check)
    check.mistakes.sort(key=lambda finding: finding.row or 0)
    check.notes.sort(key=lambda finding: finding.row or 0)
    return check


def people_in(sheet: Sheet, matching: Matching, clinic: Clinic, check: Check) -> dict[str, list[Row]]:
    """Return the rows that can be read by MRN, and add the mistakes of the others to `check`."""
    people: dict[str, list[Row]] = defaultdict(list)
    staff, protocols = staff_by_email(clinic), protocols_by_reference(clinic)
    for number, cells in sheet.rows:
        row = read_row(number, cells, width=len(sheet.heads), matching=matching, staff=staff, protocols=protocols)
        if isinstance(row, Row):
            people[row.patient.mrn].append(row)
        else:
            check.mistakes += row
    return people


def protocols_by_reference(clinic: Clinic) -> dict[str, Protocol]:
    """Return the protocol versions new plans of the clinic can follow, by name and version."""
    return {protocol.reference: protocol for protocol in Protocol.objects.offered(clinic)}


def check_person(rows: Sequence[Row], record: Record | None, rules: Rules, check: Check) -> None:
    """Add to `check` what the rows of one MRN, by date, mean for the clinic."""
    clashes = clashes_within(rows) or (clashes_with(record.patient, rows) if record else [])
    if clashes:
        check.mistakes += dict.fromkeys(clashes)
        return
    accepted: list[Row] = []
    seen: dict[tuple[str, date], int] = {}
    infusions = [t.started_on for t in record.treatments if t.anchors_plan] if record else []
    for row in rows:
        key = row.treatment.kind, row.treatment.started_on
        if key in seen:
            remedy = "Delete one of the rows, or correct the date."
            check.mistakes.append(Finding(row.number, "treated_on", f"Row {seen[key]} is the same treatment.", remedy))
        elif record and is_stored(row, record, check):
            pass
        elif mistakes := rules.mistakes(row, infusions):
            check.mistakes += mistakes
        else:
            accepted.append(row)
            infusions += [row.treatment.started_on] if row.treatment.kind == Treatment.Kind.THERAPEUTIC else []
        seen[key] = row.number
    keep(accepted, record, check)


def keep(accepted: list[Row], record: Record | None, check: Check) -> None:
    """Add the rows that would be stored to `check`."""
    if record:
        check.further += [(record, row) for row in accepted]
        check.notes += [note for row in accepted for note in kept_as_stored(record, row, None)]
    elif accepted:
        check.newcomers.append(accepted)


def is_stored(row: Row, record: Record, check: Check) -> bool:
    """Say whether the row's treatment is dealt with by what is stored, and note what that is."""
    same_day = [
        t for t in record.treatments if (t.kind, t.started_on) == (row.treatment.kind, row.treatment.started_on)
    ]
    standing = next((t for t in same_day if t.state != Treatment.State.WITHDRAWN), None)
    if standing and standing.state == Treatment.State.PLANNED:
        what = f"The record has this treatment as planned for {standing.started_on}."
        check.mistakes.append(Finding(row.number, "treated_on", what, "Confirm it as given on the patient's page."))
    elif standing:
        check.unchanged += 1
        check.notes += kept_as_stored(record, row, standing)
    elif same_day:
        check.unchanged += 1
        what = "This treatment was marked as entered in error, and stays so."
        remedy = "If it took place after all, undo that on the patient's page."
        check.notes.append(Finding(row.number, "treated_on", what, remedy))
    elif not record.is_open:
        what = f"The record with this MRN is closed: {record.patient.get_status_display().lower()}."
        other = record.standing.mrn if record.standing != record.patient else ""
        remedy = f"Use MRN {other}." if other else "Leave the row out, or enter the person under another MRN."
        check.mistakes.append(Finding(row.number, "mrn", what, remedy))
    else:
        return False
    return True
