"""Public identifiers."""

import os
import time
from datetime import datetime
from threading import Lock
from uuid import UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
# The highest bit after the variant stays free, for those that count on within a millisecond.
_RANDOM_BITS = (1 << 76) - 1 ^ (0x7 << 61)
_lock = Lock()
_latest = 0
_VARIANT_DIGIT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def uuid7() -> UUID:
    """Return a time-ordered UUID (RFC 9562, version 7): new rows stay close together in an index.

    Those of one process ascend, within a millisecond too, so that rows are in the order in which they were made.
    """
    global _latest
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS
    made = milliseconds << 80 | _VERSION_7 | _VARIANT | random
    with _lock:
        if made >> 80 == _latest >> 80:
            made = _latest + 1 + random % (1 << 32)
        _latest = made
    return UUID(int=made)


def uuid7_at(moment: datetime) -> UUID:
    """Return the least identifier made at `moment` (aware) or later: rows since then, by their key."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | _VERSION_7 | _VARIANT)


def uuid7_texts(count: int) -> list[str]:
    """Return `count` identifiers in ascending order, as text: for rows that are written in bulk."""
    now = f"{time.time_ns() // 1_000_000:012x}"
    stem = f"{now[:8]}-{now[8:]}-7"
    random = os.urandom(10 * count).hex()
    digits = [random[start : start + 19] for start in range(0, 20 * count, 20)]
    return sorted(f"{stem}{d[:3]}-{_VARIANT_DIGIT[d[3]]}{d[4:7]}-{d[7:]}" for d in digits)
