"""What can be wrong with a protocol file."""

from collections.abc import Sequence
from typing import NamedTuple

MOST_TOLD = 100


class Mistake(NamedTuple):
    """One thing wrong: the file, the key path (empty for the file itself), what, and the remedy."""

    source: str
    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = ": ".join(filter(None, (self.source, self.path))) or "the file"
        return f"{place}: {self.what}; {self.remedy}"


class ProtocolError(ValueError):
    """A protocol file that cannot be used; `mistakes` lists everything wrong with it, up to a hundred."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        told, more = tuple(mistakes[:MOST_TOLD]), len(mistakes) - MOST_TOLD
        rest = Mistake(mistakes[0].source, "", f"has {more} mistakes more", "correct these first")
        self.mistakes = (*told, rest) if more > 0 else told
        super().__init__("\n".join(map(str, mistakes)))
