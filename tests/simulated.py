"""Play simulated clinics and let the oracle check each: `bin/test simulation --patients 1000 --years 6 --seed 1`.

The patients are spread over clinics of at most 50, each with a seed of its own and played by a process of its own, as
many at a time as there are processors. Before them products with deliberate defects are played on small clinics: the
oracle must catch each.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
OF_ONE = 50  # patients


class Clinic(NamedTuple):
    """One clinic to be played: by its seed it can be played again alone."""

    patients: int
    years: int
    seed: int
    log: Path

    @property
    def play(self) -> list[str]:
        """The command that plays it."""
        how = f"--patients={self.patients}", f"--years={self.years}", f"--seed={self.seed}", f"--report={self.log}"
        return ["manage.py", "simulate", *how]


class Ended(NamedTuple):
    """How a clinic ended: whether it was played without a difference, and what was printed."""

    clinic: Clinic
    sound: bool
    said: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test simulation", description=__doc__)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-defects", action="store_true", help="do not check first that defects are caught")
    parser.add_argument("--keep", type=Path, help="a folder for the logs (else they are thrown away)")
    asked = parser.parse_args()
    checker = [sys.executable, "-m", "pytest", "-q", "tests/interop/simulation/defects.py"]
    if not asked.without_defects and subprocess.run(checker, cwd=ROOT).returncode:
        return 1
    with TemporaryDirectory() as scratch:
        folder = (asked.keep or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return check(list(clinics(asked.patients, asked.years, asked.seed, folder)))


def clinics(patients: int, years: int, seed: int, folder: Path) -> Iterator[Clinic]:
    """Yield the clinics over which `patients` are spread evenly: as few as hold them, but one a processor."""
    number = max(-(-patients // OF_ONE), min(os.cpu_count() or 1, patients))
    for place in range(number):
        share = patients // number + (place < patients % number)
        yield Clinic(share, years, seed * 1000 + place, folder / f"clinic-{seed * 1000 + place}.log")


def check(to_play: list[Clinic]) -> int:
    """Play and check the clinics, several at a time; print each as it ends; return 0 when nothing differs."""
    began, differ = monotonic(), []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for ended in pool.map(play, to_play):
            print(f"== {' '.join(ended.clinic.play)}\n{ended.said}", flush=True)
            if not ended.sound:
                differ.append(ended.clinic.seed)
    minutes = (monotonic() - began) / 60
    patient_years = sum(clinic.patients * clinic.years for clinic in to_play)
    print(f"{len(to_play)} clinics, {patient_years / minutes:.1f} patient-years a minute ({minutes:.1f} minutes)")
    print(f"Something differs in the clinics with the seeds {differ}." if differ else "Nothing differs.")
    return int(bool(differ))


def play(clinic: Clinic) -> Ended:
    """Play one clinic, then let the oracle check its log."""
    said = ""
    for command in (clinic.play, ["-m", "tests.oracle", str(clinic.log)]):
        ran = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
        said += ran.stdout + ran.stderr
        if ran.returncode:
            return Ended(clinic, False, said)
    return Ended(clinic, True, said)


if __name__ == "__main__":
    sys.exit(main())
