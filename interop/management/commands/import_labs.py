"""Import laboratory results from files."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.commands import find_clinic, find_member
from interop.labs.importing import READERS, ResultImport
from interop.labs.sources import AUTO, FORMATS, ResultFile, open_results
from iotrex_followup.errors import DomainError


class Command(BaseCommand):
    help = (
        "Import laboratory results. What is not understood is held back for a person; importing a file twice changes "
        "nothing. Prints a summary as JSON. The columns are described in docs/import-results.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="Files, or folders of files.")
        parser.add_argument("--clinic", required=True, metavar="SLUG")
        parser.add_argument("--format", choices=FORMATS, default=AUTO, help="auto: told by the content (default).")
        parser.add_argument("--dry-run", action="store_true", help="Do the same, and take it back.")
        parser.add_argument("--report", type=Path, metavar="FILE", help="Write the summary into a file, too.")
        parser.add_argument("--by", metavar="EMAIL", help="Who imports; without it the system itself.")

    def handle(self, *, paths: Sequence[Path], clinic: str, by: str | None, **options: Any) -> None:
        treating = find_clinic(clinic)
        author = find_member(treating, by) if by else None
        files = list(files_in(paths))
        try:
            opened = [(file, open_results(file, format=options["format"], readers=READERS)) for file in files]
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        except DomainError as error:
            raise CommandError(f"{error.message} Nothing was stored.") from error
        order = ResultImport(treating, author, timezone.now(), options["dry_run"], lambda done: self.tell(done, order))
        for file, content in opened:
            order.take_in(file, content)
        summary = json.dumps({"dry_run": order.dry_run, **order.outcome.summary()}, indent=1, ensure_ascii=False)
        self.stdout.write(summary)
        if options["report"]:
            write_report(options["report"], summary)

    def tell(self, done: int, order: ResultImport) -> None:
        """Say on standard error how far the import is."""
        self.stderr.write(f"{done} of {order.outcome.rows} rows")


def files_in(paths: Sequence[Path]) -> Iterator[ResultFile]:
    """Yield the files, and those in folders, however deep, in the order of their names; hidden ones are left out.

    Raises   CommandError: there is no file in a folder.
    """
    for path in paths:
        if not path.is_dir():
            yield ResultFile(path.name, opener(path))
            continue
        inside = [each.relative_to(path) for each in sorted(path.rglob("*")) if each.is_file()]
        found = [ResultFile(str(each), opener(path / each)) for each in inside if not is_hidden(each)]
        if not found:
            raise CommandError(f"There is no file in {path}.")
        yield from found


def write_report(path: Path, summary: str) -> None:
    """Write the summary into a file.

    Raises   CommandError: it cannot be written.
    """
    try:
        path.write_text(f"{summary}\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The results were imported, but {path} cannot be written: {error.strerror}.") from error


def opener(path: Path) -> Callable[[], IO[bytes]]:
    """Return what opens the file."""
    return lambda: path.open("rb")


def is_hidden(path: Path) -> bool:
    """Say whether a part of `path` begins with a point."""
    return any(part.startswith(".") for part in path.parts)
