"""Where the embedded servers live, and as whom they run."""

import fcntl
import hashlib
import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]

# PostgreSQL refuses to run as root, so root's data lies where an unprivileged user can reach it:
# the checkout itself is often under /root.
ROOT_HOMES = Path("/var/lib/iotrex-followup")
SERVICE_USERS = ("postgres", "nobody")

# sun_path holds 104 bytes on macOS and 108 on Linux, and the longest socket name takes 14 of them.
LONGEST_SOCKET_FOLDER = 88


class EmbeddedServerError(Exception):
    """An embedded server could not be started or stopped; the message says why."""


@dataclass(frozen=True)
class Home:
    """One folder with the data of one PostgreSQL and one Valkey.

    `sockets` is the folder of PostgreSQL's socket. `service_uid` and `service_gid` are those PostgreSQL runs
    with when we are root, None when it runs as ourselves.
    """

    path: Path
    sockets: Path
    service_uid: int | None = None
    service_gid: int | None = None

    @classmethod
    def of(cls, checkout: Path, name: str = "embedded") -> "Home":
        """Return the home `name` of the checkout, which need not exist yet."""
        checkout = checkout.resolve()
        digest = hashlib.sha256(f"{checkout}/{name}".encode()).hexdigest()[:12]
        if os.geteuid() == 0:
            user = _service_user()
            path = ROOT_HOMES / digest
            return cls(path, path / "run", user.pw_uid, user.pw_gid)
        path = checkout / "var" / name
        if len(os.fsencode(path / "run")) <= LONGEST_SOCKET_FOLDER:
            return cls(path, path / "run")
        return cls(path, Path(tempfile.gettempdir()) / f"iotrex-{os.geteuid()}-{digest}")

    def make(self) -> None:
        """Make the home unless it exists; a folder that exists keeps its mode and owner."""
        for folder in (self.path.parent, self.path):
            if not folder.exists():
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o755)  # whatever our umask: PostgreSQL's user has to pass through

    def make_private(self, folder: Path) -> None:
        """Make `folder` for the user PostgreSQL runs as, closed to all others, unless it exists.

        Raises EmbeddedServerError when it exists and is somebody else's. Call it with the home locked.
        """
        uid = os.geteuid() if self.service_uid is None else self.service_uid
        if not folder.exists():
            folder.mkdir(mode=0o700)
            os.chown(folder, uid, -1 if self.service_gid is None else self.service_gid)
        if folder.stat().st_uid != uid:
            raise EmbeddedServerError(f"{folder} belongs to another user; remove it and start again.")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the home's lock: two processes that start at once go one after the other."""
        self.make()
        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.make_private(self.sockets)
            yield

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[bytes]:
        """Run a PostgreSQL program to its end as the user PostgreSQL runs as, its words added to the log.

        The log is a file, not a pipe: a server left running would hold a pipe open for ever.
        """
        with (self.path / "commands.log").open("ab") as log:
            return subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.path,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                check=False,
                user=self.service_uid,
                group=self.service_gid,
                extra_groups=None if self.service_uid is None else [],
            )


def _service_user() -> pwd.struct_passwd:
    for name in SERVICE_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedServerError(f"PostgreSQL does not run as root, and no user of {SERVICE_USERS} exists.")
