"""Play a clinic's years on a database of its own: `manage.py simulate --patients 60 --years 2 --seed 1`."""

from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.core.management.utils import get_random_secret_key

from interop.simulation.database import own_database
from interop.simulation.play import play


class Command(BaseCommand):
    help = "Play a simulated clinic on a database of its own, and print what happened; the log goes to --report."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=60)
        parser.add_argument("--years", type=int, default=2)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--report", type=Path, help="where the log goes")

    def handle(self, *args: Any, patients: int, years: int, seed: int, report: Path | None, **options: Any) -> None:
        # Links in messages are signed; nobody follows those of a simulated clinic.
        settings.SECRET_KEY = get_random_secret_key()
        with own_database(), report.open("w", encoding="utf-8") if report else nullcontext() as out:
            began = monotonic()
            played = play(patients=patients, years=years, seed=seed, out=out)
        minutes = (monotonic() - began) / 60
        for what, lines in sorted(played.lines.items()):
            self.stdout.write(f"{lines:8} {what}")
        self.stdout.write(f"{patients * years / minutes:.1f} patient-years a minute ({minutes:.1f} minutes)")
        self.stdout.write(f"SHA-256 of the log: {played.digest}")
