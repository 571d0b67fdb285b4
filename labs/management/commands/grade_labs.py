"""Grade a file of laboratory results by CTCAE, without a database."""

import argparse
import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labs.grading.criteria import DEFAULT_VERSION, VERSIONS, packaged
from labs.grading.rows import ANSWER, REQUIRED, Line, grade_row, refused_row
from labs.grading.terms import Criteria

MISUSE = 2
STATUSES = {"graded": "graded", "not_gradable": "not gradable", "quarantined": "quarantined"}


class Command(BaseCommand):
    """Read CSV from a file or standard input, and print one line per result and term as it is read."""

    help = "Grade laboratory results by CTCAE; needs no database. See docs/grading.md for the columns."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser whose errors are one line, without the usage argparse prints before them."""
        return super().create_parser(prog_name, subcommand, usage=argparse.SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, the version of the criteria and the form of the output."""
        parser.add_argument("file", nargs="?", default="-", help="a CSV file; - or nothing for standard input")
        parser.add_argument("--ctcae", choices=VERSIONS, default=DEFAULT_VERSION, help=f"default {DEFAULT_VERSION}")
        parser.add_argument("--format", choices=FORMATS, default="csv")

    def handle(self, *args: Any, **given: Any) -> None:
        """Grade row by row; what was counted goes to standard error."""
        criteria, counts = packaged(given["ctcae"]), Counter[str]()
        try:
            with _opened(given["file"]) as file:
                FORMATS[given["format"]](self.stdout, _graded(_reader(file), criteria, counts))
        except OSError as error:
            raise CommandError(f"{given['file']} cannot be read: {error.strerror}", returncode=MISUSE) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{given['file']} is not text in UTF-8", returncode=MISUSE) from error
        except (HeaderError, csv.Error) as error:
            raise CommandError(f"{given['file']}: {error}", returncode=MISUSE) from error
        told = ", ".join(f"{counts[status]} {word}" for status, word in STATUSES.items())
        self.stderr.write(f"{counts['rows']} rows by CTCAE {criteria.edition}; lines: {told}")
        if counts["without terms"]:
            self.stderr.write(f"{counts['without terms']} rows of analytes that no CTCAE term grades have no line")


def _opened(path: str) -> IO[str]:
    # The mark some programs put before UTF-8 is no part of the first column's name.
    if path == "-":
        return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
    return Path(path).open(encoding="utf-8-sig", newline="")


class HeaderError(ValueError):
    """A first line that does not name the columns."""


def _reader(file: IO[str]) -> "csv.DictReader[str]":
    """Return a reader of `file`, its columns named without regard to case.

    Raises   HeaderError: a column is missing or named twice.
    """
    reader = csv.DictReader(file)
    names = [name.strip().casefold() for name in reader.fieldnames or ()]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise HeaderError(f"the first line does not name {', '.join(missing)}; name the columns, with commas between")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise HeaderError(f"the first line names {', '.join(twice)} twice; name each column once")
    reader.fieldnames = names
    return reader


def _graded(reader: "csv.DictReader[str]", criteria: Criteria, counts: Counter[str]) -> Iterator[Line]:
    for row in reader:
        number, more = str(reader.line_num), row.pop(None, ())
        if any(more):
            reason = "row: it has more cells than the first line; put quotes around a cell that holds a comma"
            lines = [refused_row(row, criteria, reason, row_id=number)]
        else:
            lines = grade_row(row, criteria, row_id=number)
        counts["rows"] += 1
        counts["without terms"] += not lines
        counts.update(line["status"] for line in lines)
        yield from lines


class Output(Protocol):
    """Where lines are written; each text ends a line."""

    def write(self, text: str, /) -> object:
        """Write `text`."""


def _write_csv(out: Output, lines: Iterable[Line]) -> None:
    writer = csv.DictWriter(out, ANSWER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)


def _write_json(out: Output, lines: Iterable[Line]) -> None:
    out.write("[\n")
    for number, line in enumerate(lines):
        out.write(f"{',' if number else ' '}{json.dumps(line, ensure_ascii=False)}\n")
    out.write("]\n")


FORMATS = {"csv": _write_csv, "json": _write_json}
