"""The commands of bin/, and what must hold for the whole project at once."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from iotrex_followup.chart_bundle import write_bundle

CHECKOUT = Path(__file__).parents[2]
SCRIPTS = sorted((CHECKOUT / "bin").iterdir())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_script_is_posix_sh_and_may_be_run(script: Path) -> None:
    assert script.read_text().startswith("#!/bin/sh\n")
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)


def test_ci_script_parses() -> None:
    subprocess.run(["bash", "-n", CHECKOUT / ".ci" / "run"], check=True)


def test_setup_without_a_recent_python_says_what_to_install(tmp_path: Path) -> None:
    checkout = _checkout_without_environment(tmp_path)
    ended = _setup(checkout, PYTHON="no-such-python")
    assert ended.returncode == 1
    assert "no Python 3.11 or newer found" in ended.stderr
    assert "PYTHON=/path/to/python3 bin/setup" in ended.stderr


def test_setup_leaves_no_half_made_environment_behind(tmp_path: Path) -> None:
    checkout = _checkout_without_environment(tmp_path)
    python = tmp_path / "python-without-venv"
    python.write_text(f'#!/bin/sh\n[ "$1" = -m ] && mkdir .venv && exit 1\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    ended = _setup(checkout, PYTHON=str(python))
    assert ended.returncode == 1
    assert "apt-get install python3-venv" in ended.stderr
    assert not (checkout / ".venv").exists()


def _checkout_without_environment(tmp_path: Path) -> Path:
    checkout = tmp_path / "checkout"
    (checkout / "iotrex_followup").mkdir(parents=True)
    shutil.copytree(CHECKOUT / "bin", checkout / "bin")
    for name in ("requirements.txt", "requirements.lock", "iotrex_followup/chart_bundle.py"):
        shutil.copy(CHECKOUT / name, checkout / name)
    return checkout


def _setup(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "bin" / "setup"],
        env={"PATH": os.defpath} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_direct_dependency_is_pinned_with_a_reason_and_locked() -> None:
    lines = (CHECKOUT / "requirements.txt").read_text().splitlines()
    locked = {line.lower() for line in (CHECKOUT / "requirements.lock").read_text().splitlines()}
    dependencies = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in dependencies if "==" not in line or "  # " not in line] == []
    assert [line for line in dependencies if line.split()[0].lower() not in locked] == []


def test_chart_bundle_is_a_module_whose_default_is_vega_embed(tmp_path: Path) -> None:
    assert re.search(r"export\{\$?\w+ as default\};?\s*$", write_bundle(tmp_path / "new").read_text())


def test_tests_reach_nothing_but_this_computer() -> None:
    with pytest.raises(AssertionError, match="tests reach nothing but this computer"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_timeline_does_not_depend_on_the_zone_of_the_computer(zone: str) -> None:
    command = [sys.executable, "manage.py", "timeline", "2024-01-31", "--format", "csv"]
    here = {"PATH": os.defpath}
    in_utc = subprocess.run(command, cwd=CHECKOUT, env=here | {"TZ": "UTC"}, check=True, capture_output=True)
    in_zone = subprocess.run(command, cwd=CHECKOUT, env=here | {"TZ": zone}, check=True, capture_output=True)
    assert in_zone.stdout == in_utc.stdout
