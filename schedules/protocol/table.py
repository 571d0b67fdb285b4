"""Typed reading of a TOML table that collects mistakes instead of stopping at the first."""

from collections.abc import Collection, Iterator
from typing import Any

from schedules.protocol.mistakes import Mistake

HIGHEST_COST = 999


class Table:
    """A TOML table at `path`; a reader returns a value of its type, made up where it notes a mistake."""

    def __init__(self, content: dict[str, Any], source: str, path: str, mistakes: list[Mistake]) -> None:
        self.content, self.source, self.path, self.mistakes = content, source, path, mistakes

    def __contains__(self, key: object) -> bool:
        return key in self.content

    def __iter__(self) -> Iterator[str]:
        return iter(self.content)

    def mistake(self, key: str, what: str, remedy: str) -> None:
        """Note that `key` is wrong."""
        path = f"{self.path}.{key}" if self.path else key
        self.mistakes.append(Mistake(self.source, path, what, remedy))

    def only(self, keys: Collection[str]) -> None:
        """Note every key that is not one of `keys`."""
        for key in self.content:
            if key not in keys:
                self.mistake(key, "is not a known key", f"use {', '.join(keys)}")

    def _get(self, key: str, kind: type, word: str) -> Any:
        if key not in self.content:
            self.mistake(key, "is missing", f"add {word}")
            return None
        value = self.content[key]
        if type(value) is not kind:  # bool is an int to Python, not to a protocol
            self.mistake(key, f"{value!r} is not {word}", f"write {word}")
            return None
        return value

    def table(self, key: str) -> "Table":
        """Return the table at `key`, an empty one when it is wrong."""
        content = self._get(key, dict, "a table")
        path = f"{self.path}.{key}" if self.path else key
        # What is missing below a missing table is not reported once more.
        return Table(content or {}, self.source, path, self.mistakes if content is not None else [])

    def text(self, key: str, allowed: Collection[str] = ()) -> str:
        """Return the text at `key`, which must not be empty, and one of `allowed` when any are given."""
        value = self._get(key, str, "a text")
        if value is None:
            return ""
        if not value.strip():
            self.mistake(key, "is empty", "write a text")
        if allowed and value not in allowed:
            self.mistake(key, f"{value!r} is unknown", f"use {', '.join(allowed)}")
        return str(value)

    def texts(self) -> dict[str, str]:
        """Return the whole table as texts by key."""
        return {key: self.text(key) for key in self.content}

    def integer(self, key: str, *, least: int = 0, allowed: Collection[int] = ()) -> int:
        """Return the whole number at `key`, at least `least`, and one of `allowed` when any are given."""
        value = self._get(key, int, "a whole number")
        if value is None:
            return least
        if value < least:
            self.mistake(key, f"{value} is too small", f"give {least} or more")
        if allowed and value not in allowed:
            self.mistake(key, f"{value} is not offered", f"use {', '.join(map(str, allowed))}")
        return int(value)

    def optional_integer(self, key: str, *, least: int = 0) -> int | None:
        """Return the whole number at `key`; None when there is none."""
        return self.integer(key, least=least) if key in self.content else None

    def integers(self, key: str, allowed: Collection[int]) -> tuple[int, ...]:
        """Return the list of whole numbers at `key`, each one of `allowed`."""
        values = self._list(key)
        for value in values:
            if type(value) is not int or value not in allowed:
                self.mistake(key, f"{value!r} is not possible", f"use {', '.join(map(str, allowed))}")
        return tuple(value for value in values if type(value) is int)

    def keys_of(self, key: str, known: Collection[str], noun: str) -> tuple[str, ...]:
        """Return the list of keys at `key`, each one of `known`."""
        values = self._list(key)
        for value in values:
            if value not in known:
                self.mistake(key, f"{value!r} is not a known {noun}", f"use {', '.join(sorted(known))}")
        if len(set(map(str, values))) != len(values):
            self.mistake(key, f"names one {noun} twice", "name each once")
        return tuple(map(str, values))

    def _list(self, key: str) -> list[Any]:
        return self._get(key, list, "a list") or []

    def cost(self, key: str = "cost") -> int:
        """Return the rank at `key`, 0 to 999."""
        value = self.integer(key)
        if value > HIGHEST_COST:
            self.mistake(key, f"{value} is too high", f"give {HIGHEST_COST} or less")
        return value
