"""Fill an empty database with a made-up clinic to try the product with."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from imaging.demo.seed import add_images
from interop.simulation.clinic import SLUG
from labs.demo.seed import add_results
from schedules.demo.clinic import PASSWORD, SIGN_INS, is_seeded
from schedules.demo.seed import seed
from schedules.demo.talking import talk


class Command(BaseCommand):
    help = "Store a made-up clinic with patients around today; the same for the same numbers. Once stored, it stays."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare how many patients, which ones, and the day it is."""
        parser.add_argument("--patients", type=int, default=60, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other patients")
        parser.add_argument("--today", type=date.fromisoformat, metavar="DATE", help="the day it is; default today")
        parser.add_argument("--force", action="store_true", help="also outside of the demo (never with real patients)")
        parser.add_argument("--sign-ins", action="store_true", help="only print who can sign in, and how")

    def handle(self, *args: Any, **given: Any) -> None:
        """Seed, say that it is there already, or refuse."""
        if given["sign_ins"]:
            self.print_sign_ins()
        elif not (settings.DEMO or given["force"]):
            raise CommandError("IOTREX_DEMO=1 is not set, and made-up patients stay out of a real clinic.")
        elif is_seeded():
            self.stdout.write("The demo clinic is stored already.")
        else:
            today = given["today"] or timezone.now().date()
            with transaction.atomic():
                demo = seed(patients=given["patients"], seed=given["seed"], today=today)
                add_results(demo, seed=given["seed"])
                add_images(demo, seed=given["seed"])
                talk(demo)  # last, so that the lists of messages begin with those to patients
            self.stdout.write(f"{demo.clinic} is stored with {given['patients']} patients around {today}.")

    def print_sign_ins(self) -> None:
        """Print the people of the demo, and of a simulated clinic that was kept, with the password they share."""
        for person in SIGN_INS:
            self.stdout.write(f"  {person.role.label:<14} {person.email:<26} {PASSWORD}")
        kept = Membership.objects.filter(clinic__slug=SLUG).select_related("staff").order_by("staff__email")
        if kept:
            self.stdout.write("  In the simulated clinic:")
        for each in kept:
            self.stdout.write(f"  {each.get_role_display():<14} {each.staff.email:<26} {PASSWORD}")
