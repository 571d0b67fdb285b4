"""Two people who change one row: the second is shown what the first made of it, and nothing is overwritten unseen."""

from dataclasses import fields
from hashlib import sha256

from iotrex_followup.errors import ChangedSince
from labs.intake.mapping_checks import RangeFacts
from labs.models import CodeMapping, Laboratory, ReferenceRange, UnitMapping
from labs.senders.shipped import CodeMeaning

Row = Laboratory | CodeMapping | UnitMapping | ReferenceRange
SAID: dict[type[Row], tuple[str, ...]] = {
    Laboratory: ("name", "phone", "decimal_comma"),
    CodeMapping: ("is_active", *CodeMeaning._fields),
    UnitMapping: ("is_active", "unit"),
    ReferenceRange: ("is_active", *(each.name for each in fields(RangeFacts))),
}


def version_of(row: Row) -> str:
    """Return a mark of what a row says: it changes with whatever a person can change of it."""
    said = [str(getattr(row, name)) for name in SAID[type(row)]]
    return sha256("\x1f".join(said).encode()).hexdigest()[:32]


def refuse_unseen(row: Row, seen: str, words: str) -> None:
    """Raise ChangedSince when the locked `row` is not as it was `seen`; blank: nobody says what they saw."""
    if seen and seen != version_of(row):
        raise ChangedSince(f"Somebody changed this since you opened it. Now it is: {words}. Save again to replace it.")
