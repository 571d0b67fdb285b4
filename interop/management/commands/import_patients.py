"""Import a list of patients and their treatments from a CSV file."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.commands import find_clinic, find_member
from accounts.models import Clinic, Staff
from interop.actions import FileRefused, Imported, check_file, import_patients, summary, told_mistakes
from interop.csv.checking import Check
from interop.csv.columns import Matching, exact_matching
from iotrex_followup.csv_reading import Sheet, read_sheet
from iotrex_followup.errors import DomainError
from iotrex_followup.findings import Finding


class Command(BaseCommand):
    help = (
        "Import patients with their treatments from a CSV file, all rows or none. Importing a file twice changes "
        "nothing. The columns are described in docs/import.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--clinic", required=True, metavar="SLUG")
        parser.add_argument("--by", metavar="EMAIL", help="Who imports; without it the system itself.")
        parser.add_argument("--dry-run", action="store_true", help="Only check the file.")
        parser.add_argument("--skip-bad-rows", action="store_true", help="Store the other rows all the same.")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, file: Path, clinic: str, by: str | None, **options: Any) -> None:
        treating = find_clinic(clinic)
        author = find_member(treating, by) if by else None
        try:
            check, imported, refused = self.run(file, treating, author, options)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.tell(check, imported, options)
        nothing_came = check.mistakes and not (check.accepted or check.unchanged)
        if refused or nothing_came:
            raise CommandError(told_mistakes(check))

    def run(
        self, file: Path, clinic: Clinic, by: Staff | None, options: dict[str, Any]
    ) -> tuple[Check, Imported | None, bool]:
        """Check the file and store it unless that was not wanted or is refused."""
        sheet, matching, header_mistakes, notes = read(file)
        today = clinic.local_date(timezone.now())
        if header_mistakes:
            return Check(rows=len(sheet.rows), mistakes=header_mistakes, notes=notes), None, True
        if options["dry_run"]:
            check = check_file(sheet=sheet, matching=matching, clinic=clinic, by=by, today=today)
            check.notes[:0] = notes
            return check, None, bool(check.mistakes) and not options["skip_bad_rows"]
        try:
            check, imported = import_patients(
                clinic=clinic,
                sheet=sheet,
                matching=matching,
                skip_bad_rows=options["skip_bad_rows"],
                by=by,
                today=today,
                name=file.name,
                progress=lambda rows: self.stderr.write(f"{rows} of {len(sheet.rows)} rows"),
            )
        except FileRefused as error:
            error.check.notes[:0] = notes
            return error.check, None, True
        check.notes[:0] = notes
        return check, imported, False

    def tell(self, check: Check, imported: Imported | None, options: dict[str, Any]) -> None:
        if options["format"] == "json":
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], **summary(check, imported)}, indent=1))
            return
        for note in check.notes:
            self.stdout.write(f"note, {note}")
        for mistake in check.mistakes:
            self.stdout.write(str(mistake))
        counts = summary(check, imported)
        for kind in ("mistakes", "notes"):
            del counts[kind]
        if options["dry_run"]:
            counts |= {"patients": len(check.newcomers), "treatments": len(check.accepted)}
            self.stdout.write("Dry run: nothing was stored. This would be:")
        for name, count in counts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count}")


def read(file: Path) -> tuple[Sheet, Matching, list[Finding], list[Finding]]:
    """Read the file and its header, and return them with the header's mistakes and notes."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    sheet = read_sheet(content)
    return sheet, *exact_matching(sheet)
