"""Make an API token for a person, for systems that are set up without a browser."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions import create_api_token
from accounts.models import Staff


class Command(BaseCommand):
    help = "Make an API token that acts as the person with this e-mail address; print its secret, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="issue_token", help="What it is for.")
        parser.add_argument("--days", type=int, default=90, help="How long it is valid; 90 when left out.")

    def handle(self, *, email: str, name: str, days: int, **options: Any) -> None:
        staff = Staff.objects.filter(email=email.lower(), is_active=True).first()
        if staff is None:
            raise CommandError(f"Nobody signs in as {email}.")
        if not 1 <= days <= 3660:
            raise CommandError("Choose from 1 to 3660 days.")
        _, secret = create_api_token(staff=staff, name=name[:100], valid_for=timedelta(days=days))
        self.stdout.write(secret)
