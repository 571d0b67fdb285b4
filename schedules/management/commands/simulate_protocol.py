"""Say what another protocol version would change over a whole clinic; nothing is stored."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.commands import find_clinic
from accounts.models import Clinic
from iotrex_followup.csv_files import csv_file
from schedules import protocol as rules
from schedules.calendars import working_calendar
from schedules.models import Protocol
from schedules.versions.simulating import HEADS, in_clinic, row_of
from schedules.versions.simulation import COUNTED, Simulation

WORDS = {
    "added": "timepoints added",
    "moved": "timepoints moved",
    "other": "timepoints with other activities",
    "cancelled": "timepoints cancelled",
    "to_decide": "appointments to decide about",
}


class Command(BaseCommand):
    help = (
        "Say what following a protocol version (SLUG@VERSION) or file (*.toml) would change for the patients of a "
        "clinic: totals, the load of every week and, with --report, a CSV file with a row for each patient. Nothing "
        "is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("protocol", metavar="SLUG@VERSION|FILE.toml")
        parser.add_argument("--clinic", required=True, metavar="SLUG")
        parser.add_argument("--report", type=Path, metavar="FILE", help="A CSV file with a row for each patient.")

    def handle(self, *, protocol: str, clinic: str, report: Path | None, **options: Any) -> None:
        asked = find_clinic(clinic)
        today = asked.local_date(timezone.now())
        definition = definition_of(protocol, asked)
        refuse_errors(definition, asked, today)
        simulation, lines = in_clinic(asked, definition, today=today)
        content = csv_file(HEADS, map(row_of, lines))
        if report:
            try:
                report.write_bytes(content)
            except OSError as error:
                raise CommandError(f"{report} cannot be written: {error.strerror}.") from error
        self.tell(simulation, asked)

    def tell(self, simulation: Simulation, clinic: Clinic) -> None:
        """Print the totals, and the weeks whose load changes."""
        of = simulation.definition
        self.stdout.write(f"{of.slug} {of.version}: {simulation.changed} of {simulation.patients} patients change")
        for name in COUNTED:
            self.stdout.write(f"{simulation.totals[name]:7} {WORDS[name]}")
        self.stdout.write(f"{simulation.asked:7} patients with a choice the version does not offer")
        self.stdout.write(f"{simulation.reminders.more:7} reminders more")
        self.stdout.write(f"{simulation.reminders.fewer:7} reminders fewer")
        changed = [week for week in simulation.load.weeks(clinic) if week[1::2] != week[2::2]]
        if changed:
            self.stdout.write("Week      draws before, after   scans before, after")
        for week in changed:
            self.stdout.write(
                f"{week.name} {week.draws_before:13} {week.draws_after:6} {week.scans_before:14} {week.scans_after:6}"
            )


def definition_of(name: str, clinic: Clinic) -> rules.Protocol:
    """Return the protocol of a file, or the stored version `name` calls "slug@version".

    Raises   CommandError: there is none, or it cannot be read.
    """
    if name.endswith(".toml"):
        definition = from_file(Path(name))
    else:
        slug, _, version = name.partition("@")
        found = Protocol.objects.of(clinic).filter(slug=slug, version=version).first()
        if found is None:
            raise CommandError(f"There is no protocol {slug} {version}.".replace("  ", " "))
        definition = found.definition
    return definition


def refuse_errors(definition: rules.Protocol, clinic: Clinic, today: date) -> None:
    """Raise CommandError when the linter finds errors in the protocol."""
    if errors := rules.errors_of(rules.lint(definition, working_calendar(clinic), today=today)):
        raise CommandError("\n".join(f"{finding.sentence} {finding.remedy}" for finding in errors))


def from_file(path: Path) -> rules.Protocol:
    """Return the protocol written in a file.

    Raises   CommandError: it cannot be read.
    """
    try:
        return rules.read_protocol(path.read_text(encoding="utf-8"), source=path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read.") from error
    except rules.ProtocolError as error:
        raise CommandError(str(error)) from error
