"""Store the protocol version that comes with the product."""

from typing import Any

from django.core.management.base import BaseCommand

from schedules.actions import load_packaged_protocol


class Command(BaseCommand):
    help = "Store the packaged follow-up protocol, so that plans can follow it. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        protocol = load_packaged_protocol(by=None)
        self.stdout.write(f"{protocol} is loaded ({protocol.sha256[:12]}).")
