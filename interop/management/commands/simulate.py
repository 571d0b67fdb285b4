"""Play a clinic's years on a database of its own: `manage.py simulate --patients 60 --years 2 --seed 1`."""

import gc
from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.utils import get_random_secret_key
from django.db import transaction
from django.utils import timezone

from accounts.models import Clinic, Membership
from interop.simulation.clinic import SLUG, YEAR
from interop.simulation.database import own_database
from interop.simulation.play import Played, play
from schedules.demo.clinic import PASSWORD


class Command(BaseCommand):
    help = "Play a simulated clinic on a database of its own, and print what happened; the log goes to --report."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=60)
        parser.add_argument("--years", type=int, default=2)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--report", type=Path, help="where the log goes")
        parser.add_argument(
            "--keep", action="store_true", help="up to today, in a demo's database that is empty, to be looked at"
        )

    def handle(self, *args: Any, keep: bool, report: Path | None, **options: Any) -> None:
        if keep and settings.DEMO and Clinic.objects.filter(slug=SLUG).exists():
            self.stdout.write("A simulated clinic is stored already.")
            return
        if keep and (not settings.DEMO or Clinic.objects.exists()):
            raise CommandError(
                "--keep plays in a demo (IOTREX_DEMO=1) that holds no clinic yet, such as one started in a new folder; "
                "nothing was changed."
            )
        asked = {name: options[name] for name in ("patients", "years", "seed")}
        with report.open("w", encoding="utf-8") if report else nullcontext() as out:
            began = monotonic()
            played = play_and_keep(**asked, out=out) if keep else play_apart(**asked, out=out)
        minutes = (monotonic() - began) / 60
        for what, lines in sorted(played.lines.items()):
            self.stdout.write(f"{lines:8} {what}")
        patient_years = asked["patients"] * asked["years"]
        self.stdout.write(f"{patient_years / minutes:.1f} patient-years a minute ({minutes:.1f} minutes)")
        self.stdout.write(f"SHA-256 of the log: {played.digest}")
        if keep:
            for person in Membership.objects.select_related("staff"):
                self.stdout.write(f"  {person.get_role_display():<14} {person.staff.email:<26} {PASSWORD}")


def play_apart(*, patients: int, years: float, seed: int, out: IO[str] | None) -> Played:
    """Play on a database of its own."""
    # Links in messages are signed; nobody follows those of a simulated clinic.
    settings.SECRET_KEY = get_random_secret_key()
    # What is loaded stays, and little of the rest is of use for long: to look for it often takes a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    with own_database():
        return play(patients=patients, years=years, seed=seed, out=out)


@transaction.atomic
def play_and_keep(*, patients: int, years: float, seed: int, out: IO[str] | None) -> Played:
    """Play the years up to today where the product works, and let its people sign in with the demo's password."""
    starts_on = timezone.now().date() - years * YEAR
    played = play(patients=patients, years=years, seed=seed, out=out, starts_on=starts_on)
    for person in Membership.objects.select_related("staff"):
        person.staff.set_password(PASSWORD)
        person.staff.save(update_fields=["password"])
    return played
