"""The files people get from an import: the template to fill in, and the findings to work through."""

from collections.abc import Iterable

from interop.csv.columns import COLUMNS
from iotrex_followup.csv_files import csv_file
from iotrex_followup.findings import Finding


def template() -> bytes:
    """Return the file to fill in: a header. No example row, since one left in by oversight would be a patient."""
    return csv_file([column.name for column in COLUMNS], [])


def findings_file(findings: Iterable[Finding]) -> bytes:
    """Return the findings of a check as a file to work through."""
    return csv_file(["row", "column", "problem", "remedy"], ([f.row, f.column, f.what, f.remedy] for f in findings))
