"""Laboratory results in CSV, a row at a time: a row that cannot be split is passed on as it came, with why."""

import csv
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from difflib import get_close_matches
from io import TextIOWrapper
from itertools import chain, islice
from operator import itemgetter
from typing import NamedTuple

from interop.labs.sources import Opened, ResultFile
from iotrex_followup.csv_reading import NOT_A_LIST, READ_AS_WINDOWS, SAVE_AS, delimiter_of
from iotrex_followup.errors import InputRefused
from iotrex_followup.findings import Finding
from labs.intake.incoming import Incoming
from patients.names import fold

REQUIRED = ("mrn", "collected_at", "analyte", "value")
HINTS = {  # in the order of the fields of Incoming
    "mrn": "The patient's MRN in this clinic.",
    "collected_at": "When the specimen was taken: 2024-03-27 or 2024-03-27T08:15, in the clinic's time zone.",
    "analyte": "The laboratory's code, a LOINC code, or our key such as platelets.",
    "value": "As reported: 210, 3.5, <5.",
    "unit": "As the laboratory writes it: 10*9/L, K/uL, mg/dL.",
    "low": "The lower limit printed on the report, in the unit of the value.",
    "high": "The upper limit printed on the report.",
    "status": "preliminary, final (when blank), corrected, cancelled or withdrawn.",
    "accession": "The laboratory's number of the order or report.",
    "laboratory": "The name of the laboratory, as the clinic knows it; a new one is entered.",
    "name": "What the laboratory calls the analyte.",
    "specimen": "The laboratory's number of the specimen, when an accession has several.",
    "specimen_type": "Serum, plasma, 24 h urine.",
    "issued_at": "When the laboratory issued this version: the later one holds.",
    "fasting": "yes or no.",
}
COLUMNS = tuple(HINTS)
BY_HEAD = {fold(name): name for name in COLUMNS}
BLOCK = 1 << 20
MOST_LINES = 50  # of one row, whose cells hold line breaks
LONGEST_ROW = 20_000  # signs
LONGEST_LINE = 1_000_000  # signs; what is longer comes in pieces
LONGEST_NAME = 50  # signs of a file's name in a position
NUL, SHOWN_NUL = "\0", "␀"


class Row(NamedTuple):
    """A row as it came, with its cells, or with why it has none."""

    raw: str
    cells: Sequence[str] = ()
    broken: str = ""


def open_csv(file: ResultFile) -> Opened:
    """Return the results of a CSV file: UTF-8 or Windows-1252, with comma, semicolon or tab between the cells.

    Raises   InputRefused: it is no such file, or its header does not name the columns.
    """
    encoding = encoding_of(file)
    with closing(rows_of(file, encoding)) as rows:
        heads = [head.strip() for head in next(rows, Row("")).cells]
    if not any(heads):
        raise InputRefused(f"{file.name} has no header. It needs one, and one row per result.", field="file")
    places, notes = columns_in(heads, file.name)
    if encoding == "cp1252":
        notes.insert(0, READ_AS_WINDOWS)
    below = islice(rows_of(file, encoding), 1, None)
    return Opened("csv", results(below, len(heads), places, file.name[-LONGEST_NAME:]), tuple(notes))


def encoding_of(file: ResultFile) -> str:
    """Return how the file's letters are written: UTF-8, else Windows-1252.

    Raises   InputRefused: it is a spreadsheet's own file, a PDF or the like.
    """
    decoder = getincrementaldecoder("utf-8")()
    with file.open() as content:
        start = content.read(BLOCK)
        for mark, kind in NOT_A_LIST.items():
            if start.startswith(mark):
                raise InputRefused(f"{file.name} is {kind}, not a CSV file. {SAVE_AS}", field="file")
        try:
            for block in chain([start], iter(lambda: content.read(BLOCK), b"")):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def columns_in(heads: Sequence[str], name: str) -> tuple[dict[str, int], list[Finding]]:
    """Return where each of COLUMNS stands, and a note for each head that is none of them.

    Raises   InputRefused: a column is missing, or named twice.
    """
    places: dict[str, int] = {}
    notes = []
    for place, head in enumerate(heads):
        column = BY_HEAD.get(fold(head))
        if column in places:
            raise InputRefused(f"{name} has two columns “{head}”. Delete or rename one.", field="file")
        if column:
            places[column] = place
        elif head:
            near = get_close_matches(fold(head), BY_HEAD, n=1, cutoff=0.75)
            remedy = f"If it is {BY_HEAD[near[0]]}, rename it." if near else "Nothing needs doing if that is right."
            notes.append(Finding(1, head, "This column is not known and was not read.", remedy))
    if missing := [column for column in REQUIRED if column not in places]:
        words = f"The header of {name} does not name {', '.join(missing)}. It needs {', '.join(REQUIRED)}"
        raise InputRefused(f"{words}; other columns are {', '.join(COLUMNS[len(REQUIRED) :])}.", field="file")
    return places, notes


