"""Read the table of medicines; every mistake in it is reported at once."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from imaging.preparing.table import (
    STEPS,
    BlockadeDays,
    BlockadeDose,
    Duration,
    MedicineClass,
    OccasionKind,
    ScanDays,
    Table,
    folded,
)

PACKAGED = Path(__file__).parent / "medicines.toml"
EVIDENCE = ("high", "medium", "mechanistic", "listed")
MOST_DAYS = 365
WORDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}
CLASS_KEYS = {"key", "name", "what", "evidence", "evidence_source", "names", "prescribed_for_pressure", "no_days"}


class TableUnsound(ValueError):
    """A table of medicines that cannot be used; `mistakes` lists everything wrong with it."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistakes))


@lru_cache(maxsize=1)
def packaged() -> Table:
    """Return the table this product ships."""
    return load(PACKAGED.read_text(encoding="utf-8"))


def load(text: str, source: str = PACKAGED.name) -> Table:
    """Return the table written in `text` (TOML); `source` names the file in mistakes.

    Raises   TableUnsound: with every mistake found, not only the first.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TableUnsound([f"{source}: is not TOML: {error}"]) from error
    reader = _Reader(source)
    table = reader.table(content)
    if reader.mistakes:
        raise TableUnsound(reader.mistakes)
    return table


class _Reader:
    """Reads the file part by part and collects what is wrong; what it returns then is never used."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[str] = []
        self.sources: Mapping[str, Any] = {}

    def wrong(self, path: str, what: str) -> None:
        self.mistakes.append(f"{self.source}: {path}: {what}")

    def get(self, content: Mapping[str, Any], path: str, key: str, kind: type, default: Any = None) -> Any:
        """Return one value of the wanted kind; with a default it may be left out."""
        value = content.get(key, default)
        if value is None:
            self.wrong(f"{path}{key}", "is missing")
        elif type(value) is not kind:
            self.wrong(f"{path}{key}", f"must be {WORDS[kind]}")
        else:
            return value
        return kind() if default is None else default

    def only(self, content: Mapping[str, Any], path: str, known: set[str]) -> None:
        for key in sorted(content.keys() - known):
            self.wrong(f"{path}{key}", f"is not known here; known: {', '.join(sorted(known))}")

    def days(self, content: Mapping[str, Any], path: str, key: str) -> int:
        found: int = self.get(content, path, key, int)
        if not 0 <= found <= MOST_DAYS:
            self.wrong(f"{path}{key}", f"must lie between 0 and {MOST_DAYS} days")
        return found

    def source_of(self, content: Mapping[str, Any], path: str, key: str = "source") -> str:
        """Return the text of the source that is named."""
        named = self.get(content, path, key, str)
        if named and named not in self.sources:
            self.wrong(f"{path}{key}", f"names no source; known: {', '.join(sorted(self.sources))}")
        return str(self.sources.get(named, ""))

    def table(self, content: Mapping[str, Any]) -> Table:
        self.only(content, "", {"version", "sources", "scan", "classes", "blockade"})
        self.sources = self.get(content, "", "sources", dict)
        classes = [
            self.medicine_class(each, f"classes[{n}].") for n, each in enumerate(self.rows(content, "", "classes"))
        ]
        self.twice([group.key for group in classes], "is the key of two classes")
        self.twice([name for group in classes for name in group.names], "is a name of two classes")
        blockade = self.get(content, "", "blockade", dict)
        self.only(blockade, "blockade.", {"product", "doses", *OccasionKind})
        return Table(
            version=self.get(content, "", "version", str),
            classes=tuple(classes),
            scan=self.scan(self.get(content, "", "scan", dict)),
            product=self.get(blockade, "blockade.", "product", str),
            blockade={
                each: self.blockade(self.get(blockade, "blockade.", each.value, dict), each) for each in OccasionKind
            },
            doses=self.doses(blockade),
        )

    def rows(self, content: Mapping[str, Any], path: str, key: str) -> list[Mapping[str, Any]]:
        rows: list[Any] = self.get(content, path, key, list)
        if content.get(key) == []:
            self.wrong(f"{path}{key}", "must not be empty")
        return [each if isinstance(each, dict) else {} for each in rows]

    def twice(self, values: list[str], what: str) -> None:
        for value in sorted(value for value, count in Counter(values).items() if count > 1 and value):
            self.wrong(value, what)

    def scan(self, content: Mapping[str, Any]) -> ScanDays:
        path = "scan."
        self.only(content, path, {"injection_days_before", "injection_source", "restart_days", "restart_source"})
        return ScanDays(
            injection_days_before=self.days(content, path, "injection_days_before"),
            injection_source=self.source_of(content, path, "injection_source"),
            restart_days=self.days(content, path, "restart_days"),
            restart_source=self.source_of(content, path, "restart_source"),
        )

    def medicine_class(self, content: Mapping[str, Any], path: str) -> MedicineClass:
        self.only(content, path, CLASS_KEYS | set(STEPS))
        names = self.names(content, path, "names")
        evidence = self.get(content, path, "evidence", str)
        if evidence and evidence not in EVIDENCE:
            self.wrong(f"{path}evidence", f"must be one of {', '.join(EVIDENCE)}")
        no_days = self.get(content, path, "no_days", str, "")
        steps = {step: self.duration(content[step], f"{path}{step}.", names) for step in STEPS if step in content}
        if bool(no_days) == bool(steps) or (steps and len(steps) < len(STEPS)):
            self.wrong(path.rstrip("."), f"has either all of {', '.join(STEPS)}, or `no_days`, which says why not")
        return MedicineClass(
            key=self.get(content, path, "key", str),
            name=self.get(content, path, "name", str),
            what=self.get(content, path, "what", str),
            evidence=evidence,
            evidence_source=self.source_of(content, path, "evidence_source"),
            names=names,
            prescribed_for_pressure=self.get(content, path, "prescribed_for_pressure", bool, False),
            no_days=no_days,
            **steps,  # type: ignore[arg-type]  # each is one of STEPS
        )

    def names(self, content: Mapping[str, Any], path: str, key: str) -> tuple[str, ...]:
        names: list[Any] = self.get(content, path, key, list)
        if not names:
            self.wrong(f"{path}{key}", "must not be empty")
        for name in names:
            if not isinstance(name, str) or folded(name) != name or not name:
                self.wrong(f"{path}{key}", f"{name!r} must be written in small letters without accents or signs")
        return tuple(map(str, names))

    def duration(self, content: Any, path: str, names: tuple[str, ...]) -> Duration:
        if not isinstance(content, dict):
            self.wrong(path.rstrip("."), "must be a table")
            content = {}
        self.only(content, path, {"days", "source", "verified", "of"})
        verified = self.get(content, path, "verified", bool)
        of = self.names(content, path, "of") if verified or "of" in content else ()
        if of and not verified:
            self.wrong(f"{path}of", "stands only where the number is verified")
        for name in of:
            if name not in names:
                self.wrong(f"{path}of", f"{name!r} is not among the names of its class")
        return Duration(self.days(content, path, "days"), self.source_of(content, path), frozenset(of))

    def blockade(self, content: Mapping[str, Any], occasion: OccasionKind) -> BlockadeDays:
        path = f"blockade.{occasion.value}."
        self.only(content, path, set(BlockadeDays.__dataclass_fields__))
        return BlockadeDays(
            starts_days_before=self.days(content, path, "starts_days_before"),
            starts_words=self.get(content, path, "starts_words", str),
            last_days_after=self.days(content, path, "last_days_after"),
            source=self.source_of(content, path),
            start_verified=self.get(content, path, "start_verified", bool),
            last_verified=self.get(content, path, "last_verified", bool),
        )

    def doses(self, blockade: Mapping[str, Any]) -> tuple[BlockadeDose, ...]:
        doses = [
            self.dose(each, f"blockade.doses[{n}].") for n, each in enumerate(self.rows(blockade, "blockade.", "doses"))
        ]
        starts = [dose.from_months for dose in doses]
        if starts and (starts[0] != 0 or starts != sorted(set(starts))):
            self.wrong("blockade.doses", "must begin at 0 months and rise")
        return tuple(doses)

    def dose(self, content: Mapping[str, Any], path: str) -> BlockadeDose:
        self.only(content, path, set(BlockadeDose.__dataclass_fields__))
        found = BlockadeDose(
            from_months=self.get(content, path, "from_months", int),
            dose_mg=self.get(content, path, "dose_mg", int),
            source=self.source_of(content, path),
            once=self.get(content, path, "once", bool, False),
        )
        if found.dose_mg < 1 or found.from_months < 0:
            self.wrong(path.rstrip("."), "has a dose above 0, from an age of 0 months or more")
        return found
