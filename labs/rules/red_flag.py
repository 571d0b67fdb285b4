"""What patients and their people tell of themselves that somebody must judge at once."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from labs.rules.names import spoken
from labs.rules.values import Finding, Rule, Urgency

# How a sentence names what was told, and how it was told.
FLAGS = {
    "fever": "fever or shivering",
    "bleeding": "bleeding",
    "breathlessness": "breathlessness",
    "drowsiness": "drowsiness or confusion",
}
WAYS = {
    "phone": "by phone",
    "reply": "in a reply to a message",
    "sms": "by SMS",
    "email": "by e-mail",
    "in_person": "in person",
    "letter": "by letter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedFlagRule(Rule):
    """Which red flags are told, and for how many days after the contact one that is entered late still is."""

    flags: frozenset[str]
    fresh_days: int


class Word(NamedTuple):
    """What was told at `at` (aware, in the clinic's zone) by one entry of the contact log, by its `id`."""

    id: str
    at: datetime
    means: str
    flags: tuple[str, ...]

    @property
    def day(self) -> date:
        """The clinic-local day."""
        return self.at.date()


def told(word: Word, flags: tuple[str, ...]) -> str:
    """Return "fever or shivering told by phone on Tue 24 Nov 2026, 14:05"; flags keep the order they are asked in."""
    named = [name for flag, name in FLAGS.items() if flag in flags]
    listed = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
    return f"{listed} told {WAYS.get(word.means, 'to us')} on {spoken(word.day)}, {word.at:%H:%M}"


def red_flag(rule: RedFlagRule, word: Word, today: date) -> Finding | None:
    """Return the immediate finding when `word` tells of a red flag and is fresh; what is old is history."""
    flags = tuple(flag for flag in word.flags if flag in rule.flags)
    if not flags or (today - word.day).days > rule.fresh_days:
        return None
    sentence = told(word, flags)
    found = rule.finding(f"{sentence[0].upper()}{sentence[1:]}.", entry=word.id)
    return found._replace(at=word.at, tier=Urgency.IMMEDIATE)
