"""Many rows in one statement: written with the triggers and constraints of their tables, or looked up."""

from collections.abc import Iterable, Iterator, Sequence
from io import TextIOBase
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import RawSQL

from iotrex_followup.history import carry_authorship_into_copy

ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
LINES_AT_ONCE = 500


class Lines(TextIOBase):
    """Lines as the file that COPY reads, never all of them at once."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines

    def read(self, size: int | None = -1) -> str:
        """Return the next lines, whatever `size` asks for; empty at the end."""
        return "".join(islice(self.lines, LINES_AT_ONCE))


def copy_lines(table: type[models.Model] | str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Write `lines` of tab-separated values, escaped as `line` does it, into the table of a model, or of that name.

    The row history keeps the author of the action that runs. Without any line nothing is asked of the database.
    """
    coming = iter(lines)
    first = next(coming, None)
    if first is None:
        return
    carry_authorship_into_copy()
    name = table if isinstance(table, str) else table._meta.db_table
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {name} ({', '.join(columns)}) FROM STDIN", Lines(chain([first], coming)))


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Save the fields `names` of `rows`, which are of one model; none of the fields may be an array.

    Does what `bulk_update` does, without building an expression for every row and field.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields: list[Any] = [meta.pk, *map(meta.get_field, names)]
    pk, *others = [field.column for field in fields]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    sets = ", ".join(f"{name} = given.{name}" for name in others)
    source = f"unnest({arrays}) AS given ({pk}, {', '.join(others)})"
    update = f"UPDATE {meta.db_table} AS stored SET {sets} FROM {source} WHERE stored.{pk} = given.{pk}"  # noqa: S608
    values = [[field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(update, values)


def among(ids: Iterable[UUID]) -> RawSQL:
    """Return `ids` as the right side of a lookup by `__in`: thousands of them are one parameter, not one each."""
    return RawSQL("SELECT unnest(%s::uuid[])", (list(map(str, ids)),))


def line(values: Iterable[Any]) -> str:
    """Return one line of COPY: None is NULL, texts are escaped, whatever else is written as `str` does."""
    texts = [NULL if value is None else escaped(value) if type(value) is str else str(value) for value in values]
    return "\t".join(texts) + "\n"


def escaped(text: str) -> str:
    """Return one text of a line."""
    return text if text.isprintable() and "\\" not in text else text.translate(ESCAPED)
