"""From the bytes of a file to rows of text. Pure: no database, no clock."""

import csv
import io
from dataclasses import dataclass

from iotrex_followup.errors import InputRefused
from iotrex_followup.findings import Finding

NOT_A_LIST = {
    b"PK\x03\x04": "an Excel or other zipped file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"\xff\xfe": "a “Unicode text” file (UTF-16)",
    b"\xfe\xff": "a “Unicode text” file (UTF-16)",
}
SAVE_AS = "Save it from the spreadsheet as “CSV UTF-8” and try again."
READ_AS_WINDOWS = Finding(
    None,
    "",
    "The file is not UTF-8; it was read as Windows-1252.",
    "Look whether names with accents are right; if not, save it as “CSV UTF-8”.",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as rows of text; `rows` carry the number a spreadsheet shows, the header being row 1."""

    heads: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    notes: tuple[Finding, ...] = ()


def read_sheet(content: bytes, *, row_is: str = "treatment") -> Sheet:
    """Read a CSV file: UTF-8, with comma, semicolon or tab between the cells. Empty rows are left out.

    `row_is` says what each row is about, for the message to a person whose file has none.

    Raises   InputRefused: it is empty, is no such file, or its quotes do not match.
    """
    text, notes = decoded(content)
    if not text.strip():
        raise InputRefused(f"The file is empty. It needs a header and one row per {row_is}.", field="file")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True))
    except csv.Error as error:
        raise InputRefused(
            f'The file cannot be read as CSV ({error}). Look for a quotation mark (") without its partner.',
            field="file",
        ) from error
    if rows[0] and rows[0][0].lower().startswith("sep="):  # a line for Excel only; it is no row of the sheet
        del rows[0]
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not numbered or numbered[0][0] != 1:
        raise InputRefused("The first row is empty. It must hold the names of the columns.", field="file")
    if len(numbered) == 1:
        raise InputRefused(f"The file has a header but no rows. It needs one row per {row_is}.", field="file")
    return Sheet(tuple(head.strip() for head in numbered[0][1]), tuple(numbered[1:]), notes)


def decoded(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of the file, and a note when it is not UTF-8.

    Raises   InputRefused: it is not text.
    """
    for start, kind in NOT_A_LIST.items():
        if content.startswith(start):
            raise InputRefused(f"This is {kind}, not a CSV file. {SAVE_AS}", field="file")
    if b"\0" in content:
        row = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise InputRefused(f"The file is not text: line {row} holds a NUL byte. {SAVE_AS}", field="file")
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), (READ_AS_WINDOWS,)
    except UnicodeDecodeError as error:
        raise InputRefused(f"The file is neither UTF-8 nor Windows-1252 text. {SAVE_AS}", field="file") from error


def delimiter_of(text: str) -> str:
    """Return what separates the cells: the sign the header has most of, a comma if none."""
    first = text.partition("\n")[0]
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4]
    return max(",;\t", key=first.count)
