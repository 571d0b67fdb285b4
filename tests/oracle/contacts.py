"""Recomputes to whom a reminder goes, and by which way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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

    def take(self, line: Line) -> bool:
        """Take in what a line says of a contact; tell whether it says anything."""
        if line.what == "contact":
            for channel, address, _ in WAYS:
                if fault_is_over(self.known.get(line["contact"], {}), line.fields, address):
                    self.refuses.discard(Way(line["contact"], channel))
                    self.faults.discard(Way(line["contact"], channel))
            self.known[line["contact"]] = line.fields
        elif line.what == "refuses":
            self.refuses.add(Way(line["contact"], line["channel"]))
        return line.what in ("contact", "refuses")

    def way(self, day: date) -> Way | None:
        """Return whom to tell on `day`, and how; None: there is nobody."""
        is_minor = age(self.born, day) < ADULT
        for name, contact in sorted(self.known.items(), key=lambda each: (each[1]["order"], each[0])):
            if not contact["is_active"] or not may_be_written_to(contact, is_minor):
                continue
            if is_called(contact):
                if contact["phone"]:
                    return Way(name, "call")
            elif channel := self._channel(name, contact):
                return Way(name, channel)
        return None

    def _channel(self, name: str, contact: dict[str, Any]) -> str | None:
        """Return the first channel with consent, an address and no refusal known."""
        for channel, address, consent in WAYS:
            if contact[consent] == "given" and contact[address] and Way(name, channel) not in self.faults:
                return channel
        return None


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
