"""Recomputes what the events of a patient's life mean on a day (PROTOCOL.md 13, docs/clinical-events.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

CLOSES = ("death", "transfer", "declines_follow_up", "comfort_care")
LEAVES_A_TIME_AWAY = ("transfer", "declines_follow_up", "comfort_care")
HOLDS = ("pause", "lost")
# What nothing is sent to the patient for.
SILENCES = (*CLOSES, *HOLDS, "declines_messages")


@dataclass
class LifeEvent:
    """One event: from its first day to the day before its end."""

    kind: str
    starts: date
    details: dict[str, Any]
    line: int
    accepted: date | None = None
    ended: date | None = None

    @property
    def counts_from(self) -> date | None:
        """The day from which it changes anything: a transfer only from its acceptance."""
        return self.accepted if self.kind == "transfer" else self.starts

    def holds_on(self, day: date) -> bool:
        """Tell whether it is so on `day`."""
        first = self.counts_from
        return first is not None and first <= day and (self.ended is None or day < self.ended)

    def held_wholly(self, opens: date, closes: date) -> bool:
        """Tell whether a window lay wholly in it; only once it is over."""
        first = self.counts_from
        return (
            first is not None and self.ended is not None and first <= opens and closes <= self.ended - timedelta(days=1)
        )

    @property
    def days(self) -> list[date]:
        """The days on which it begins or ends to count."""
        return [day for day in (self.counts_from, self.ended) if day]


def ends_follow_up(events: list[LifeEvent], day: date) -> bool:
    """Tell whether nothing of the plan is wanted on `day`."""
    return any(event.kind in CLOSES and event.holds_on(day) for event in events)


def is_dead(events: list[LifeEvent], day: date) -> bool:
    """Tell whether a death is on record."""
    return any(event.kind == "death" and event.holds_on(day) for event in events)


def is_held(events: list[LifeEvent], day: date, kind: str) -> bool:
    """Tell whether a visit of that kind waits: everything in a pause or while lost, scans in pregnancy."""
    return any(
        event.holds_on(day) and (event.kind in HOLDS or (event.kind == "pregnancy" and kind == "imaging"))
        for event in events
    )


def is_silent(events: list[LifeEvent], day: date) -> bool:
    """Tell whether no message goes out to the patient or theirs."""
    return any(event.kind in SILENCES and event.holds_on(day) for event in events)


def is_declined(events: list[LifeEvent], day: date, activity: str, opens: date, closes: date) -> bool:
    """Tell whether an item is declined: what had not closed before, and what lay wholly in a time that is over."""
    for event in events:
        if event.kind == "declines_item" and activity in event.details.get("activities", ()):
            if event.holds_on(day) and closes >= event.starts:
                return True
            if event.held_wholly(opens, closes):
                return True
    return False


def was_away(events: list[LifeEvent], opens: date, closes: date) -> bool:
    """Tell whether a window lay wholly in a time in which nothing was wanted of us, and which is over."""
    return any(event.kind in LEAVES_A_TIME_AWAY and event.held_wholly(opens, closes) for event in events)
