"""Log lines that carry no patient data."""

import logging
import traceback
from types import TracebackType
from typing import TypeAlias

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class FramesOnlyFormatter(logging.Formatter):
    """Writes an exception as its type and frames, without its message.

    A database error quotes the row ("Key (mrn)=(...) already exists") and a parser quotes its input.
    """

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (the name is logging's)
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines += [f"{type(error).__module__}.{type(error).__qualname__}\n"]
            lines += traceback.format_tb(error.__traceback__)
            error = error.__cause__ or error.__context__
        return "".join(lines).rstrip()
