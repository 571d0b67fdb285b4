"""Writes logs by hand, for the oracle's own tests: a small clinic, one patient, and what the test says of them."""

from __future__ import annotations

import json
from typing import Any

from tests.oracle.compare import check
from tests.oracle.differences import Difference
from tests.oracle.log import Log, read_log

# Two weekly counts and one scan after a month: few visits, so that a test can name all of them.
PROTOCOL: dict[str, Any] = {
    "slug": "small",
    "version": "1",
    "indications": {"other": []},
    "options": {
        "imaging_interval": {"choices": [6], "default": 6},
        "annual_interval": {"choices": [12], "default": 12},
        "late_imaging_interval": {"choices": [12], "default": 12},
    },
    "phases": {
        "weeks": {
            "kind": "visit",
            "unit": "weeks",
            "first": 1,
            "last": 2,
            "every": 1,
            "window": {"before": 3, "after": 3},
            "activities": ["cbc"],
        },
        "imaging": {
            "kind": "imaging",
            "unit": "months",
            "first": 1,
            "last": 1,
            "every": 1,
            "window": {"before": 7, "after": 7},
            "activities": ["mibg_scan"],
        },
    },
}
URGENCY: dict[str, Any] = {
    "anc": [
        {"tier": "immediate", "below": 0.5, "first": True},
        {"tier": "same_day", "below": 1.0},
        {"tier": "next_working_day", "below": 1.5},
    ],
    "platelets": [
        {"tier": "immediate", "below": 20},
        {"tier": "same_day", "below": 50},
        {"tier": "next_working_day", "below": 75},
    ],
    "hgb": [{"tier": "immediate", "below": 70}, {"tier": "same_day", "below": 80}],
    "potassium": [{"tier": "immediate", "below": 2.5}, {"tier": "immediate", "above": 6.5}],
    "creatinine": [{"tier": "immediate", "times_baseline": 3}],
}
SIMULATION = {"seed": 1, "patients": 1, "years": 1, "starts_on": "2024-01-01", "ends_on": "2024-02-20"}
CLINIC = {
    "zone": "Europe/Berlin",
    "country": "DE",
    "region": "",
    "working_weekdays": [0, 1, 2, 3, 4],
    "closures": [],
    "opens_at": "08:00",
    "closes_at": "17:00",
    "quiet_from": "20:00",
    "quiet_until": "08:00",
    "remind_at": "10:00",
    "staff": [
        {"name": "C1", "role": "clinician"},
        {"name": "C2", "role": "clinician"},
        {"name": "C3", "role": "coordinator"},
    ],
    "ladder": [{"step": 1, "staff": "C2"}, {"step": 2, "staff": "C3"}],
    "protocol": PROTOCOL,
    "reminders": [],
    "urgency": URGENCY,
}
PATIENT = {"born": "1970-05-05", "sex": "female", "indication": "other", "secreting": False, "zone": ""}
CONTACT = {
    "relation": "self",
    "order": 1,
    "language": "en",
    "interpreter": False,
    "legal_authority": False,
    "phone": True,
    "email": True,
    "sms_consent": "given",
    "email_consent": "given",
    "is_active": True,
}
COUNT = {
    "hgb": ["120", "g/L"],
    "wbc": ["5.0", "10*9/L"],
    "anc": ["3.0", "10*9/L"],
    "platelets": ["200", "10*9/L"],
}


class Scribe:
    """A log in the making. Lines come in any order; `at` sorts them, and what has none stands where it belongs."""

    def __init__(self, **clinic: Any) -> None:
        self.head = [{"what": "simulation", **SIMULATION}, {"what": "clinic", **CLINIC, **clinic}]
        self.body: list[dict[str, Any]] = []
        self.tail: list[dict[str, Any]] = []

    def say(self, what: str, at: str = "", **fields: Any) -> dict[str, Any]:
        """Write one line; it comes back so that a test can change it."""
        line = {"what": what, **({"at": f"{at}Z"} if at else {}), **fields}
        (self.body if at else self.tail).append(line)
        return line

    def patient(self, at: str = "2024-01-01T08:00:00", **fields: Any) -> None:
        self.say("patient", at, **{"patient": "P0001", "clinician": "C1", **PATIENT, **fields})

    def contact(self, at: str = "2024-01-01T08:00:00", contact: str = "P0001a", **fields: Any) -> None:
        self.say("contact", at, **{"patient": "P0001", "contact": contact, **CONTACT, **fields})

    def treated(self, on: str = "2024-01-01", at: str = "2024-01-01T08:00:00", number: int = 1) -> None:
        fields = {"treatment": number, "on": on, "imaging_interval": 6, "secreting": False}
        self.say("treatment", at, patient="P0001", **fields)

    def results(self, at: str, collected_at: str, accession: str, status: str = "final", **values: str) -> None:
        """Write a whole blood count, all of it normal but for `values`."""
        sent = {**COUNT, **{analyte: [value, COUNT[analyte][1]] for analyte, value in values.items()}}
        fields = {"collected_at": collected_at, "accession": accession, "status": status, "values": sent}
        self.say("results", at, patient="P0001", **fields)

    def sent(self, at: str, *items: tuple[str, str, int], **fields: Any) -> dict[str, Any]:
        """Write what a provider took, and its line at the end; an item is a timepoint, a moment and its days."""
        day = fields.pop("day", at[:10])
        pairs = [[[1, name, "imaging" if name[0] == "M" else "visit"], [moment, days]] for name, moment, days in items]
        both = {"kind": "reminder", "channel": "sms", "to": "P0001a", "day": day, "items": pairs, **fields}
        self.say("message", patient="P0001", state="sent", **both)
        return self.say("sent", at, **both)

    def visit(self, name: str, days: tuple[str, str, str], status: str = "planned", **fields: Any) -> None:
        """Write how a visit stands at the end: opens, target, closes."""
        imaging = name[0] == "M"
        activities = fields.pop("activities", {"mibg_scan" if imaging else "cbc": status})
        key = [fields.pop("treatment", 1), name, "imaging" if imaging else "visit"]
        opens, target, closes = days
        at = {"target": target, "opens": opens, "closes": closes}
        self.say("visit", patient="P0001", visit=key, status=status, activities=activities, **at, **fields)

    def written(self) -> list[str]:
        """Return the lines of the log."""
        body = sorted(self.body, key=lambda line: line["at"])
        return [json.dumps(line) for line in (*self.head, *body, *self.tail)]

    def log(self) -> Log:
        return read_log(self.written())

    def differences(self) -> list[Difference]:
        return [difference for checked in check(self.log()) for difference in checked.differences]

    def findings(self) -> list[tuple[str, str]]:
        """Return what differs, and what was found instead."""
        return [(difference.what, difference.found) for difference in self.differences()]

    def without(self, what: str, **fields: Any) -> Scribe:
        """Leave out the lines of a kind that hold these fields."""
        for part in (self.body, self.tail):
            part[:] = [line for line in part if line["what"] != what or not fields.items() <= line.items()]
        return self

    def changed(self, what: str, where: dict[str, Any], **fields: Any) -> Scribe:
        """Change the one line of a kind that holds what `where` says."""
        found = [line for line in (*self.body, *self.tail) if line["what"] == what and where.items() <= line.items()]
        assert len(found) == 1, found
        found[0].update(fields)
        return self
