"""The senders whose codes and units this product knows: one TOML file each, proved when loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from labs.grading.analytes import catalogue
from labs.grading.units import read_unit

SHIPPED = Path(__file__).parent
CODE_FIELDS = frozenset({"analyte", "unit", "assay", "specimen_type"})


class SenderUnsound(ValueError):
    """A file of a sender that cannot be used; `mistakes` lists everything wrong with it."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistakes))


class CodeMeaning(NamedTuple):
    """What a sender's code stands for; a blank analyte is kept, but neither graded nor followed."""

    analyte: str
    unit: str = ""
    assay: str = ""
    specimen_type: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """A laboratory by the name it sends, with its codes and what it means by its spellings of units."""

    name: str
    source: str
    codes: Mapping[str, CodeMeaning]
    units: Mapping[str, str]


def known_sender(name: str) -> Sender | None:
    """Return the sender that calls itself `name`, whatever its case and spaces; None when none is shipped."""
    return shipped_senders().get(folded(name))


def folded(name: str) -> str:
    """Return a name as it is compared."""
    return " ".join(name.split()).casefold()


@lru_cache(maxsize=1)
def shipped_senders() -> Mapping[str, Sender]:
    """Return every sender by its folded name.

    Raises   SenderUnsound: with every mistake found, not only the first.
    """
    senders = [load_sender(path.read_text(encoding="utf-8"), path.name) for path in sorted(SHIPPED.glob("*.toml"))]
    return {folded(sender.name): sender for sender in senders}


def load_sender(text: str, source: str) -> Sender:
    """Return the sender written in `text` (TOML); `source` names the file in mistakes.

    Raises   SenderUnsound: with every mistake found, not only the first.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SenderUnsound([f"{source}: is not TOML: {error}"]) from error
    codes, units = content.get("codes", {}), content.get("units", {})
    mistakes = [
        *(f"{key}: is missing" for key in ("name", "source", "codes") if not content.get(key)),
        *(f"{key}: is not known" for key in content if key not in ("name", "source", "codes", "units")),
        *(f"units.{spelling}: {unit!r} is not a unit" for spelling, unit in units.items() if read_unit(unit) is None),
        *(f"codes.{code}: {what}" for code, said in codes.items() for what in code_mistakes(said)),
    ]
    if mistakes:
        raise SenderUnsound([f"{source}: {mistake}" for mistake in mistakes])
    meanings = {code: CodeMeaning(**as_table(said)) for code, said in codes.items()}
    return Sender(content["name"], content["source"], meanings, units)


def as_table(said: Any) -> Any:
    """Return what a file says of a code as a table: an analyte's key alone, or more."""
    return {"analyte": said} if isinstance(said, str) else said


def code_mistakes(said: Any) -> list[str]:
    """Return what is wrong with what a file says of a code."""
    told = as_table(said)
    analyte, unit = told.get("analyte"), told.get("unit", "")
    mistakes = [f"{key} is not known" for key in told if key not in CODE_FIELDS]
    if analyte is None or (analyte and analyte not in catalogue()):
        mistakes.append(f"{analyte!r} is not an analyte")
    if unit and read_unit(unit) is None:
        mistakes.append(f"{unit!r} is not a unit")
    return mistakes
