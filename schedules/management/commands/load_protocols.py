"""Store the protocol versions that come with the product."""

from typing import Any

from django.core.management.base import BaseCommand

from schedules.actions import load_packaged_protocols


class Command(BaseCommand):
    help = "Store the packaged follow-up protocols, so that plans can follow them. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        for protocol in load_packaged_protocols(by=None):
            example = ", an example to be approved" if protocol.is_example else ""
            self.stdout.write(f"{protocol} is loaded ({protocol.sha256[:12]}{example}).")
