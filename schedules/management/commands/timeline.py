"""Print the follow-up timeline of one or many infusion dates, without a database."""

import argparse
import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.management.base import BaseCommand, CommandError, CommandParser

from schedules.protocol import (
    Options,
    PlannedTimepoint,
    Protocol,
    markers_for,
    packaged_protocol,
    timeline,
    warnings,
)

EARLIEST_ANCHOR, LATEST_ANCHOR = date(1900, 1, 1), date(2199, 12, 31)
LATEST_UNTIL = date(2299, 12, 31)  # a life after the last anchor; a later year is a slip of the finger
DEFAULT_HORIZON = relativedelta(years=10)
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MISUSE = 2

Row = dict[str, Any]


class Command(BaseCommand):
    """Print a timeline as a table, CSV or JSON; any mistake is one line on stderr and exit 2."""

    help = "Print the follow-up timeline of an infusion date, or of a file of them; needs no database."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser whose errors are one line, without the usage argparse prints before them."""
        return super().create_parser(prog_name, subcommand, usage=argparse.SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare one anchor or a file of them, the options of a plan, and the form of the output."""
        parser.add_argument("anchor", nargs="?", help="date of infusion, such as 2024-01-31")
        parser.add_argument("--anchors", metavar="FILE", help="a file of infusion dates, one a line")
        parser.add_argument("--imaging-interval", type=int, help="months between scans, 6 to 12")
        parser.add_argument("--annual-interval", type=int, help="months between late visits, 12 or 24")
        parser.add_argument("--late-imaging-interval", type=int, help="months between late scans, 12 or 24")
        parser.add_argument("--secreting", metavar="INDICATION", help="add the markers of a secreting tumour")
        parser.add_argument("--until", metavar="DATE", help="last target, inclusive; default ten years")
        parser.add_argument("--format", choices=FORMATS, default="table")

    def handle(self, *args: Any, **given: Any) -> None:
        """Compute everything before anything is printed."""
        protocol = packaged_protocol().protocol
        try:
            options = _options(protocol, given)
            until = _until(given["until"])
            anchors = _anchors(given["anchor"], given["anchors"], until)
        except ValueError as error:
            raise CommandError(str(error), returncode=MISUSE) from error
        planned = [
            (anchor, point)
            for anchor in anchors
            for point in timeline(protocol, anchor, options, until=until or anchor + DEFAULT_HORIZON)
        ]
        planned.sort(key=lambda row: (row[0], row[1].target, row[1].kind, row[1].timepoint))
        columns = COLUMNS if given["anchors"] else COLUMNS[1:]
        for sentence in warnings(protocol, options):
            self.stderr.write(sentence, self.style.WARNING)
        self.stdout.write(FORMATS[given["format"]](columns, (_row(*row) for row in planned)), ending="")


def _options(protocol: Protocol, given: dict[str, Any]) -> Options:
    markers = () if given["secreting"] is None else markers_for(protocol, given["secreting"])
    chosen = {name: given[name] for name in protocol.choices if given[name] is not None}
    options = replace(protocol.default_options(markers), **chosen)
    protocol.check(options)
    return options


def _until(text: str | None) -> date | None:
    until = None if text is None else _date(text, "--until ")
    if until is not None and until > LATEST_UNTIL:
        raise ValueError(f"--until {until} is too late; give a date up to {LATEST_UNTIL}")
    return until


def _anchors(anchor: str | None, path: str | None, until: date | None) -> list[date]:
    if anchor is not None and path is not None:
        raise ValueError("give one anchor or --anchors FILE, not both")
    if path is not None:
        return _read_anchors(path, until)
    if anchor is None:
        raise ValueError("an anchor is missing; give a date such as 2024-01-31 or --anchors FILE")
    return [_anchor(anchor, "", until)]


def _read_anchors(path: str, until: date | None) -> list[date]:
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8") from error
    anchors = [
        _anchor(line.strip(), f"{path} line {number}: ", until)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not anchors:
        raise ValueError(f"{path} holds no date; write one a line, such as 2024-01-31")
    return anchors


def _anchor(text: str, place: str, until: date | None) -> date:
    anchor = _date(text, place)
    if not EARLIEST_ANCHOR <= anchor <= LATEST_ANCHOR:
        raise ValueError(f"{place}{anchor} is out of range; give {EARLIEST_ANCHOR} to {LATEST_ANCHOR}")
    if until is not None and until < anchor:
        raise ValueError(f"{place}--until {until} is before the anchor {anchor}; give a later one")
    return anchor


def _date(text: str, place: str) -> date:
    # date.fromisoformat alone would take 20240131 and 2024-W05-3 too.
    if ISO_DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"{place}{text} is not a date: the calendar has no such day") from error
    raise ValueError(f"{place}{text!r} is not a date; write it as 2024-01-31")


COLUMNS = ("anchor", "timepoint", "kind", "target", "opens", "closes", "activities")


def _row(anchor: date, point: PlannedTimepoint) -> Row:
    return {
        "anchor": anchor.isoformat(),
        "timepoint": point.timepoint,
        "kind": point.kind,
        "target": point.target.isoformat(),
        "opens": point.opens.isoformat(),
        "closes": point.closes.isoformat(),
        "activities": point.activities,
    }


def _as_texts(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[list[str]]:
    """Yield head and rows, the activities of a row joined by a semicolon."""
    yield list(columns)
    for row in rows:
        joined = row | {"activities": ";".join(row["activities"])}
        yield [joined[column] for column in columns]


def _as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(_as_texts(columns, rows))
    return out.getvalue()


def _as_json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    return json.dumps([{column: row[column] for column in columns} for row in rows], indent=2) + "\n"


def _as_table(columns: Sequence[str], rows: Iterable[Row]) -> str:
    texts = list(_as_texts(columns, rows))
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in texts)
    return "\n".join(lines) + "\n"


FORMATS: dict[str, Callable[[Sequence[str], Iterable[Row]], str]] = {
    "table": _as_table,
    "csv": _as_csv,
    "json": _as_json,
}
