"""Import a list of transfusions and growth factors from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.commands import find_clinic, find_member
from iotrex_followup.csv_reading import read_sheet
from iotrex_followup.errors import DomainError
from labs.actions.supportive import import_support
from labs.intake.support_file import COLUMNS, check_support


class Command(BaseCommand):
    help = (
        f"Import what patients were given, all rows or none, from a CSV file with the columns {', '.join(COLUMNS)}. "
        "Importing a file twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--clinic", required=True, metavar="SLUG")
        parser.add_argument("--by", metavar="EMAIL", help="Who imports; without it the system itself.")
        parser.add_argument("--dry-run", action="store_true", help="Only check the file.")

    def handle(self, *, file: Path, clinic: str, by: str | None, dry_run: bool, **options: Any) -> None:
        """Check the file whole, then store it; nothing is stored when a row has a mistake."""
        treating, now = find_clinic(clinic), timezone.now()
        author = find_member(treating, by) if by else None
        try:
            sheet = read_sheet(file.read_bytes(), row_is="product given")
            rows, mistakes = check_support(sheet, clinic=treating, today=treating.local_date(now))
            for finding in [*sheet.notes, *mistakes]:
                self.stdout.write(str(finding))
            if mistakes:
                raise CommandError(f"{len(mistakes)} mistakes, nothing was stored.")
            new = 0 if dry_run else import_support(clinic=treating, rows=rows, by=author, now=now)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        if dry_run:
            self.stdout.write(f"Dry run: {len(rows)} rows without a mistake, nothing was stored.")
        else:
            self.stdout.write(f"{new} recorded, {len(rows) - new} on record already.")
