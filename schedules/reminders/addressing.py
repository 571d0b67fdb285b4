"""Who is written to, and by which way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from dateutil.relativedelta import relativedelta

ADULT = 18
SELF, GUARDIAN, PARENTS = "self", "guardian", ("mother", "father")
SMS, EMAIL, CALL = "sms", "email", "call"
GIVEN = "given"
SPOKEN = ("en", "es")  # what our texts are written in


class Nobody(StrEnum):
    """Why nobody is written to."""

    NOBODY = "There is nobody to write to on record."
    NO_GUARDIAN = "There is no guardian on record to write to."
    NO_CONSENT = "No consent for any channel."
    NO_ADDRESS = "No address that works is on record."


@dataclass(frozen=True, slots=True)
class Reach:
    """How one person around the patient is reached. `ways`: those with consent, an address, and no fault known."""

    contact: UUID
    relation: str
    legal_authority: bool
    order: int
    language: str
    interpreter: bool
    phone: str
    ways: frozenset[str]
    agreed: bool = True

    @property
    def needs_call(self) -> bool:
        """Whether a person has to speak to them: a message in our languages would not be understood."""
        return self.interpreter or self.language not in SPOKEN


class Addressee(NamedTuple):
    """Who is written to, and by which way."""

    contact: UUID
    channel: str


def is_child(birth_date: date, day: date) -> bool:
    """Say whether somebody born on `birth_date` is under 18 on `day`."""
    return relativedelta(day, birth_date).years < ADULT


def may_be_written_to(relation: str, legal_authority: bool, *, child: bool) -> bool:
    """Say whether a person is written to about the patient.

    Of a child the parents, the guardian and others who may decide for it, never the child. A grown-up themselves, and
    who may decide for them; a parent's authority has ended with 18, whatever was entered before.
    """
    if child:
        return relation != SELF and (legal_authority or relation in (*PARENTS, GUARDIAN))
    return relation == SELF or (legal_authority and relation not in PARENTS)


def addressee(reaches: Iterable[Reach], *, child: bool, channels: Sequence[str]) -> Addressee | Nobody:
    """Return the first person who can be reached, by the first of `channels` that is open; or why there is nobody.

    Who needs an interpreter, or speaks neither of our languages, is called by one of us.
    """
    chosen = [each for each in reaches if may_be_written_to(each.relation, each.legal_authority, child=child)]
    chosen.sort(key=lambda each: (each.order, each.contact))
    for each in chosen:
        if each.needs_call:
            if each.phone:
                return Addressee(each.contact, CALL)
            continue
        for channel in channels:
            if channel in each.ways:
                return Addressee(each.contact, channel)
    if not chosen:
        return Nobody.NO_GUARDIAN if child else Nobody.NOBODY
    return Nobody.NO_ADDRESS if any(each.agreed for each in chosen) else Nobody.NO_CONSENT
