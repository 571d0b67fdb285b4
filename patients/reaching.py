"""Whether a contact reached somebody, and how often in a row nobody was reached. Pure."""

from collections.abc import Iterable
from itertools import takewhile
from typing import NamedTuple

# Somebody spoke to us, whatever else stands in the entry.
SPOKEN = frozenset({"agreed", "declined", "done_elsewhere", "told_us"})
CALL_AGAIN = "call_again"
NOBODY = frozenset({"no_answer", "wrong_number"})


class Attempt(NamedTuple):
    """One entry of a contact log; `heard`: something was said, or red flags were asked for."""

    outcome: str
    incoming: bool = False
    heard: bool = False

    @property
    def has_reached(self) -> bool:
        """Whether somebody was reached; "call again" alone is what is noted when the telephone rings out."""
        return self.incoming or self.outcome in SPOKEN or (self.outcome == CALL_AGAIN and self.heard)


def in_vain(attempts: Iterable[Attempt]) -> int:
    """Return how many of `attempts`, the latest first, reached nobody since somebody was last reached."""
    return sum(1 for _ in takewhile(lambda each: not each.has_reached, attempts))
