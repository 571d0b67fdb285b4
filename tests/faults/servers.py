"""The campaign's own PostgreSQL and Valkey, in a home of their own that is made anew and removed."""

import fcntl
import os
import shutil
import signal
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
