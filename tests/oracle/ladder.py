"""Recomputes whom an alert must be told to, and when, until somebody answers (DELIVERY.md 9, docs/alerts.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tests.oracle.log import Line
from tests.oracle.wall_clock import MINUTE

RESPONSIBLE, COVERING, LEAD, EVERYBODY = 0, 1, 2, 3
# By urgency: the minutes after it was raised, and who is told then if nobody has answered; then everybody, every so
# many minutes. What is not in the table is neither demanded nor forbidden: of the next working day, what follows from
# the clinic's working days.
STEPS = {
    "immediate": ((0, RESPONSIBLE), (15, RESPONSIBLE), (30, COVERING), (60, LEAD)),
    "same_day": ((0, RESPONSIBLE), (120, COVERING), (240, LEAD)),
    "next_working_day": ((0, RESPONSIBLE),),
}
EVERY = {"immediate": 60, "same_day": 240}
GRACE = 6 * MINUTE  # one sweep, and the minute of its work


@dataclass(frozen=True)
class Telling:
    """One person who must be told of an alert, not before `due` and not after `latest`."""

    alert: str
    to: str
    due: datetime
    latest: datetime
    step: int
    line: int


def people(clinic: Line, responsible: list[str], step: int) -> list[str]:
    """Return who is told at a step: who is `responsible`; those of the ladder; all of them.

    Where nobody is covering the leads are told in their place, and without leads every clinician.
    """
    if step == RESPONSIBLE:
        return responsible
    if step == EVERYBODY:
        return sorted({name for each in (RESPONSIBLE, COVERING, LEAD) for name in people(clinic, responsible, each)})
    for each in range(step, LEAD + 1):
        found = sorted(on["staff"] for on in clinic["ladder"] if on["step"] == each)
        if found:
            return found
    return clinicians(clinic)


def clinicians(clinic: Line) -> list[str]:
    """Return the clinicians of the clinic."""
    return [each["name"] for each in clinic["staff"] if each["role"] == "clinician"]


def responsible_for(clinic: Line, clinician: str, answers: list[Line]) -> list[str]:
    """Return who is responsible: the patient's clinician, else every one; and whoever has the alert.

    Decision: who acknowledges an alert that nobody has, has it from then on.
    """
    found = [clinician] if clinician else clinicians(clinic)
    return found + [line["by"] for line in answers[:1] if line["by"] not in found]


def due_times(tier: str, raised: datetime, until: datetime) -> Iterator[tuple[datetime, int]]:
    """Return when which step is told, of an alert that nobody answers before `until`."""
    minutes = 0
    for minutes, step in STEPS[tier]:
        if raised + minutes * MINUTE < until:
            yield raised + minutes * MINUTE, step
    while tier in EVERY:
        minutes += EVERY[tier]
        if raised + minutes * MINUTE >= until:
            return
        yield raised + minutes * MINUTE, EVERYBODY


def tellings(clinic: Line, responsible: list[str], line: Line, until: datetime) -> list[Telling]:
    """Return everybody who must be told of an alert that `line` raised, until it was answered or raised anew."""
    assert line.at is not None
    told: set[str] = set()
    found = []
    for due, step in due_times(line["tier"], line.at, until):
        names = names_at(clinic, responsible, step, told)
        told.update(names)
        found += [Telling(line["alert"], name, due, due + GRACE, step, line.number) for name in names]
    return found


def names_at(clinic: Line, responsible: list[str], step: int, told: set[str]) -> list[str]:
    """Return who is told at a step, when `told` were since the alert was raised.

    The covering clinicians and the leads are somebody new. Where all of them were told already, the first step after
    theirs that has somebody who was not is told at the same time; where none has, they are told alone.
    """
    names = people(clinic, responsible, step)
    if step in (COVERING, LEAD) and told.issuperset(names):
        for later in range(step + 1, EVERYBODY + 1):
            beside = people(clinic, responsible, later)
            if not told.issuperset(beside):
                return names + [name for name in beside if name not in names]
    return names
