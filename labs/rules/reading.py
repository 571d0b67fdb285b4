"""Read a table of a rules file as the frozen value it describes, noting every mistake."""

from collections.abc import Collection, Mapping, MutableSequence
from dataclasses import MISSING, fields
from decimal import Decimal, InvalidOperation
from enum import EnumType
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

WORDS = {str: "a text", bool: "true or false", int: "a whole number", Decimal: "a decimal number, in JSON as a text"}


class Mistake(NamedTuple):
    """One thing wrong in a rules file: the file, the key path, what."""

    source: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.source}: {self.path}: {self.what}"


class RulesUnsound(ValueError):
    """Rules that cannot be used; `mistakes` lists everything wrong with them."""

    def __init__(self, mistakes: Collection[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, mistakes)))


class Reader:
    """Reads values of a `source` by the types of dataclass fields; what is wrong is noted in `mistakes`."""

    def __init__(self, source: str, mistakes: MutableSequence[Mistake]) -> None:
        self.source, self.mistakes = source, mistakes

    def mistake(self, path: str, what: str) -> None:
        """Note what is wrong at `path`."""
        self.mistakes.append(Mistake(self.source, path, what))

    def record(self, kind: type[Any], content: object, path: str, **known: object) -> Any:
        """Return `content`, a table, as the dataclass `kind`; None when it is wrong. `known` are not read from it."""
        if not isinstance(content, dict):
            return self.mistake(path, "is not a table")
        before = len(self.mistakes)
        hints = get_type_hints(kind)
        wanted = {field.name: field for field in fields(kind) if field.name not in known}
        for key in content.keys() - wanted.keys():
            self.mistake(f"{path}.{key}", "is not a known key")
        given = dict(known)
        for key, field in wanted.items():
            if key in content:
                given[key] = self.value(hints[key], content[key], f"{path}.{key}")
            elif field.default is MISSING:
                self.mistake(f"{path}.{key}", "is missing")
        return kind(**given) if len(self.mistakes) == before else None

    def value(self, hint: Any, given: object, path: str) -> Any:
        """Return `given` as a value of the type `hint`, None when it is wrong."""
        origin, inner = get_origin(hint), get_args(hint)
        if NoneType in inner:
            return self.value(next(each for each in inner if each is not NoneType), given, path)
        if origin is Mapping:
            return self._mapping(inner[1], given, path)
        if origin in (tuple, frozenset):
            return self._several(origin, inner[0], given, path)
        if isinstance(hint, EnumType):
            return self._choice(hint, given, path)
        if hint in WORDS:
            return self._plain(hint, given, path)
        return self.record(hint, given, path)

    def _mapping(self, of: Any, given: object, path: str) -> Any:
        if not isinstance(given, dict):
            return self.mistake(path, "is not a table")
        return {key: self.value(of, each, f"{path}.{key}") for key, each in given.items()}

    def _several(self, kind: type[Any], of: Any, given: object, path: str) -> Any:
        if not isinstance(given, list):
            return self.mistake(path, "is not a list")
        return kind(self.value(of, each, f"{path}[{place}]") for place, each in enumerate(given))

    def _choice(self, kind: EnumType, given: object, path: str) -> Any:
        choices = {str(member.value): member for member in kind}  # type: ignore[var-annotated]
        if given not in choices:
            return self.mistake(path, f"{given!r} is unknown, use {', '.join(choices)}")
        return choices[str(given)]

    def _plain(self, kind: type[Any], given: object, path: str) -> Any:
        value = _decimal(given) if kind is Decimal else given
        if type(value) is not kind:  # bool is an int to Python, not to a rule
            return self.mistake(path, f"{given!r} is not {WORDS[kind]}")
        if kind is str and not str(value).strip():
            return self.mistake(path, "is empty")
        if isinstance(value, int | Decimal) and not (Decimal(value).is_finite() and value >= 0):
            return self.mistake(path, f"{given!r} is not zero or more")
        return value


def _decimal(given: object) -> object:
    """Return a number, or one stored as text, as a Decimal; anything else as it is. Never from a float."""
    if type(given) is int:
        return Decimal(given)
    try:
        return Decimal(given) if isinstance(given, str) else given
    except InvalidOperation:
        return given
