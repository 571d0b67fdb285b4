"""The product's processes under harm: started, killed, paused, and started again as a supervisor would."""

import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGKILL
from threading import Event, RLock, Thread

import psutil
from django.utils import timezone

from iotrex_followup.embedded.home import CHECKOUT

LOOK_EVERY = 0.2  # seconds between two looks of the supervisor


@dataclass
class Crew:
    """Worker, beat and polling processes by name; those wanted are started again whenever they end."""

    folder: Path
    environ: dict[str, str]
    wanted: dict[str, str] = field(default_factory=dict)  # name: role
    running: dict[str, psutil.Popen] = field(default_factory=dict)
    ended_alone: Counter[str] = field(default_factory=Counter)
    _lock: RLock = field(default_factory=RLock)
    _over: Event = field(default_factory=Event)

    def want(self, name: str, role: str) -> None:
        """Have the process `name` run from now on."""
        with self._lock:
            self.wanted[name] = role
            self._start(name)

    def unwant(self, name: str) -> None:
        """End a process for good."""
        with self._lock:
            self.wanted.pop(name, None)
            self.kill(name)

    def kill(self, name: str, *, children: bool = True) -> bool:
        """Kill a process with its children, or leave those orphaned; say whether it ran."""
        with self._lock:
            process = self.running.pop(name, None)
            if process is None:
                return False
            victims = [process, *(self._children(process) if children else [])]
            for victim in victims:
                with suppress(psutil.NoSuchProcess):
                    victim.send_signal(SIGKILL)
            process.wait(10)
            return True

    def children_of(self, role: str) -> list[psutil.Process]:
        """Return the pool processes of all of one role."""
        with self._lock:
            return [
                child
                for name, process in self.running.items()
                if self.wanted.get(name) == role
                for child in self._children(process)
            ]

    def supervise(self) -> None:
        """Begin to look after the processes."""
        Thread(target=self._look_after, daemon=True).start()

    def end(self) -> None:
        """End all, the paused and the orphaned too."""
        self._over.set()
        with self._lock:
            self.wanted.clear()
            for name in list(self.running):
                self.kill(name)
        for process in psutil.process_iter(["pid"]):
            with suppress(psutil.Error):
                if process.environ().get("FAULTS_FOLDER") == str(self.folder) and process.pid != psutil.Process().pid:
                    process.send_signal(SIGKILL)

    def _look_after(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            with self._lock:
                for name in list(self.wanted):
                    process = self.running.get(name)
                    if process is not None and process.poll() is not None:
                        self.ended_alone[self.wanted[name]] += 1
                    if process is None or process.poll() is not None:
                        self._start(name)

    def _start(self, name: str) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.worker", self.wanted[name], name]
        with (self.folder / f"{name}.log").open("ab") as log:
            log.write(f"{timezone.now():%F %T} supervisor: {name} is started\n".encode())
            self.running[name] = psutil.Popen(
                command, cwd=CHECKOUT, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @staticmethod
    def _children(process: psutil.Process) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return list(process.children(recursive=True))
        return []


def go_on(pid: int) -> None:
    """Let a paused process go on."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).send_signal(SIGCONT)
