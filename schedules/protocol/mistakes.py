"""What can be wrong with a protocol file."""

from collections.abc import Sequence
from typing import NamedTuple


class Mistake(NamedTuple):
    """One thing wrong: the file, the key path (empty for the file itself), what, and the remedy."""

    source: str
    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.source}: {self.path}" if self.path else self.source
        return f"{place}: {self.what}; {self.remedy}"


class ProtocolError(ValueError):
    """A protocol file that cannot be used; `mistakes` lists everything wrong with it."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, mistakes)))
