"""List the patients, grades and alerts that a version of a rule touched."""

import argparse
import csv
import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from accounts.models import Clinic
from iotrex_followup.csv_files import harmless
from labs.alerting.lookback import CTCAE, KEPT, NotKept, Touched, touched_by

MISUSE = 2
NAMES = ", ".join((CTCAE, *KEPT))


class Command(BaseCommand):
    """Print one line per grade or finding, as it is read; a mistake in the call is one line on stderr and exit 2."""

    help = (
        "List the patients, grades and alerts that a version of a rule touched, such as urgency@1.0 or ctcae@6.0. "
        "Only what is stored with the version that decided it can be listed: the findings of alerts, and grades."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser whose errors are one line, without the usage argparse prints before them."""
        return super().create_parser(prog_name, subcommand, usage=argparse.SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the version asked for, the clinic, and the form of the output."""
        parser.add_argument("rule", metavar="RULE@VERSION", help=f"one of {NAMES}, with its version")
        parser.add_argument("--clinic", metavar="SLUG", help="only this clinic")
        parser.add_argument("--format", choices=FORMATS, default="csv")

    def handle(self, *args: Any, **given: Any) -> None:
        """Stream what was touched; how much, and of how many patients, goes to standard error."""
        rule, _, version = given["rule"].partition("@")
        if not version:
            raise CommandError("give RULE@VERSION, such as urgency@1.0", returncode=MISUSE)
        clinic = Clinic.objects.filter(slug=given["clinic"]).first() if given["clinic"] else None
        if given["clinic"] and clinic is None:
            raise CommandError(f"there is no clinic {given['clinic']}", returncode=MISUSE)
        try:
            touched = touched_by(rule, version, clinic=clinic)
        except NotKept as refusal:
            raise CommandError(str(refusal), returncode=MISUSE) from refusal
        patients: set[str] = set()
        rows = 0
        write = FORMATS[given["format"]](self.stdout)
        for row in touched:
            write(row)
            rows += 1
            patients.add(row.patient)
        self.stderr.write(f"{rule}@{version}: rows {rows}, patients {len(patients - {''})}")


class CsvLines:
    """Writes rows as CSV that no spreadsheet runs, with a header."""

    def __init__(self, out: OutputWrapper) -> None:
        self._writer = csv.writer(out, lineterminator="\n")
        self._writer.writerow(Touched._fields)

    def __call__(self, row: Touched) -> None:
        self._writer.writerow([harmless(cell) for cell in row])


class JsonLines:
    """Writes rows as JSON objects, one a line."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out

    def __call__(self, row: Touched) -> None:
        self._out.write(json.dumps(row._asdict(), ensure_ascii=False))


FORMATS: dict[str, Callable[[OutputWrapper], Callable[[Touched], None]]] = {"csv": CsvLines, "json": JsonLines}
