"""Turns days and wall clocks into instants, minute by minute where the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@cache
def at_wall_clock(day: date, clock: time, zone: str) -> datetime:
    """Return the first instant at which the clocks of `zone` say so; where they skip it, the first minute after."""
    says = datetime.combine(day, clock)
    while True:
        instant = says.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
        if local(instant, zone).replace(tzinfo=None) == says:
            return instant
        says += MINUTE


def local(instant: datetime, zone: str) -> datetime:
    """Return what the clocks of `zone` say at `instant`."""
    return instant.astimezone(ZoneInfo(zone))


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day of `zone` at `instant`."""
    return local(instant, zone).date()


def is_quiet(instant: datetime, zone: str, quiet_from: time, quiet_until: time) -> bool:
    """Tell whether nobody in `zone` is written to at `instant`; the first minute of the quiet is quiet, the end not."""
    now = local(instant, zone).time()
    if quiet_from <= quiet_until:
        return quiet_from <= now < quiet_until
    return now >= quiet_from or now < quiet_until


def next_full_five(instant: datetime) -> datetime:
    """Return the next full five minutes at or after `instant`: the moment of the sweep that sees what happened."""
    down = instant.replace(minute=instant.minute - instant.minute % 5, second=0, microsecond=0)
    return down if down == instant else down + 5 * MINUTE


def days_between(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`, inclusive."""
    return [first + n * DAY for n in range((last - first).days + 1)]
