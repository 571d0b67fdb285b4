"""What a linter of protocols says of one thing it found."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """What a finding asks for: an error stops publishing, a warning asks for a reason, a note is there to be read."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(NamedTuple):
    """One thing found: `rule` is its key, `where` the key path in the file."""

    rule: str
    severity: Severity
    where: str
    sentence: str
    remedy: str


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop publishing."""
    return [finding for finding in findings if finding.severity == Severity.ERROR]


def warnings_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that ask for a reason."""
    return [finding for finding in findings if finding.severity == Severity.WARNING]
