"""Words at the marks of a picture, so that none stands on another word or mark. Pure; all in pixels, y from the top."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

LINE, LETTER, SPACE, MARK = 14, 7, 6, 5  # a line of words, about a letter of it, what is left beside it, half a mark
HEADROOM = 16  # above the axes, below the title
ASIDE = (-13, 17, -27, 31, -41, 45)  # above the mark or below it, the nearest first
Align = Literal["left", "center", "right"]


class Word(NamedTuple):
    """Words at a mark at `x` and `y`; `dx` moves them from there."""

    x: float
    y: float
    text: str
    align: Align = "center"
    dx: float = 0


class Box(NamedTuple):
    left: float
    right: float
    top: float
    foot: float

    def meets(self, other: "Box") -> bool:
        """Say whether the two have anything in common."""
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.top < other.foot and other.top < self.foot


def set_apart(words: Sequence[Word], height: float) -> list[int]:
    """Return how far each of `words` stands below its mark (less than 0: above), in a picture of `height`.

    Where there is no room left at all, words stand above their mark on others.
    """
    taken = [Box(each.x - MARK, each.x + MARK, each.y - MARK, each.y + MARK) for each in words]
    found = []
    for word in words:
        free = (dy for dy in ASIDE if is_free(box_of(word, dy), taken, height))
        found.append(next(free, ASIDE[0]))
        taken.append(box_of(word, found[-1]))
    return found


def is_free(box: Box, taken: Sequence[Box], height: float) -> bool:
    return box.top >= -HEADROOM and box.foot <= height and not any(box.meets(each) for each in taken)


def box_of(word: Word, dy: int) -> Box:
    """Return what the words take up, `dy` from their mark."""
    width, at = LETTER * len(word.text) + SPACE, word.x + word.dx
    left = {"left": at, "center": at - width / 2, "right": at - width}[word.align]
    return Box(left, left + width, word.y + dy - LINE / 2, word.y + dy + LINE / 2)
