"""CSV files for people: what a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence

from interop.csv.columns import COLUMNS
from interop.csv.findings import Finding

# What makes a spreadsheet take a cell for a formula, full-width forms included (OWASP ASVS 1.2.10).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: what looks like a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """Return a CSV file in UTF-8 with a byte order mark, which spreadsheets need to read accents."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def template() -> bytes:
    """Return the file to fill in: a header. No example row, since one left in by oversight would be a patient."""
    return csv_file([column.name for column in COLUMNS], [])


def findings_file(findings: Iterable[Finding]) -> bytes:
    """Return the findings of a check as a file to work through."""
    return csv_file(["row", "column", "problem", "remedy"], ([f.row, f.column, f.what, f.remedy] for f in findings))
