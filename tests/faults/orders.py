"""Orders to whoever comes by a point: files that are taken by renaming, so that each is obeyed once.

The campaign places them by its seed; a worker of the campaign obeys and leaves its process id.
"""

import os
import signal
from pathlib import Path
from typing import NamedTuple

SIGNALS = {"kill": signal.SIGKILL, "pause": signal.SIGSTOP}


class Obeyed(NamedTuple):
    """An order that was obeyed, by which process."""

    point: str
    what: str
    serial: int
    pid: int


class Orders:
    """The orders of one folder."""

    def __init__(self, folder: Path) -> None:
        self.open, self.taken = folder / "open", folder / "taken"
        for each in (self.open, self.taken):
            each.mkdir(parents=True, exist_ok=True)
        self._serial = 0

    def place(self, what: str, point: str) -> None:
        """Let whoever comes by `point` next be killed or paused there."""
        self._serial += 1
        (self.open / f"{point}.{what}.{self._serial:06}").touch()

    def withdraw(self) -> None:
        """Take back what nobody has obeyed."""
        for order in self.open.iterdir():
            order.unlink(missing_ok=True)

    def obey(self, point: str) -> None:
        """Do to this process what the oldest order for `point` says, if there is one."""
        for name in sorted(os.listdir(self.open)):
            where, what, _ = name.split(".")
            if where == point:
                try:
                    (self.open / name).rename(self.taken / f"{name}.{os.getpid()}")
                except FileNotFoundError:
                    continue  # another took it
                os.kill(os.getpid(), SIGNALS[what])
                return

    def obeyed(self) -> list[Obeyed]:
        """Return the orders that were obeyed."""
        found = (name.split(".") for name in os.listdir(self.taken))
        return [Obeyed(point, what, int(serial), int(pid)) for point, what, serial, pid in found]

    def forget(self) -> None:
        """Forget what was obeyed."""
        for order in self.taken.iterdir():
            order.unlink()
