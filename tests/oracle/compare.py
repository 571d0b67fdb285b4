"""Compares what the log says with what the oracle recomputes, patient by patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time

from tests.oracle.alerts import Alerting
from tests.oracle.alerts_compared import compare_raised, compare_states, compare_told
from tests.oracle.differences import Difference
from tests.oracle.log import Line, Log
from tests.oracle.never import Never
from tests.oracle.reminders import Outages, Reminding
from tests.oracle.reminders_compared import compare_ledger, compare_messages, compare_sent
from tests.oracle.standing import Standing
from tests.oracle.timeline import Plans
from tests.oracle.visits_compared import compare_visits
from tests.oracle.wall_clock import at_wall_clock


@dataclass
class Checked:
    """What was compared, and what differed."""

    differences: list[Difference] = field(default_factory=list)
    compared: Counter[str] = field(default_factory=Counter)


def check(log: Log) -> Iterator[Checked]:
    """Compare a whole log, a patient at a time."""
    plans = Plans(log.clinic["protocol"])
    outages = Outages()
    for line in log.everybody:
        if line.what == "away":
            outages.take(line)
    ends = end_of(log)
    for _, lines in sorted(log.patients.items()):
        yield check_patient(log, lines, plans, outages, ends)


def check_patient(log: Log, lines: list[Line], plans: Plans, outages: Outages, ends: datetime) -> Checked:
    """Replay one patient's lines and compare what is said of them."""
    clinic, first, last = log.clinic, log.simulation["starts_on"], log.simulation["ends_on"]
    standing = Standing(lines[0], clinic, plans, last)
    reminding, alerting = Reminding(standing, outages), Alerting(standing)
    never = Never(standing, reminding)
    for line in reminding.run(alerting.passing(lines), first, last):
        never.take(line)
        alerting.take(line)
    alerting.pass_time(ends)
    standing.settle(last)

    checked = Checked()
    said = by_kind(lines)
    patient = standing.line["patient"]
    checked.compared["patients"] += 1
    checked.differences += [
        *never.differences,
        *compare_visits(patient, standing, said["visit"], checked.compared),
        *compare_sent(patient, reminding.expected, said, ends, checked.compared),
        *compare_messages(patient, reminding.expected, said["message"], ends, checked.compared),
        *compare_ledger(patient, said["sent"], said["message"], checked.compared),
        *compare_raised(patient, alerting, said["raised"], ends, checked.compared),
        *compare_told(patient, standing, outages, said, ends, checked.compared),
        *compare_states(patient, alerting, said["alert"], checked.compared),
    ]
    return checked


def end_of(log: Log) -> datetime:
    """Return the instant up to which the log must be whole: its last line, or the beginning of its last day."""
    everything = [log.everybody, *log.patients.values()]
    instants = [line.at for lines in everything for line in lines if line.at]
    return max([*instants, at_wall_clock(log.simulation["ends_on"], time(0), log.clinic["zone"])])


def by_kind(lines: list[Line]) -> dict[str, list[Line]]:
    """Return the lines of a patient by what they are."""
    kinds: dict[str, list[Line]] = {
        what: [] for what in ("visit", "message", "alert", "sent", "raised", "told", "acknowledged", "resolved")
    }
    for line in lines:
        kinds.setdefault(line.what, []).append(line)
    return kinds
