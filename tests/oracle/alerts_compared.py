"""Compares the alerts that were raised, and who was told, with what had to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from tests.oracle.alerts import OF_TODAY, RULES, Alerting, Raising
from tests.oracle.differences import Difference, clock_words
from tests.oracle.ladder import EVERY, GRACE, Telling, responsible_for, tellings
from tests.oracle.log import Line
from tests.oracle.reminders import AFTER_AN_OUTAGE, Outages
from tests.oracle.standing import Standing


def compare_raised(
    patient: str, alerting: Alerting, said: list[Line], ends: datetime, compared: Counter[str]
) -> Iterator[Difference]:
    """Compare each time an alert was raised."""
    left = [line for line in said if line["rule"] in RULES]
    compared["alerts raised"] += len(left)
    compared["alerts of other rules, not compared"] += len(said) - len(left)
    # What must be comes first, so that what only may be takes nothing from it.
    for each in sorted(alerting.expected, key=lambda each: (not each.is_needed, each.at)):
        compared["alerts expected" if each.is_needed else "alerts that may be"] += 1
        found = next((line for line in left if is_meant(line, each, alerting)), None)
        if found:
            left.remove(found)
            yield from compare_one(patient, each, found)
        elif each.is_needed and each.at + GRACE < ends:
            yield Difference(patient, f"{each.episode[0]} alert", in_words(each), "none raised", tuple(each.lines))
    for line in left:
        if is_recomputed(line) and line.number not in alerting.explained:
            found_words = f"{line['tier']} raised at {clock_words(line.at or ends)}"
            yield Difference(patient, f"{line['rule']} alert {line['alert']}", "none", found_words, (line.number,))


def is_recomputed(line: Line) -> bool:
    """Tell whether the oracle knows all that raises such an alert: of the kidney it knows the immediate ones alone."""
    return line["tier"] == "immediate" or (line["tier"] in OF_TODAY and RULES[line["rule"]] != "kidney")


def is_meant(line: Line, expected: Raising, alerting: Alerting) -> bool:
    """Tell whether a line is the raising that is expected: of its episode, and less than a day later."""
    assert line.at is not None
    return (
        alerting.episodes.get(line["alert"]) == expected.episode
        and 0 <= (line.at - expected.at).total_seconds() < 86400
    )


def compare_one(patient: str, expected: Raising, line: Line) -> Iterator[Difference]:
    """Compare one raising: how urgent, when, and whether for the first time."""
    assert line.at is not None
    found = f"{line['tier']} at {clock_words(line.at)}{', again' if line['again'] else ''}"
    is_right = line["tier"] in expected.tiers and line.at <= expected.at + expected.within
    is_right = is_right and expected.again in (None, line["again"])
    if not is_right:
        what = f"{expected.episode[0]} alert {line['alert']}"
        yield Difference(patient, what, in_words(expected), found, (*expected.lines, line.number))


def in_words(expected: Raising) -> str:
    again = ", again" if expected.again else ""
    return f"{' or '.join(sorted(expected.tiers))} at {clock_words(expected.at)}{again} ({expected.why})"


# Who was told

# What tells whoever has an alert that somebody else did something about it; it asks for no answer.
NO_CALL = ("alert.acknowledged", "alert.resolved", "alert.snoozed", "alert.handed_over", "alert.amended")


def compare_told(
    patient: str,
    standing: Standing,
    outages: Outages,
    said: dict[str, list[Line]],
    ends: datetime,
    compared: Counter[str],
) -> Iterator[Difference]:
    """Compare whom each alert was told to, from each raising to its answer."""
    told: dict[str, list[Line]] = {}
    for line in said["told"]:
        if line["kind"] in NO_CALL:
            compared["people told of what others did, not compared"] += 1
            continue
        compared["people told"] += 1
        told.setdefault(line["alert"], []).append(line)
    for raised in said["raised"]:
        until = answered(raised, said, ends)
        answers = [
            line for line in said["acknowledged"] if line["alert"] == raised["alert"] and line.number < raised.number
        ]
        responsible = responsible_for(standing.clinic, standing.line["clinician"], answers)
        expected = tellings(standing.clinic, responsible, raised, until)
        compared["people to be told"] += len(expected)
        mine = told.get(raised["alert"], [])
        for each in expected:
            found = [line for line in mine if line["to"] == each.to and is_in_time(line, each, outages)]
            for line in first_of_each_channel(found):
                mine.remove(line)
            if not found and each.latest < min(until, ends):
                yield not_told(patient, each, mine)
    for raised in said["raised"]:  # once each has what it must have
        until, mine = answered(raised, said, ends), told.get(raised["alert"], [])
        for line in [line for line in mine if is_tolerated(line, raised, until)]:
            mine.remove(line)
    for lines in told.values():
        for line in lines:
            found_words = f"{line['to']} by {line['channel']} at {clock_words(line.at or ends)}"
            yield Difference(patient, f"alert {line['alert']}", "nobody told then", found_words, (line.number,))


def not_told(patient: str, expected: Telling, told: list[Line]) -> Difference:
    """Say that somebody was not told, or not in time."""
    later = next((line for line in told if line["to"] == expected.to and line.at and line.at > expected.latest), None)
    found = f"told at {clock_words(later.at)}" if later and later.at else "not told"
    words = f"{expected.to} told from {clock_words(expected.due)} to {clock_words(expected.latest)}"
    return Difference(patient, f"alert {expected.alert}", words, found, (expected.line,))


def answered(raised: Line, said: dict[str, list[Line]], ends: datetime) -> datetime:
    """Return when an alert that was raised was answered, or raised anew."""
    later = [
        line.at
        for what in ("acknowledged", "resolved", "raised")
        for line in said[what]
        if line["alert"] == raised["alert"] and line.number > raised.number and line.at
    ]
    return min(later, default=ends)


def is_in_time(line: Line, expected: Telling, outages: Outages) -> bool:
    """Tell whether somebody was told when they had to be, or soon after the channel took messages again."""
    assert line.at is not None
    latest = expected.latest
    for spells in outages.by_channel.values():
        for begins, until in spells:
            if begins <= latest and expected.due <= until + AFTER_AN_OUTAGE:
                latest = max(latest, until + AFTER_AN_OUTAGE)
    return expected.due <= line.at <= latest


def first_of_each_channel(lines: list[Line]) -> list[Line]:
    """Return the first line of each channel: the same may be told by several, by each once."""
    first: dict[str, Line] = {}
    for line in lines:
        first.setdefault(line["channel"], line)
    return list(first.values())


def is_tolerated(line: Line, raised: Line, until: datetime) -> bool:
    """Tell whether a telling lies where the table of the ladder demands nothing and forbids nothing."""
    assert line.at is not None
    assert raised.at is not None
    return raised["tier"] not in EVERY and raised.at <= line.at <= until + GRACE


def compare_states(patient: str, alerting: Alerting, said: list[Line], compared: Counter[str]) -> Iterator[Difference]:
    """Compare how each alert stands at the end."""
    found = {line["alert"]: line for line in said}
    for name, state in alerting.states.items():
        line = found.get(name)
        compared["alerts at the end"] += 1
        if line is None:
            yield Difference(patient, f"alert {name}", f"{state} at the end", "no such alert")
        elif line["state"] != state and (line["tier"] in OF_TODAY or line["state"] != "resolved"):
            yield Difference(patient, f"alert {name}", f"{state} at the end", line["state"], (line.number,))
