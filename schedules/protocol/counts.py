"""The second clock: days since the last blood count, while counts have not recovered (PROTOCOL.md 10)."""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = timedelta(days=14)
LAST_DAY = timedelta(days=84)
LIMIT = 8
SEVERE_LIMIT = 4


@dataclass(frozen=True, slots=True)
class CountClock:
    """The clock as it stands: more than `limit` days since the last count is overdue.

    `overdue_since` is the first overdue day, in the future while none is. `until` is the last day it runs.
    """

    days_since: int
    limit: int
    overdue_since: date
    overdue: bool
    until: date


def count_clock(
    anchor: date,
    *,
    followed_from: date,
    last_specimen_on: date | None,
    today: date,
    severe: bool = False,
    recovered_on: date | None = None,
    prolonged_until: date | None = None,
    course_started_on: date | None = None,
) -> CountClock | None:
    """Return the clock over the blood counts on `today`; None while it does not run.

    It runs from day 14, and not before `followed_from`, to the day before recovery, at most to day 84, or to
    `prolonged_until` while provisional counts go on. Days count from the last CBC specimen, without one from
    the anchor, and never from before `followed_from`. `severe`: the last count had ANC < 1.0 or platelets
    < 50 x10^9/L. `course_started_on`: the first infusion of a tandem course, from which its counts are followed.
    """
    begins = course_started_on or anchor
    starts = max(begins + FIRST_DAY, followed_from)
    until = max(anchor + LAST_DAY, prolonged_until or date.min)
    recovered = recovered_on is not None and today >= recovered_on
    if recovered or not starts <= today <= until:
        return None
    since = max(last_specimen_on or begins, followed_from)
    limit = SEVERE_LIMIT if severe else LIMIT
    overdue_since = max(since + timedelta(days=limit + 1), starts)
    return CountClock((today - since).days, limit, overdue_since, today >= overdue_since, until)
