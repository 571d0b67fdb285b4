"""What happened in a simulated clinic, one JSON object a line, the same for the same seed to the last byte."""

import json
from collections import Counter
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import IO, Any


class Log:
    """Writes lines to `out` (None: nowhere) and keeps their count by kind and the hash of them all."""

    def __init__(self, out: IO[str] | None) -> None:
        self.out = out
        self.count: Counter[str] = Counter()
        self._hash = sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, what: str, at: datetime | None = None, **fields: Any) -> None:
        """Write one line: what it is, when (an instant), and its fields in the order given."""
        line = json.dumps({"what": what} | ({"at": at} if at else {}) | fields, ensure_ascii=False, default=plain)
        self._hash.update(line.encode() + b"\n")
        self.count[what] += 1
        if self.out:
            self.out.write(line + "\n")


def plain(value: Any) -> str:
    """Return a time as the log has it: an instant in UTC to the second, a day or a wall-clock time as ISO."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
