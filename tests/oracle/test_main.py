"""The command: what it prints and how it ends."""

from pathlib import Path

import pytest

from tests.oracle.__main__ import main
from tests.oracle.test_lies import honest


def test_an_honest_log_ends_with_0_and_says_how_much_was_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(honest().written()), encoding="utf-8")
    assert main(str(log)) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said[-1] == "0 differences"
    assert {"1 patients", "3 visits", "6 reminders expected", "6 reminders sent", "1 alerts raised"} <= set(said)


def test_a_lie_ends_with_1_and_a_readable_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    lies = honest().changed("visit", {"visit": [1, "W2", "visit"]}, closes="2024-01-19")
    log.write_text("\n".join(lies.written()), encoding="utf-8")
    assert main(str(log)) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        "P0001: closes of W2 visit of treatment 1: expected 2024-01-18, found 2024-01-19 (lines 5, 30)"
    )


def test_what_cannot_be_read_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    log.write_text('{"what": "danced"}\n', encoding="utf-8")
    assert main(str(log)) == 2
    assert "line 1: 'danced' is not known" in capsys.readouterr().err
