"""Why a verdict is what it is: every rule as it was applied, with its numbers, to print or to store as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

Number: TypeAlias = Decimal | date | int | str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule as it was applied: its key, whether it was met, a sentence that holds its numbers, and the numbers.

    Names of numbers end in their unit (`sum_mm`, `from_nadir_percent`). `verified` is False where a number of the rule
    was not read in its source.
    """

    rule: str
    met: bool
    sentence: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    verified: bool = True


class ResponseError(ValueError):
    """Facts that cannot be assessed; `mistakes` are sentences, each names where and the remedy."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(" ".join(self.mistakes))


def as_json(value: object) -> Any:
    """Return a result as JSON knows it: dataclasses as objects, decimals as texts, dates in ISO 8601."""
    if is_dataclass(value):
        return {each.name: as_json(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
