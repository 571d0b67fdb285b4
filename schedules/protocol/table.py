"""Typed reading of a TOML table that collects mistakes instead of stopping at the first."""

import re
from collections.abc import Collection
from reprlib import Repr
from typing import Any

from schedules.protocol.mistakes import Mistake

HIGHEST_COST = 999
LONGEST_TEXT = 200
KEY = re.compile(r"[A-Za-z0-9_-]+")
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
shortened = Repr()
shortened.maxstring = shortened.maxother = 60


class Table:
    """A TOML table at `path`; a reader returns a value of its type, made up where it notes a mistake."""

    def __init__(self, content: dict[str, Any], source: str, path: str, mistakes: list[Mistake]) -> None:
        self.content, self.source, self.path, self.mistakes = content, source, path, mistakes

    def __contains__(self, key: object) -> bool:
        return key in self.content

    def mistake(self, key: str, what: str, remedy: str) -> None:
        """Note that `key` is wrong."""
        path = ".".join(filter(None, (self.path, shorter(key))))
        self.mistakes.append(Mistake(self.source, path, what, remedy))

    def keys(self, *, most: int, longest: int) -> list[str]:
        """Return the keys of the table: at most `most`, each of letters, digits, hyphens and underscores."""
        if len(self.content) > most:
            self.mistake("", f"has {len(self.content)} entries", f"give {most} or fewer")
        for key in self.content:
            if not KEY.fullmatch(key) or len(key) > longest:
                name = shortened.repr(key)
                self.mistake("", f"{name} cannot be a key", f"use {longest} or fewer letters, digits, - and _")
        return list(self.content)

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
            self.mistake(key, f"{shortened.repr(value)} is not {word}", f"write {word}")
            return None
        return value

    def table(self, key: str) -> "Table":
        """Return the table at `key`, an empty one when it is wrong."""
        content = self._get(key, dict, "a table")
        path = f"{self.path}.{key}" if self.path else key
        # What is missing below a missing table is not reported once more.
        return Table(content or {}, self.source, path, self.mistakes if content is not None else [])

    def text(self, key: str, allowed: Collection[str] = ()) -> str:
        """Return the text at `key`: one line that is not empty, and one of `allowed` when any are given."""
        value = self._get(key, str, "a text")
        if value is None:
            return ""
        if not value.strip():
            self.mistake(key, "is empty", "write a text")
        elif UNPRINTABLE.search(value) or len(value) > LONGEST_TEXT:
            self.mistake(key, f"{shortened.repr(value)} is not one line", f"write up to {LONGEST_TEXT} characters")
        elif allowed and value not in allowed:
            self.mistake(key, f"{value!r} is unknown", f"use {', '.join(allowed)}")
        return str(value)

    def texts(self) -> dict[str, str]:
        """Return the whole table as texts by key."""
        return {key: self.text(key) for key in self.content}

    def flag(self, key: str) -> bool:
        """Return whether `key` is true; without it, it is not."""
        return bool(self._get(key, bool, "true or false")) if key in self.content else False

    def integer(self, key: str, *, least: int = 0, most: int | None = None, allowed: Collection[int] = ()) -> int:
        """Return the whole number at `key`, from `least` to `most`, and one of `allowed` when any are given."""
        value = self._get(key, int, "a whole number")
        if value is None:
            return least
        if value < least:
            self.mistake(key, f"{value} is too small", f"give {least} or more")
        if most is not None and value > most:
            self.mistake(key, f"{shortened.repr(value)} is too high", f"give {most} or less")
            return most
        if allowed and value not in allowed:
            self.mistake(key, f"{value} is not offered", f"use {', '.join(map(str, allowed))}")
        return int(value)

    def optional_integer(self, key: str, *, least: int = 0, most: int | None = None) -> int | None:
        """Return the whole number at `key`; None when there is none."""
        return self.integer(key, least=least, most=most) if key in self.content else None

    def integers(self, key: str, allowed: Collection[int]) -> tuple[int, ...]:
        """Return the list of whole numbers at `key`: at least one, each one of `allowed`, none twice."""
        values = self._list(key)
        if self.content.get(key) == []:
            self.mistake(key, "is empty", f"use {', '.join(map(str, allowed))}")
        for value in values:
            if type(value) is not int or value not in allowed:
                self.mistake(key, f"{shortened.repr(value)} is not possible", f"use {', '.join(map(str, allowed))}")
        if len(set(map(str, values))) != len(values):
            self.mistake(key, "names one number twice", "name each once")
        return tuple(value for value in values if type(value) is int)

    def keys_of(self, key: str, known: Collection[str], noun: str) -> tuple[str, ...]:
        """Return the list of keys at `key`, each one of `known`."""
        values = self._list(key)
        for value in values:
            if not isinstance(value, str) or value not in known:
                self.mistake(key, f"{shortened.repr(value)} is not a known {noun}", f"use {', '.join(sorted(known))}")
        texts = tuple(value for value in values if isinstance(value, str))
        if len(set(texts)) != len(texts):
            self.mistake(key, f"names one {noun} twice", "name each once")
        return texts

    def _list(self, key: str) -> list[Any]:
        return self._get(key, list, "a list") or []

    def cost(self, key: str = "cost") -> int:
        """Return the rank at `key`, 0 to 999."""
        return self.integer(key, most=HIGHEST_COST)


def shorter(key: str) -> str:
    """Return a key as a mistake names it: in full unless it is no key at all."""
    return key if len(key) <= LONGEST_TEXT and not UNPRINTABLE.search(key) else shortened.repr(key)
