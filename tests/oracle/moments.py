"""Recomputes on which days which visit is to be reminded of: the days on which each reminder falls and is useful."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tests.oracle.fields import VisitKey

DEFAULT: dict[str, tuple[int, ...]] = {"before_booked": (7, 1), "before_window": (7, 1), "overdue": (1,)}
WEEKLY_ONLY = 1
LATE = 3  # days after its own on which a reminder may still leave


@dataclass(frozen=True)
class Reminder:
    """One reminder of one visit: the local day on which it falls, and the first and last on which it may leave."""

    visit: VisitKey
    moment: tuple[str, int]
    falls: date
    first: date
    last: date


@dataclass(frozen=True)
class Stand:
    """What of a visit decides its reminders."""

    opens: date
    closes: date
    booked: date | None


def rules_of(written: Any) -> dict[str, tuple[int, ...]]:
    """Read the `reminders` of the clinic's line: [{"moment": "before_booked", "days": [7, 1]}, ...]; none: the default.

    `days` may be a single number, and a moment may stand in several rules.
    """
    rules: dict[str, tuple[int, ...]] = dict.fromkeys(DEFAULT, ())
    for rule in written:
        days = rule["days"] if isinstance(rule["days"], list) else [rule["days"]]
        rules[rule["moment"]] = tuple(sorted({*rules[rule["moment"]], *days}, reverse=True))
    return rules if written else DEFAULT


def is_weekly(timepoint: str) -> bool:
    """Decision: weeks, and the draws twice a week, are reminded of one day before only."""
    return timepoint[0] in "WD"


def days_before(rules: dict[str, tuple[int, ...]], moment: str, timepoint: str) -> list[int]:
    """Return how many days before a visit it is reminded of."""
    return [days for days in rules[moment] if days == WEEKLY_ONLY or not is_weekly(timepoint)]


def reminders_of(
    visit: VisitKey, stand: Stand, rules: dict[str, tuple[int, ...]], last_before: Callable[[date], date]
) -> list[Reminder]:
    """Return every reminder of a visit as it stands.

    `last_before` tells the last day, where the patient lives, whose messages leave before a day begins at the clinic.
    """
    free_from = date.min
    found: list[Reminder] = []
    if stand.booked:
        free_from = stand.booked + timedelta(days=1)  # a past appointment without a record counts as none
        found += before(visit, "before_booked", stand.booked, date.min, rules, last_before)
    found += before(visit, "before_window", stand.opens, free_from, rules, last_before)
    for days in rules["overdue"]:
        falls = overdue_falls(stand.closes, days)
        last = last_before(falls + timedelta(days=LATE + 1))
        found.append(Reminder(visit, ("overdue", days), falls, max(falls, free_from), last))
    return [reminder for reminder in found if reminder.first <= reminder.last]


def overdue_falls(closes: date, days: int) -> date:
    """Return the day so many days after the first on which the visit is overdue, which is the one after its window."""
    return closes + timedelta(days=1 + days)


def before(
    visit: VisitKey,
    moment: str,
    day: date,
    free_from: date,
    rules: dict[str, tuple[int, ...]],
    last_before: Callable[[date], date],
) -> list[Reminder]:
    """Return the reminders before `day`: useful until it begins at the clinic."""
    found = []
    for days in days_before(rules, moment, visit[1]):
        falls = day - timedelta(days=days)
        last = last_before(min(day, falls + timedelta(days=LATE + 1)))
        found.append(Reminder(visit, (moment, days), falls, max(min(falls, last), free_from), last))
    return found
