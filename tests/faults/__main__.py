"""The fault campaign: `python -m tests.faults [--minutes 60] [--seed S] [--messages N]`; see docs/faults.md."""

import argparse
import os
import secrets
import signal
import sys
import tempfile
from pathlib import Path
from time import monotonic

import django
from django.core.management import call_command

from tests.faults.servers import own_servers

# With the time in which all comes to rest.
SECONDS_OF_A_ROUND = 75
MESSAGES_A_ROUND = 1500


def main() -> int:
    """Run the campaign that the command line asks for; 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="bin/test faults", description="Messages under faults on real processes.")
    parser.add_argument("--minutes", type=float, default=0, help="how long; without it one round")
    parser.add_argument("--seed", type=int, default=None, help="which faults when; without it any")
    parser.add_argument("--messages", type=int, default=0, help=f"about so many; without it {MESSAGES_A_ROUND} a round")
    parser.add_argument("--defect", default="", help="put this deliberate defect into the workers (defects.py)")
    chosen = parser.parse_args()
    seed = secrets.randbelow(10**6) if chosen.seed is None else chosen.seed
    rounds = max(1, round(chosen.minutes * 60 / SECONDS_OF_A_ROUND))
    messages = chosen.messages // rounds or MESSAGES_A_ROUND
    print(f"seed {seed}, about {rounds} rounds of {messages} messages", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # by which everything that runs is ended first
    begun = monotonic()
    with own_servers() as servers, tempfile.TemporaryDirectory(prefix="iotrex-faults-") as folder:
        environ = {**os.environ, **environment(servers.postgres.url, servers.valkey.url, chosen.defect)}
        os.environ.update(environ)
        django.setup()
        call_command("migrate", verbosity=0)
        from tests.faults.campaign import Campaign
        from tests.faults.report import report

        told = Campaign(servers, Path(folder), environ, seed).run(minutes=chosen.minutes, messages=messages)
        return report(told, seed=seed, seconds=monotonic() - begun, logs=Path(folder))


def environment(database: str, broker: str, defect: str) -> dict[str, str]:
    """Return what the processes run with: as in production, on the campaign's own servers."""
    return {
        "DJANGO_SETTINGS_MODULE": "iotrex_followup.settings",
        "SECRET_KEY": "only-for-the-fault-campaign",
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "BASE_URL": "https://followup.example.org",
        "FAULTS_DEFECT": defect,
        "IOTREX_DEMO": "",
        "DEBUG": "",
        "CELERY_SKIP_CHECKS": "1",  # made once by bin/test; a worker is started often here
    }


if __name__ == "__main__":
    sys.exit(main())
