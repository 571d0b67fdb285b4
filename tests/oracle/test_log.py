"""What a log may hold, and how it is refused."""

import json
from typing import Any

import pytest

from tests.oracle.log import LogRefused, read_log
from tests.oracle.scribe import Scribe


def log_with(line: dict[str, Any]) -> list[str]:
    scribe = Scribe()
    scribe.patient()
    scribe.contact()
    return [*scribe.written(), json.dumps(line)]


def test_lines_go_to_the_patient_they_concern() -> None:
    scribe = Scribe()
    scribe.patient()
    scribe.contact()
    scribe.treated()
    scribe.say("booked", "2024-01-02T08:00:00", patient="P0001", appointment="A1", visits=[[1, "W1", "visit"]],
               on="2024-01-08", time=None)  # fmt: skip
    scribe.say("moved", "2024-01-02T09:00:00", appointment="A1", on="2024-01-09", time="09:30")
    scribe.say("refuses", "2024-01-03T09:00:00", contact="P0001a", channel="sms")
    scribe.say("away", "2024-01-03T09:00:00", channel="sms", until="2024-01-03T10:00:00Z")
    log = scribe.log()
    assert [line.what for line in log.patients["P0001"]] == [
        "patient", "contact", "treatment", "booked", "moved", "refuses",
    ]  # fmt: skip
    assert [line.what for line in log.everybody] == ["away"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"what": "danced", "at": "2024-01-02T08:00:00Z"}, "line 5: 'danced' is not known"),
        ({"what": "missed", "at": "2024-01-02T08:00:00Z", "patient": "P0001", "visit": [1, "W1", "visit"], "why": ""},
         "line 5: missed has no field why"),
        ({"what": "missed", "at": "2024-01-02T08:00:00Z", "patient": "P0001"}, "line 5: missed lacks visit"),
        ({"what": "missed", "patient": "P0001", "visit": [1, "W1", "visit"]}, "line 5: missed has no `at`"),
        ({"what": "missed", "at": "2024-01-02T08:00:00Z", "patient": "P0002", "visit": [1, "W1", "visit"]},
         "line 5: patient P0002 was not named before"),
        ({"what": "cancelled", "at": "2024-01-02T08:00:00Z", "appointment": "A9"},
         "line 5: appointment A9 was not named before"),
        ({"what": "away", "at": "2024-01-02T08:00:00Z", "channel": "pigeon", "until": "2024-01-02T09:00:00Z"},
         "line 5: channel of away is 'pigeon', which is not known"),
        ({"what": "away", "at": "2024-01-02T08:00:00", "channel": "sms", "until": "2024-01-02T09:00:00Z"},
         "line 5: at of away cannot be read: is not an instant in UTC"),
        ({"what": "away", "at": "2023-12-31T08:00:00Z", "channel": "sms", "until": "2024-01-02T09:00:00Z"},
         "line 5: is earlier than the line before"),
        ({"what": "simulation", "seed": 1, "patients": 1, "years": 1, "starts_on": "2024-01-01",
          "ends_on": "2024-02-01"}, "line 5: a second simulation"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_with_its_line(line: dict[str, Any], said: str) -> None:
    with pytest.raises(LogRefused) as refused:
        read_log(log_with(line))
    assert str(refused.value) == said


def test_a_log_begins_with_simulation_and_clinic() -> None:
    scribe = Scribe()
    with pytest.raises(LogRefused, match="line 1: clinic where simulation should stand"):
        read_log(scribe.written()[1:])
    with pytest.raises(LogRefused, match="does not begin"):
        read_log([])
