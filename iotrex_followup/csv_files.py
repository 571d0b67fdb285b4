"""CSV files for people: what a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain

# What makes a spreadsheet take a cell for a formula, full-width forms included (OWASP ASVS 1.2.10).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: what looks like a formula begins with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_written(cell: str) -> str:
    """Return the text that `harmless` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[str | int | Decimal | None]]) -> bytes:
    """Return a CSV file in UTF-8 with a byte order mark, which spreadsheets need to read accents."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in chain([heads], rows):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")
