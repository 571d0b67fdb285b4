"""What a check of a file has to say."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake or note: where it is, what it is, and what to do about it.

    `row` is counted as a spreadsheet does: the header is row 1. None stands for the file.
    """

    row: int | None
    column: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column) if part)
        return f"{place or 'file'}: {self.what} {self.remedy}"

    def facts(self) -> dict[str, Any]:
        """Return the finding as JSON values."""
        return asdict(self)
