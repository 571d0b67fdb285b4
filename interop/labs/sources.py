"""Files of laboratory results: which format each is, and how it is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, NamedTuple

from iotrex_followup.errors import InputRefused
from iotrex_followup.findings import Finding
from labs.intake.incoming import Incoming

AUTO = "auto"
LOOKED_AT = 4096
MARKS = b"\xef\xbb\xbf\x0b \t\r\n"  # what may stand before the first sign: the mark of UTF-8, the frame of HL7, blanks


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file by its name; `open` gives its bytes from the beginning, as often as it is called."""

    name: str
    open: Callable[[], IO[bytes]]


class Opened(NamedTuple):
    """A file that can be read: its results as they come, and what a person should know of it."""

    format: str
    rows: Iterator[Incoming]
    notes: tuple[Finding, ...] = ()


Reader = Callable[[ResultFile], Opened]


def format_of(content: bytes) -> str:
    """Return the format of a file by how it begins."""
    start = content.lstrip(MARKS)
    if start.startswith((b"MSH|", b"FHS|", b"BHS|")):
        return "hl7v2"
    return "fhir" if start.startswith((b"{", b"[", b"<")) else "csv"


def open_results(file: ResultFile, *, format: str, readers: Mapping[str, Reader]) -> Opened:
    """Return `file` opened by the reader of its `format` ("auto": told by its content).

    Raises   InputRefused: the format is not read, or the file is not of that format.
    """
    if format == AUTO:
        with file.open() as content:
            format = format_of(content.read(LOOKED_AT))
    if format not in readers:
        words = f"{file.name} is {NAMES[format]}, which is not read yet. Export the results as CSV."
        raise InputRefused(words, field="file")
    return readers[format](file)


NAMES = {"csv": "CSV", "fhir": "FHIR", "hl7v2": "HL7 v2"}
FORMATS = (AUTO, *NAMES)
