"""A clinic's rules of reminders: when somebody is told of what. Data, checked when it is read."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

LONGEST_DAYS = 60
MOST_RULES = 40


class Moment(StrEnum):
    """What the days of a rule are counted from."""

    BEFORE_BOOKED = "before_booked"
    BEFORE_WINDOW = "before_window"
    OVERDUE = "overdue"


# The fewest days a rule may name: a reminder never falls on the day of its visit.
FEWEST_DAYS = {Moment.BEFORE_BOOKED: 1, Moment.BEFORE_WINDOW: 1, Moment.OVERDUE: 0}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `days` before the appointment or the window, or after the first day overdue.

    `activity`: only visits at which this is still to be done; empty for any. `weekly`: also what comes about weekly.
    """

    activity: str
    moment: Moment
    days: int
    weekly: bool = True
    active: bool = True

    @property
    def content(self) -> dict[str, Any]:
        """The rule as it is stored."""
        return asdict(self) | {"moment": self.moment.value}


class Mistake(NamedTuple):
    """What is wrong with one rule: its place in the list from 1, the key, and what to do."""

    row: int
    key: str
    what: str

    def __str__(self) -> str:
        return f"Rule {self.row}, {self.key}: {self.what}"


class RulesUnsound(ValueError):
    """Rules that cannot be used; `mistakes` lists everything wrong with them."""

    def __init__(self, mistakes: Collection[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(" ".join(map(str, mistakes)))


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules that hold where a clinic has none of its own."""
    text = (Path(__file__).parent / "defaults.toml").read_text(encoding="utf-8")
    return read_rules(tomllib.loads(text)["rules"])


def read_rules(content: Sequence[Mapping[str, Any]], activities: Collection[str] | None = None) -> tuple[Rule, ...]:
    """Return stored rules; `activities` are those a rule may name, None for any.

    Raises   RulesUnsound: with every mistake.
    """
    if len(content) > MOST_RULES:
        raise RulesUnsound([Mistake(len(content), "rules", f"at most {MOST_RULES} rules.")])
    mistakes: list[Mistake] = []
    rules = [read_rule(row, each, activities, mistakes) for row, each in enumerate(content, start=1)]
    found = [rule for rule in rules if rule]
    if not mistakes:
        mistakes += said_twice(found)
    if mistakes:
        raise RulesUnsound(mistakes)
    return tuple(found)


def read_rule(
    row: int, content: Mapping[str, Any], activities: Collection[str] | None, mistakes: list[Mistake]
) -> Rule | None:
    """Return one rule, or note what is wrong with it."""
    wrong: dict[str, str] = {}
    if not isinstance(content, Mapping):
        mistakes.append(Mistake(row, "rule", "is no table of activity, moment, days, weekly and active."))
        return None
    for key in content.keys() - Rule.__dataclass_fields__.keys():
        wrong[str(key)] = "is not known. Known are activity, moment, days, weekly and active."
    activity, moment, days = content.get("activity", ""), content.get("moment"), content.get("days")
    if not isinstance(activity, str) or (activity and activities is not None and activity not in activities):
        wrong["activity"] = f"there is no activity “{activity}”. Leave it empty for any."
    if moment not in list(Moment):
        wrong["moment"] = f"choose one of {', '.join(Moment)}."
    elif not isinstance(days, int) or isinstance(days, bool) or not FEWEST_DAYS[Moment(moment)] <= days <= LONGEST_DAYS:
        wrong["days"] = f"write a whole number from {FEWEST_DAYS[Moment(moment)]} to {LONGEST_DAYS}."
    for key in ("weekly", "active"):
        if not isinstance(content.get(key, True), bool):
            wrong[key] = "write true or false."
    mistakes += [Mistake(row, key, what) for key, what in sorted(wrong.items())]
    if wrong:
        return None
    return Rule(activity, Moment(moment), int(days), content.get("weekly", True), content.get("active", True))  # type: ignore[arg-type]


def said_twice(rules: Sequence[Rule]) -> list[Mistake]:
    """Return a mistake for each rule that says what an earlier one says."""
    seen: dict[tuple[str, Moment, int], int] = {}
    mistakes = []
    for row, rule in enumerate(rules, start=1):
        first = seen.setdefault((rule.activity, rule.moment, rule.days), row)
        if first != row:
            mistakes.append(Mistake(row, "days", f"rule {first} says this already. Take one of the two away."))
    return mistakes
