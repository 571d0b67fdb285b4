"""The clinic's working days, and the day to suggest for a visit."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby

import holidays

MONDAY_TO_FRIDAY = frozenset(range(5))


class CalendarError(ValueError):
    """A country or region whose public holidays are not known."""


@dataclass(frozen=True)
class WorkingCalendar:
    """When a clinic works: weekdays (Monday is 0) that are neither a public holiday nor a closure.

    `country` is an ISO 3166 code, empty for no public holidays; `subdivision` is a region's code, empty for
    the nation's holidays alone. `closures` are the clinic's own, each day with its reason.

    Raises   CalendarError: country or subdivision is unknown.
    """

    country: str = ""
    subdivision: str = ""
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    closures: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = holidays.list_supported_countries(include_aliases=True)
        if self.country and self.country not in known:
            raise CalendarError(f"{self.country!r} is not a country whose public holidays are known")
        if self.subdivision and self.subdivision not in known.get(self.country, []):
            raise CalendarError(f"{self.subdivision!r} is not a region of {self.country!r}")

    def is_working(self, day: date) -> bool:
        """Say whether the clinic works on `day`."""
        return self.reason(day) is None

    def reason(self, day: date) -> str | None:
        """Return why the clinic does not work on `day` ("Good Friday", "closed: move"); None when it does."""
        if day in self.closures:
            return f"closed: {self.closures[day]}"
        if day in (public := _public_holidays(self.country, self.subdivision, day.year)):
            return public[day]
        return None if day.weekday() in self.weekdays else "not a working weekday"


@lru_cache(maxsize=2048)
def _public_holidays(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    if not country:
        return {}
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year, language="en_US"))


def closed_days(intervals: Iterable[tuple[date, date, str]]) -> dict[date, str]:
    """Return each day of the closures, given as first day, last day (inclusive) and reason."""
    return {
        first + timedelta(days=n): reason for first, last, reason in intervals for n in range((last - first).days + 1)
    }


def suggested_day(opens: date, target: date, closes: date, is_working: Callable[[date], bool]) -> date | None:
    """Return the working day of the window nearest to `target`, the earlier of two; None when it has none."""
    window = [opens + timedelta(days=n) for n in range((closes - opens).days + 1)]
    nearest_first = sorted(window, key=lambda day: (abs(day - target), day))
    return next(filter(is_working, nearest_first), None)


def closed_spans(
    first: date, last: date, is_working: Callable[[date], bool], *, at_least: int
) -> list[tuple[date, date]]:
    """Return the runs of `at_least` days without a working day from `first` to `last`, each by its two ends, inclusive.

    A window that lies within one has no working day at all.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    spans = []
    for working, run in groupby(days, key=is_working):
        closed = list(run)
        if not working and len(closed) >= at_least:
            spans.append((closed[0], closed[-1]))
    return spans
