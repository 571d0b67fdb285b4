import logging
import sys

from iotrex_followup.logs import FramesOnlyFormatter


def test_exception_is_logged_without_its_words_but_with_its_causes() -> None:
    # The frames quote source lines: the words stand in variables, as real values do.
    row, key = "row of canary", "Key (mrn)=(canary) already exists"
    try:
        try:
            raise KeyError(key)
        except KeyError as error:
            raise ValueError(row) from error
    except ValueError:
        record = logging.LogRecord("test", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    line = FramesOnlyFormatter("%(message)s").format(record)
    assert "canary" not in line
    assert [part for part in line.splitlines() if not part.startswith(" ")] == [
        "it failed",
        "builtins.ValueError",
        "builtins.KeyError",
    ]
