"""Checks the log of a simulated clinic: python -m tests.oracle FILE. Ends with 1 if anything differs."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tests.oracle.compare import check
from tests.oracle.log import LogRefused, read_log


def main(path: str) -> int:
    """Print each difference, then how much was compared. Returns 1 if anything differs, 2 if it cannot be read."""
    try:
        with Path(path).open(encoding="utf-8") as written:
            log = read_log(written)
    except (LogRefused, OSError) as wrong:
        print(f"{path}: {wrong}", file=sys.stderr)
        return 2
    differences, compared = 0, Counter({"lines": log.lines})
    for checked in check(log):
        compared.update(checked.compared)
        for difference in checked.differences:
            differences += 1
            print(difference)
    for what, number in compared.items():
        print(f"{number:>9,} {what}")
    print(f"{differences:>9,} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python -m tests.oracle FILE")
    sys.exit(main(sys.argv[1]))
