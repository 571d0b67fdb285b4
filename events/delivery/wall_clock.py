"""From a wall-clock time to the instant it means, on the days on which clocks are changed too. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant in UTC of a wall-clock time: the first of two where clocks go back.

    A time that is left out where clocks go forward means the first minute that exists after it; where a whole day is
    left out, the first minute of the next.
    """
    wall = datetime.combine(day, at)
    exact = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if exact.astimezone(zone).replace(tzinfo=None) == wall:
        return exact
    # Within the gap both readings lie on its other sides: with the offset before it, and with the one after it.
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return first_after_gap(early, late, zone)


def first_after_gap(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of the change of offset between two instants, found by halving."""
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
