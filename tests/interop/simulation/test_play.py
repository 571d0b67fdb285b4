"""A simulated clinic: the same for the same seed, and everything in it happens."""

import io
import json

import pytest

from interop.simulation.play import play


@pytest.fixture
def played(db):
    """Play a small clinic and return what came of it, and its log."""

    def run(**how):
        out = io.StringIO()
        return play(out=out, **how), [json.loads(line) for line in out.getvalue().splitlines()]

    return run


def test_log_begins_with_what_was_asked_for_and_ends_with_how_everything_stands(played):
    result, lines = played(patients=2, years=0.1, seed=7)

    assert lines[0] | {"starts_on": "", "ends_on": ""} == {
        "what": "simulation", "seed": 7, "patients": 2, "years": 0.1, "starts_on": "", "ends_on": "",
    }  # fmt: skip
    assert (lines[1]["what"], lines[-1]["what"] in ("alert", "message", "visit")) == ("clinic", True)
    times = [line["at"] for line in lines if "at" in line]
    assert times == sorted(times)
    assert sum(result.lines.values()) == len(lines)