def results(rows: Iterator[Row], width: int, places: Mapping[str, int], name: str) -> Iterator[Incoming]:
    """Yield each row below the header that is not blank as a result; a broken one with nothing but how it came."""
    pick = itemgetter(*[places.get(column, width) for column in COLUMNS])  # beyond the last cell stands a blank one
    for number, (raw, given, broken) in enumerate(rows, start=2):
        cells = [cell.strip() for cell in given]
        if broken:
            pass
        elif not any(cells):
            continue
        elif len(cells) != width and (len(cells) < width or any(cells[width:])):
            broken = f"The row has {len(cells)} cells, the header {width}."
        if broken:
            yield Incoming(f"{name} row {number}", "", "", "", "", raw=raw, broken=broken)
        else:
            fields = pick([*cells[:width], ""])
            yield Incoming(f"{name} row {number}", *fields, raw=raw)  # type: ignore[misc]  # it ends before raw


def rows_of(file: ResultFile, encoding: str) -> Generator[Row, None, None]:
    """Yield every row of the file, the header first, blank ones too."""
    with TextIOWrapper(file.open(), encoding=encoding, errors="replace") as text:
        lines = iter(lambda: text.readline(LONGEST_LINE), "")
        head = next(lines, "")
        delimiter = delimiter_of(head)
        if not head.lower().startswith("sep="):  # a line for Excel only; it is no row of the sheet
            lines = chain([head], lines)
        yield from split(lines, delimiter)


def split(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows that `lines` make; a cell in quotation marks may hold line breaks."""
    ahead: deque[str] = deque()
    while line := ahead.popleft() if ahead else next(lines, ""):
        raw = line.rstrip("\n")
        if NUL in line:
            yield Row(raw.replace(NUL, SHOWN_NUL), broken="The row holds a NUL sign; it is not text.")
        elif len(line) > LONGEST_ROW:
            yield Row(raw, broken=f"The row has more than {LONGEST_ROW:,} signs.")
        elif '"' not in line:
            yield Row(raw, raw.split(delimiter))
        else:
            yield quoted(line, ahead, lines, delimiter)


def quoted(line: str, ahead: deque[str], lines: Iterator[str], delimiter: str) -> Row:
    """Return the row that begins with `line`, with as many of the following lines as its quotation marks ask for.

    When they never match, the line alone is a broken row, and what was read of the following lines is put `ahead`.
    """
    taken = [line]
    while (cells := cells_of("".join(taken), delimiter)) is None:
        text = "".join(taken)
        following = "" if len(taken) == MOST_LINES or len(text) > LONGEST_ROW else next_of(ahead, lines)
        if not following or text.count('"') % 2 == 0:
            ahead.extendleft(reversed([*taken[1:], *filter(None, [following])]))
            return Row(line.rstrip("\n"), broken='A quotation mark (") has no partner, or stands within a cell.')
        taken.append(following)
    return Row("".join(taken).rstrip("\n"), cells)


def next_of(ahead: deque[str], lines: Iterator[str]) -> str:
    """Return the next line; empty at the end."""
    return ahead.popleft() if ahead else next(lines, "")


def cells_of(text: str, delimiter: str) -> list[str] | None:
    """Return the cells of a row with quotation marks; None when they do not match."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
