"""Taking in files of laboratory results: sorted by patient, in batches that are stored one by one.

A batch is a transaction of its own. An import that is interrupted is simply repeated: what is stored already is known.
"""

import gc
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from django.db import connection, transaction

from accounts.models import Clinic, Staff
from interop.labs.csv_results import open_csv
from interop.labs.sources import Opened, Reader, ResultFile
from iotrex_followup.copying import copy_lines, line
from labs.actions.receiving import Received, Source, receive_results
from labs.intake.book import Book
from labs.intake.incoming import Incoming
from labs.models import LabReport

READERS: dict[str, Reader] = {"csv": open_csv}
BATCH = 5_000  # rows
AT_ONCE = 2  # batches
Progress = Callable[[int], None]


@dataclass
class Outcome:
    """What came of one or more files; every row is stored, a duplicate, a correction, or held back."""

    files: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0
    stored: int = 0
    duplicate: int = 0
    corrected: int = 0
    alerts: int = 0
    quarantined: list[tuple[str, str]] = field(default_factory=list)  # position, reason
    notes: list[dict[str, Any]] = field(default_factory=list)

    def add(self, received: Received) -> None:
        """Count what came of a batch."""
        self.stored += received.stored
        self.duplicate += received.duplicate
        self.corrected += received.corrected
        self.alerts += received.alerts
        self.quarantined += received.quarantined

    def summary(self) -> dict[str, Any]:
        """Return everything as JSON values.

        Raises   RuntimeError: a row is unaccounted for.
        """
        counts = {name: getattr(self, name) for name in ("stored", "duplicate", "corrected")}
        counts["quarantined"] = len(self.quarantined)
        if sum(counts.values()) != self.rows:
            raise RuntimeError(f"Of {self.rows} rows only {sum(counts.values())} are accounted for.")
        rows = [{"position": position, "reason": reason} for position, reason in self.quarantined]
        return {
            "rows": self.rows,
            **counts,
            "alerts": self.alerts,
            "files": self.files,
            "notes": self.notes,
            "quarantined_rows": rows,
        }


@dataclass
class ResultImport:
    """The import of one or more files; `progress` is told how many rows are done. A dry run takes every batch back."""

    clinic: Clinic
    by: Staff | None
    now: datetime
    dry_run: bool
    progress: Progress
    outcome: Outcome = field(default_factory=Outcome)

    def take_in(self, file: ResultFile, opened: Opened) -> None:
        """Take in a file that was opened, and add to the outcome what came of it."""
        outcome, done, before = self.outcome, self.outcome.rows, len(self.outcome.quarantined)
        rows = stage(opened.rows)
        outcome.rows += rows
        outcome.files.append({"name": file.name, "format": opened.format, "rows": rows})
        outcome.notes += [note.facts() for note in opened.notes]
        if not self.dry_run:
            self._enter_laboratories()
        source = Source(LabReport.Source.FILE, file.name)
        for number, received in self._in_turn(batches(staged()), source):
            outcome.add(received)
            done += number
            self.progress(done)
        outcome.quarantined[before:] = sorted(outcome.quarantined[before:], key=in_order)

    @transaction.atomic
    def _enter_laboratories(self) -> None:
        """Enter the laboratories that are new, before batches that are stored at once wait for each other's."""
        book = Book(self.clinic, self.by)
        for name in staged_laboratories():
            book.of(name)

    def _in_turn(self, found: Iterator[list[Incoming]], source: Source) -> Iterator[tuple[int, Received]]:
        """Yield the number of rows of each batch, and what came of them, in the order of the batches.

        While the database stores one batch, the next is read: over a connection of its own, so within a transaction,
        whose changes no other connection sees, there is one batch at a time.
        """
        if connection.in_atomic_block:
            yield from ((len(batch), self._receive(batch, source)) for batch in found)
            return
        waiting: deque[tuple[int, Future[Received]]] = deque()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for batch in found:
                waiting.append((len(batch), pool.submit(self._receive_apart, batch, source)))
                if len(waiting) > AT_ONCE:
                    number, received = waiting.popleft()
                    yield number, received.result()
            yield from ((number, received.result()) for number, received in waiting)

    def _receive_apart(self, batch: list[Incoming], source: Source) -> Received:
        """Store a batch in a thread of its own, which leaves no connection behind."""
        try:
            return self._receive(batch, source)
        finally:
            connection.close()

    def _receive(self, batch: list[Incoming], source: Source) -> Received:
        """Store a batch."""
        with looked_through_afterwards(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
            received = receive_results(clinic=self.clinic, rows=batch, source=source, by=self.by, now=self.now)
            transaction.set_rollback(self.dry_run)
        return received


def in_order(held_back: tuple[str, str]) -> list[str | int]:
    """Return what sorts held-back rows by where they stood, their numbers as numbers."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", held_back[0])]


@contextmanager
def looked_through_afterwards() -> Iterator[None]:
    """Let Python look for unused cycles after a batch, not all the time: its many rows live until its end anyway."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(0)


def stage(rows: Iterable[Incoming]) -> int:
    """Keep `rows` in a table of this connection, from which they can be read by patient; return how many."""
    columns = ", ".join(f'{name} text COLLATE "C"' for name in Incoming._fields)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staged_results")
        cursor.execute(f"CREATE TEMP TABLE staged_results (place bigserial, {columns})")
        copy_lines("staged_results", Incoming._fields, map(line, rows))
        cursor.execute("CREATE INDEX ON staged_results (mrn, place); ANALYZE staged_results")
        cursor.execute("SELECT count(*) FROM staged_results")
        return int(cursor.fetchone()[0])


def staged_laboratories() -> list[str]:
    """Return the names of laboratories in the rows that were staged, each once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT laboratory FROM staged_results ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def staged() -> Iterator[Incoming]:
    """Yield the rows that were staged, each patient's together, in the order they came."""
    last = ("", 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM staged_results WHERE (mrn, place) > (%s, %s) ORDER BY mrn, place LIMIT %s",
                (*last, BATCH),
            )
            found = cursor.fetchall()
        if not found:
            return
        yield from (Incoming(*values) for _, *values in found)
        last = (found[-1][2], found[-1][0])


def batches(rows: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    """Yield `rows`, which are sorted by patient, in batches that hold whole patients unless one fills a batch."""
    batch: list[Incoming] = []
    for _, own in groupby(rows, key=attrgetter("mrn")):
        while taken := list(islice(own, BATCH)):
            if batch and len(batch) + len(taken) > BATCH:
                yield batch
                batch = []
            batch += taken
    if batch:
        yield batch
