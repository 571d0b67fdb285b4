"""Recomputes to whom a reminder goes, and by which way."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tests.oracle.log import Line
from tests.oracle.values import age

ADULT = 18
PARENTS = ("mother", "father")
# In the order in which they are tried: the channel, its address, its consent.
WAYS = (("sms", "phone", "sms_consent"), ("email", "email", "email_consent"))
NOT_TEXTED = ("other",)  # languages in which there are no texts


@dataclass(frozen=True)
class Way:
    """Whom to tell, and by which channel."""

    contact: str
    channel: str


class Contacts:
    """The contacts of one patient so far, and which addresses are known to be refused."""

    def __init__(self, born: date) -> None:
        self.born = born
        self.known: dict[str, dict[str, Any]] = {}
        self.refuses: set[Way] = set()  # the provider refuses it from now on, whether we know or not
        self.faults: set[Way] = set()  # what we know to be refused
        self.earlier: list[tuple[datetime, Contacts]] = []  # as they were until then

    def take(self, line: Line) -> bool:
        """Take in what a line says of a contact; tell whether it says anything."""
        if line.what == "contact" and line.at:
            self._keep(line.at)
        if line.what == "contact":
            for channel, address, _ in WAYS:
                if fault_is_over(self.known.get(line["contact"], {}), line.fields, address):
                    self.refuses.discard(Way(line["contact"], channel))
                    self.faults.discard(Way(line["contact"], channel))
            self.known[line["contact"]] = line.fields
        elif line.what == "refuses":
            self.refuses.add(Way(line["contact"], line["channel"]))
        return line.what in ("contact", "refuses")

    def _keep(self, until: datetime) -> None:
        before = copy(self)
        before.known, before.faults = dict(self.known), set(self.faults)
        self.earlier.append((until, before))

    def way(self, day: date) -> Way | None:
        """Return whom to tell on `day`, and how; None: there is nobody."""
        return next((way for name in sorted(self.known, key=self._rank) for way in self._open_ways(name, day)), None)

    def way_written(self, day: date, at: datetime) -> Way | None:
        """Return how a message of `day` goes that was written `at`.

        Decision: it keeps its way while that is open, though one that goes first may have opened meanwhile.
        """
        then = next((before for until, before in self.earlier if at < until), self)
        way = then.way(day)
        return way if way and way in self._open_ways(way.contact, day) else self.way(day)

    def _rank(self, name: str) -> tuple[int, str]:
        return self.known[name]["order"], name

    def _open_ways(self, name: str, day: date) -> list[Way]:
        """Return by which ways somebody is told on `day`, the best first: consent, an address, no refusal known."""
        contact = self.known[name]
        if not contact["is_active"] or not may_be_written_to(contact, age(self.born, day) < ADULT):
            return []
        if is_called(contact):
            return [Way(name, "call")] if contact["phone"] else []
        ways = [
            Way(name, channel) for channel, address, consent in WAYS if contact[consent] == "given" and contact[address]
        ]
        return [way for way in ways if way not in self.faults]


def may_be_written_to(contact: dict[str, Any], is_minor: bool) -> bool:
    """Tell whether somebody is written to: of a child who answers for it; an adult, and who may decide for them."""
    relation, authority = contact["relation"], contact["legal_authority"]
    if is_minor:
        return relation != "self" and (relation in (*PARENTS, "guardian") or authority)
    return relation == "self" or (authority and relation not in PARENTS)


def is_called(contact: dict[str, Any]) -> bool:
    """Tell whether one of us has to speak to them; that needs a number, and no consent to messages."""
    return contact["interpreter"] or contact["language"] in NOT_TEXTED


def fault_is_over(before: dict[str, Any], after: dict[str, Any], address: str) -> bool:
    """Decision: a refused address is given up only when it was taken away and another one entered."""
    return bool(before) and not before[address] and after[address]
