"""The embedded PostgreSQL: made once, started on demand, recovered after any kind of end."""

import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from iotrex_followup.embedded.binaries import postgres_programs
from iotrex_followup.embedded.home import EmbeddedServerError, Home

USER = "iotrex"
DATABASE = "postgres"
PORT = 5432  # only part of the socket's name: nothing listens on it

START_SECONDS = 60
# After a kill -9 of the postmaster its children take a moment to notice, and PostgreSQL rightly refuses to
# start while one of them still holds the shared memory.
ORPHANS_SECONDS = 20
NOBODY_HAS_THIS_PID = 2**31 - 1

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    # A failed statement names rows of patients: neither it nor its details go to the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For data that nobody wants back: roughly halves the time of the tests.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """The PostgreSQL of one home. `durable=False` gives up safety against power cuts, for tests."""

    home: Home
    durable: bool = True

    @property
    def url(self) -> str:
        """The DATABASE_URL of this server."""
        return f"postgres://{USER}@{quote(str(self.home.sockets), safe='')}:{PORT}/{DATABASE}"

    @property
    def running(self) -> bool:
        """Whether it answers and takes connections."""
        return self.home.path.exists() and self._ready() == 0

    def start(self) -> None:
        """Start it, making its data first if there is none; does nothing when it already runs.

        Raises EmbeddedServerError with the last lines of its log.
        """
        with self.home.locked():
            if self._ready() == 0:
                return
            self._initialise_once()
            for lock_file in (self._data / "postmaster.pid", self._socket_lock):
                self._disown_if_stale(lock_file)
            self._launch()

    def stop(self) -> None:
        """Stop it and wait until it has; does nothing when it does not run."""
        if not self.home.path.exists():
            return
        with self.home.locked():
            if not self._is_our_postmaster(_pid_in(self._data / "postmaster.pid")):
                return
            if self._pg_ctl("stop", "-m", "fast").returncode != 0:
                raise EmbeddedServerError(f"PostgreSQL did not stop:\n{self._log_tail()}")

    @property
    def _data(self) -> Path:
        return self.home.path / "postgres" / "data"

    @property
    def _log(self) -> Path:
        return self.home.path / "postgres" / "log"

    @property
    def _socket_lock(self) -> Path:
        return self.home.sockets / f".s.PGSQL.{PORT}.lock"

    def _ready(self) -> int:
        """Return pg_isready's answer: 0 takes connections, 1 is starting or stopping, 2 does not answer."""
        program = postgres_programs() / "pg_isready"
        return self.home.run([program, "-q", "-h", self.home.sockets, "-p", str(PORT)]).returncode

    def _initialise_once(self) -> None:
        self.home.make_private(self._data.parent)
        if self._data.exists():
            return
        # Renamed when complete, so that an interrupted initdb is begun again and never used.
        unfinished = self._data.with_name("data.unfinished")
        self.home.run(["rm", "-rf", unfinished])
        initdb = self.home.run(
            [
                *(postgres_programs() / "initdb", "-D", unfinished, "-U", USER, "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *([] if self.durable else ["--no-sync"]),
            ]
        )
        if initdb.returncode != 0:
            raise EmbeddedServerError(f"initdb failed; its words are in {self.home.path / 'commands.log'}")
        unfinished.rename(self._data)

    def _launch(self) -> None:
        settings = SETTINGS | {"unix_socket_directories": str(self.home.sockets), "port": str(PORT)}
        settings |= {} if self.durable else FORGETFUL
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        deadline = time.monotonic() + ORPHANS_SECONDS
        while self._pg_ctl("start", "-l", str(self._log), "-o", options).returncode != 0:
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"PostgreSQL did not start:\n{self._log_tail()}")
            time.sleep(0.3)

    def _pg_ctl(self, action: str, *options: str) -> subprocess.CompletedProcess[bytes]:
        program = postgres_programs() / "pg_ctl"
        return self.home.run([program, action, "-D", self._data, "-w", "-t", str(START_SECONDS), *options])

    def _disown_if_stale(self, lock_file: Path) -> None:
        """Make PostgreSQL see that the postmaster a lock file names is dead.

        It trusts any live process with that number, and numbers are reused, in containers at every start.
        The rest of the file stays: by it PostgreSQL finds shared memory its children may still hold.
        """
        pid = _pid_in(lock_file)
        if pid is None or self._is_our_postmaster(pid):
            return
        _, _, rest = lock_file.read_text().partition("\n")
        lock_file.write_text(f"{NOBODY_HAS_THIS_PID}\n{rest}")

    def _is_our_postmaster(self, pid: int | None) -> bool:
        if pid is None:
            return False
        try:
            return str(self._data) in psutil.Process(pid).cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def _log_tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join(lines[-10:])


def _pid_in(lock_file: Path) -> int | None:
    try:
        return int(lock_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
