"""`python -m iotrex_followup.embedded start|stop|status`: the embedded servers of this checkout."""

import argparse
import sys

from iotrex_followup.embedded import EmbeddedServerError, Home, Postgres, Valkey
from iotrex_followup.embedded.home import CHECKOUT


def main() -> int:
    """Do what the command line says; 1 when a server failed, and for `status` when one does not run."""
    parser = argparse.ArgumentParser(prog="python -m iotrex_followup.embedded", description=__doc__)
    parser.add_argument("action", choices=["start", "stop", "status"])
    action = parser.parse_args().action
    home = Home.of(CHECKOUT)
    servers: list[Postgres | Valkey] = [Postgres(home), Valkey(home)]
    try:
        for server in servers:
            if action == "start":
                server.start()
            elif action == "stop":
                server.stop()
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1
    for server in servers:
        print(f"{type(server).__name__}: {'running' if server.running else 'stopped'} ({server.url})")
    return 1 if action == "status" and not all(server.running for server in servers) else 0


if __name__ == "__main__":
    sys.exit(main())
