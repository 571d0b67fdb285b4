"""Compares how the visits stand at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.oracle import life
from tests.oracle.differences import Difference, visit_words
from tests.oracle.fields import VisitKey
from tests.oracle.log import Line
from tests.oracle.standing import Standing, Treatment, described
from tests.oracle.timeline import stored_part
from tests.oracle.wall_clock import DAY


def compare_visits(patient: str, standing: Standing, said: list[Line], compared: Counter[str]) -> Iterator[Difference]:
    """Compare every visit that must be there, and every one that is."""
    for number, key in standing.unknown:
        yield Difference(patient, visit_words(key), "no such visit", "a line that names it", (number,))
    found = by_key(standing, said)
    compared["visits"] += len(said)
    for key in sorted(required(standing) - found.keys()):
        yield Difference(
            patient, visit_words(key), in_words(described(standing.visits[key])), "no visit", why(standing, key)
        )
    for key, line in found.items():
        if key in standing.visits:
            yield from compare_visit(patient, standing, key, line)
        elif line["status"] != "cancelled":
            yield Difference(patient, visit_words(key), "no such visit", in_words(line.fields), (line.number,))


def compare_visit(patient: str, standing: Standing, key: VisitKey, line: Line) -> Iterator[Difference]:
    """Compare one visit: its days, its status, its activities."""
    expected = described(standing.visits[key])
    for name, value in expected.items():
        if line[name] != value:
            what = f"{name} of {visit_words(key)}"
            yield Difference(patient, what, words(value), words(line[name]), (*why(standing, key), line.number))


def by_key(standing: Standing, said: list[Line]) -> dict[VisitKey, Line]:
    """Return the visits of the log by the oracle's names: what was added beyond the plan goes by its day."""
    additions = {(key[0], visit.timepoint.target): key for key, visit in standing.visits.items() if visit.is_addition}
    found = {}
    for line in said:
        key = line["visit"]
        if key not in standing.visits and key[2] == "visit":
            key = additions.get((key[0], line["target"]), key)
        found[key] = line
    return found


def required(standing: Standing) -> set[VisitKey]:
    """Return the visits that must be stored by the end of the log."""
    keys = set()
    for treatment in standing.treatments.values():
        plan = standing.plans.plan(treatment.on, treatment.choices)
        for timepoint in stored_part(plan, treatment.on, grew_until(standing, treatment)):
            keys.add((treatment.number, timepoint.name, timepoint.kind))
    # An addition that fell away before anything of it was stored leaves nothing behind.
    keys |= {key for key, visit in standing.visits.items() if visit.is_addition and visit.status != "cancelled"}
    return keys & standing.visits.keys()


def grew_until(standing: Standing, treatment: Treatment) -> date:
    """Return the day to which the plan grew for certain: while it was current and the patient followed here."""
    ends = [standing.ends_on]
    ends += [
        event.counts_from
        for event in standing.life.values()
        if event.kind in life.CLOSES and event.counts_from and event.holds_on(standing.ends_on)
    ]
    following = [each for each in standing.treatments.values() if each.on > treatment.on]
    ends += [each.followed_from for each in following]
    return max(min(ends) - DAY, treatment.followed_from)


def why(standing: Standing, key: VisitKey) -> tuple[int, ...]:
    """Return the lines from which a visit follows."""
    events = [event.line for event in standing.life.values()]
    return (*standing.treatments[key[0]].lines, *standing.visits[key].lines, *events)


def in_words(fields: dict[str, Any]) -> str:
    return f"{fields['status']}, {fields['target']} ({fields['opens']} to {fields['closes']})"


def words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{activity} {status}" for activity, status in sorted(value.items())) or "nothing"
    return str(value)
