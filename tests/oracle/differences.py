"""One thing that the log says otherwise than the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.fields import VisitKey


@dataclass(frozen=True)
class Difference:
    """One difference, and the lines of the log that led there."""

    patient: str
    what: str
    expected: str
    found: str
    lines: tuple[int, ...] = ()

    def __str__(self) -> str:
        lines = f" (lines {', '.join(str(line) for line in sorted(set(self.lines)))})" if self.lines else ""
        return f"{self.patient}: {self.what}: expected {self.expected}, found {self.found}{lines}"


def visit_words(key: VisitKey) -> str:
    """Name a visit: W5 visit of treatment 1."""
    return f"{key[1]} {key[2]} of treatment {key[0]}"


def item_words(key: VisitKey, moment: tuple[str, int]) -> str:
    """Name a reminder: before_booked 7 of W5 visit of treatment 1."""
    return f"{moment[0]} {moment[1]} of {visit_words(key)}"


def clock_words(instant: datetime) -> str:
    """Write an instant as the log does."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
