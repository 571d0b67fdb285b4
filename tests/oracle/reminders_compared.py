"""Compares the reminders that were sent with those that had to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.oracle.differences import Difference, clock_words, item_words
from tests.oracle.fields import Item
from tests.oracle.log import Line
from tests.oracle.reminders import Expected
from tests.oracle.wall_clock import local_day

CHANNELS = ("sms", "email")


@dataclass(frozen=True)
class Sent:
    """One reminder that the provider took."""

    item: Item
    line: Line
    at: datetime


def compare_sent(
    patient: str, expected: list[Expected], said: dict[str, list[Line]], ends: datetime, compared: Counter[str]
) -> Iterator[Difference]:
    """Compare what the providers took, reminder by reminder, in order of time.

    Decision: what an outage held up may have used up its tries; it is then in the ledger, for a person to see.
    """
    dead = dead_of(said["message"])
    taken: dict[Item, list[Sent]] = {}
    for line in said["sent"]:
        for item in line["items"] or ():
            taken.setdefault(item, []).append(Sent(item, line, line.at or ends))
            compared["reminders sent"] += 1
        compared["messages without reminders, not compared"] += not line["items"]
    for each in sorted(expected, key=lambda each: each.earliest):
        if not each.leaves:
            continue
        compared["reminders expected"] += 1
        candidates = taken.get(each.item, [])
        fitting = next((sent for sent in candidates if each.earliest <= sent.at <= each.latest), None)
        if fitting is None and each.may_be_dead and dead[each.item]:
            dead[each.item] -= 1
            compared["reminders that outlived their tries"] += 1
            continue
        if fitting is None:
            fitting = next((sent for sent in candidates if is_meant(sent, each)), None)
        if fitting is not None:
            candidates.remove(fitting)
            yield from compare_one(patient, each, fitting)
        elif not each.may_be_missing and each.latest < ends:
            yield Difference(patient, item_words(*each.item), in_words(each), "none sent", tuple(each.lines))
    for candidates in taken.values():
        for sent in candidates:
            found = f"one sent to {sent.line['to']} by {sent.line['channel']} at {clock_words(sent.at)}"
            yield Difference(patient, item_words(*sent.item), "none", found, (sent.line.number,))


def is_meant(sent: Sent, expected: Expected) -> bool:
    """Tell whether a reminder that left at another time is the one expected: within a week of it."""
    return abs((sent.at - expected.earliest).days) < 7


def compare_one(patient: str, expected: Expected, sent: Sent) -> Iterator[Difference]:
    """Compare one reminder with the one expected: to whom, by which way, when."""
    found = f"{sent.line['to']} by {sent.line['channel']} at {clock_words(sent.at)}"
    is_right = (sent.line["to"], sent.line["channel"]) == (expected.way.contact, expected.way.channel)
    if not is_right or not expected.earliest <= sent.at <= expected.latest:
        lines = (*expected.lines, sent.line.number)
        yield Difference(patient, item_words(*expected.item), in_words(expected), found, lines)


def in_words(expected: Expected) -> str:
    until = "" if expected.latest == expected.earliest else f" to {clock_words(expected.latest)}"
    return f"{expected.way.contact} by {expected.way.channel} at {clock_words(expected.earliest)}{until}"


def dead_of(said: list[Line]) -> Counter[Item]:
    """Count the reminders of the ledger that could not be sent."""
    return Counter(item for line in said if line["state"] == "dead" for item in line["items"] or ())


def compare_messages(
    patient: str, expected: list[Expected], said: list[Line], ends: datetime, compared: Counter[str]
) -> Iterator[Difference]:
    """Compare the calls that had to be asked for, what could be told to nobody, and what an address refused.

    Decision: a call that was taken back, since something of it is untrue, is asked for anew for the rest of it.
    """
    calls = Counter((line["to"], item) for line in calls_of(said) for item in line["items"])
    nobody = Counter(
        item for line in said if not line["to"] and line["state"] == "void" for item in line["items"] or ()
    )
    dead = dead_of(said)
    for each in expected:
        if each.leaves:
            continue
        compared["calls, refusals and messages to nobody expected"] += 1
        found: Counter[Any] = nobody if not each.way.contact else dead if each.is_refused else calls
        key: Any = (each.way.contact, each.item) if found is calls else each.item
        if found[key]:
            found[key] -= 1
        elif not each.may_be_missing and each.earliest < ends:
            what = f"{how_noted(each)} on {each.reminder.falls}"
            yield Difference(patient, item_words(*each.item), what, "none", tuple(each.lines))
    anew = Counter((line["to"], item) for line in calls_of(said) if line["state"] == "void" for item in line["items"])
    for line in calls_of(said):
        for item in line["items"]:
            is_to_come = local_day(ends, "UTC") <= line["day"]  # written ahead of the end
            if line["state"] not in ("void", "expired") and not is_to_come and calls[line["to"], item]:
                calls[line["to"], item] -= 1
                if anew[line["to"], item]:
                    anew[line["to"], item] -= 1
                    continue
                found_call = f"a call to {line['to']} of {line['day']}"
                yield Difference(patient, item_words(*item), "no call", found_call, (line.number,))


def calls_of(said: list[Line]) -> list[Line]:
    """Return the calls that were to be made to remind somebody."""
    return [line for line in said if line["channel"] == "call" and line["items"]]


def how_noted(expected: Expected) -> str:
    """Return in words what the ledger says of a reminder that no provider takes."""
    if not expected.way.contact:
        return "a message to nobody that says why"
    what = "a refused message" if expected.is_refused else "a call"
    return f"{what} to {expected.way.contact}"


def compare_ledger(patient: str, sent: list[Line], said: list[Line], compared: Counter[str]) -> Iterator[Difference]:
    """Compare the product's own messages with what the providers took: each that was sent, once."""
    taken = Counter(message_of(line) for line in sent if line["items"])
    noted = Counter(
        message_of(line) for line in said if line["items"] and line["state"] == "sent" and line["channel"] in CHANNELS
    )
    compared["messages in the ledger"] += len(said)
    for message in sorted((taken - noted) | (noted - taken), key=str):
        to, channel, day, _ = message
        found, expected = f"{noted[message]} in the ledger", f"{taken[message]} taken by the provider"
        yield Difference(patient, f"message to {to} by {channel} of {day}", expected, found)


def message_of(line: Line) -> tuple[str, str, str, frozenset[Item]]:
    """Return what tells one message from another."""
    return line["to"], line["channel"], str(line["day"]), frozenset(line["items"])
