"""The campaign's own PostgreSQL and Valkey, in a home of their own that is made anew and removed."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from iotrex_followup.embedded import EmbeddedServerError, Home, Postgres, Valkey
from iotrex_followup.embedded.binaries import postgres_programs
from iotrex_followup.embedded.home import CHECKOUT


class Servers:
    """Both servers, and what may be done to them. PostgreSQL is durable: what it acknowledged must outlive it."""

    def __init__(self, home: Home) -> None:
        self.home, self.postgres, self.valkey = home, Postgres(home), Valkey(home)

    def restart_postgres_at_once(self) -> None:
        """End PostgreSQL as a crash would, every connection with it, and start it again."""
        data = self.home.path / "postgres" / "data"
        self.home.run([postgres_programs() / "pg_ctl", "stop", "-D", data, "-m", "immediate", "-w"])
        self.postgres.start()

    def flush(self) -> None:
        """Empty Valkey."""
        with self._client() as client:
            client.flushall()

    def kill_valkey(self) -> None:
        """End Valkey with everything it held."""
        with self._client() as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGKILL)

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.valkey.socket))


@contextmanager
def own_servers() -> Iterator[Servers]:
    """Run both servers in a home of the campaign's own; a second campaign of this checkout is refused."""
    home = Home.of(CHECKOUT, "faults")
    (CHECKOUT / "var").mkdir(exist_ok=True)
    lock = (CHECKOUT / "var" / "faults.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise EmbeddedServerError("A campaign runs in this checkout already.") from None
    servers = Servers(home)
    _remove(servers)  # what a campaign that was killed left behind
    try:
        servers.postgres.start()
        servers.valkey.start()
        yield servers
    finally:
        _remove(servers)
        lock.close()


def _remove(servers: Servers) -> None:
    servers.postgres.stop()
    servers.valkey.stop()
    shutil.rmtree(servers.home.path, ignore_errors=True)
    shutil.rmtree(servers.home.sockets, ignore_errors=True)


def make_tables(servers: Servers, environ: dict[str, str]) -> None:
    """Make the tables as the migrations do; from a dump of an earlier run where no migration has changed."""
    digest = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes())
    for file in sorted(CHECKOUT.glob("*/migrations/*.py")):
        digest.update(file.read_bytes())
    dump = CHECKOUT / "var" / f"faults-tables-{digest.hexdigest()[:16]}.sql"
    if dump.exists():
        _run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), servers.postgres.url)
        return
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=CHECKOUT, env=environ, check=True)
    for old in dump.parent.glob("faults-tables-*.sql"):
        old.unlink()
    unfinished = dump.with_suffix(".unfinished")
    _run("pg_dump", "--no-owner", "-f", str(unfinished), servers.postgres.url)
    unfinished.rename(dump)


def _run(program: str, *arguments: str) -> None:
    subprocess.run([postgres_programs() / program, *arguments], check=True, stdout=subprocess.DEVNULL)
