"""Play simulated clinics and let the oracle check each: `bin/test simulation --patients 1000 --years 6 --seed 1`.

The patients are spread over as many clinics as there are processors, each played by a process of its own. Before them
products with deliberate defects are played on small clinics: the oracle must catch each.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test simulation", description=__doc__)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clinics", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="a folder for the logs (else they are thrown away)")
    asked = parser.parse_args()
    checker = [sys.executable, "-m", "pytest", "-q", "tests/interop/simulation/defects.py"]
    if subprocess.run(checker, cwd=ROOT).returncode:
        return 1
    with TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        return check(asked, folder)


def check(asked: argparse.Namespace, folder: Path) -> int:
    """Play the clinics at the same time, then check their logs; return 0 when nothing differs."""
    logs = [folder / f"clinic-{place}.log" for place in range(asked.clinics)]
    played = []
    for place, log in enumerate(logs):
        share = asked.patients // asked.clinics + (place < asked.patients % asked.clinics)
        how = f"--patients={share}", f"--years={asked.years}", f"--seed={asked.seed * 1000 + place}", f"--report={log}"
        played.append(subprocess.Popen([sys.executable, "manage.py", "simulate", *how], cwd=ROOT))
    failed = [process.wait() for process in played]
    differ = [subprocess.run([sys.executable, "-m", "tests.oracle", str(log)], cwd=ROOT).returncode for log in logs]
    return int(any(failed) or any(differ))


if __name__ == "__main__":
    sys.exit(main())
