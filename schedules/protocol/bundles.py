"""Fewest trips for one patient: one where one will do (PROTOCOL.md 8). Exact, by dynamic programming over days.

A window is served by the trip inside it that is nearest to its target. Of the trips in order, that is one of the two
neighbours of the target; so what a gap between two neighbouring trips costs depends on these two days alone, and the
best trips are the shortest way from gap to gap.

Only few days matter. With the windows of a trip given, its days add up to a sum of distances that is linear between
the targets, so that its best day is the allowed day next to a target, or the first or last one of a window.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)
Day = float  # a proleptic ordinal, or one of the two ends of time
# One number per plan of trips, by weight: trips to the centre, to the laboratory, days from the targets, earliness.
TO_CENTRE, TO_LABORATORY, FROM_TARGET = 1 << 80, 1 << 60, 1 << 30


@dataclass(frozen=True, slots=True)
class Window(Generic[Key]):
    """What needs a trip on one of the days from `opens` to `closes` (both inclusive), best on `target`.

    `local`: a laboratory near home will do; otherwise only the centre will.
    """

    key: Key
    target: date
    opens: date
    closes: date
    local: bool = False


class BookedTrip(NamedTuple):
    """A trip that takes place anyway. `local`: to the laboratory near home."""

    on: date
    local: bool = False


@dataclass(frozen=True, slots=True)
class Trip(Generic[Key]):
    """One day and what it serves, by target. `booked`: it takes place anyway."""

    on: date
    local: bool
    booked: bool
    serves: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Trips(Generic[Key]):
    """The trips, by day, and what no day serves: no allowed day and no booked trip lies in its window."""

    trips: tuple[Trip[Key], ...]
    without_day: tuple[Key, ...]


class _Leg(NamedTuple):
    """The best way to a trip to the centre: its cost, the trip before, the trips to the laboratory in between."""

    cost: int
    before: Day
    between: tuple[int, ...]


def fewest_trips(windows: Iterable[Window[Key]], days: Iterable[date], booked: Iterable[BookedTrip] = ()) -> Trips[Key]:
    """Return the fewest trips on allowed `days` that, with the `booked` ones, serve every window that can be served.

    Fewest new trips to the centre first, then to the laboratory, then the smallest sum of days from the targets, then
    the earliest days.
    """
    ordered = sorted(windows, key=lambda w: (w.target, w.opens, w.closes))
    search = _Search(ordered, sorted({day.toordinal() for day in days}), list(booked))
    return search.result()


class _Search(Generic[Key]):
    """The windows that can be served, the days that matter, and the best way through them."""

    def __init__(self, windows: Sequence[Window[Key]], days: list[int], booked: Sequence[BookedTrip]) -> None:
        self.booked_centre = {trip.on.toordinal() for trip in booked if not trip.local}
        self.booked_local = {trip.on.toordinal() for trip in booked if trip.local} - self.booked_centre
        self.days = days
        self.windows = [window for window in windows if self._can_be_served(window)]
        self.without_day = tuple(window.key for window in windows if not self._can_be_served(window))
        near = [window for window in self.windows if window.local]
        self.at_centre = _Gaps([window for window in self.windows if not window.local])
        self.anywhere = _Gaps(near)
        self.centre_days = sorted(self.booked_centre.union(*(self._days_that_matter(w) for w in self.windows)))
        self.local_days = sorted(self.booked_local.union(*(self._days_that_matter(w) for w in near)))
        self.first = min([*self.centre_days, *self.local_days], default=0)

    def _can_be_served(self, window: Window[Key]) -> bool:
        opens, closes = window.opens.toordinal(), window.closes.toordinal()
        taken = self.booked_centre | self.booked_local if window.local else self.booked_centre
        return bisect_left(self.days, opens) < bisect_right(self.days, closes) or any(
            opens <= day <= closes for day in taken
        )

    def _days_that_matter(self, window: Window[Key]) -> Iterator[int]:
        """Yield the allowed days of a window next to its target, and its first and last."""
        low = bisect_left(self.days, window.opens.toordinal())
        high = bisect_right(self.days, window.closes.toordinal())
        if low < high:
            target = window.target.toordinal()
            after = bisect_left(self.days, target, low, high)
            before = bisect_right(self.days, target, low, high) - 1
            yield from {
                self.days[low],
                self.days[high - 1],
                self.days[max(before, low)],
                self.days[min(after, high - 1)],
            }

    def result(self) -> Trips[Key]:
        found = self._way()
        serves: dict[tuple[int, bool], list[Key]] = {trip: [] for trip in found}
        for window in self.windows:
            serves[_nearest(window, found)].append(window.key)
        trips = (
            Trip(date.fromordinal(day), local, self._is_booked(day, local), tuple(keys))
            for (day, local), keys in serves.items()
            if keys
        )
        return Trips(tuple(trips), self.without_day)

    def _is_booked(self, day: int, local: bool) -> bool:
        return day in (self.booked_local if local else self.booked_centre)

    def _way(self) -> list[tuple[int, bool]]:
        """Return the best trips by day, each with whether it goes to the laboratory."""
        legs: dict[Day, _Leg] = {-inf: _Leg(0, -inf, ())}
        for position, start in enumerate([-inf, *self.centre_days]):
            if start in legs:
                self._go_on(start, self.centre_days[position:], legs)
        trips: list[tuple[int, bool]] = []
        day: Day = inf
        while day != -inf:
            leg = legs[day]
            trips += [(each, True) for each in reversed(leg.between)]
            day = leg.before
            if day != -inf:
                trips.append((int(day), False))
        return trips[::-1]

    def _go_on(self, start: Day, later: Sequence[int], legs: dict[Day, _Leg]) -> None:
        """Enter each trip to the centre that can follow the one on `start`, where this is the best way to it."""
        so_far = legs[start].cost
        near = _Between(self, start)
        for day in (*later, inf):
            missed = self.at_centre.cost(start, day)
            if missed is None:
                return
            between = near.until(day)
            if between is not None:
                cost = so_far + missed * FROM_TARGET + between[0] + self._price(day, self.booked_centre, TO_CENTRE)
                if day not in legs or cost < legs[day].cost:
                    legs[day] = _Leg(cost, start, between[1])
            if day in self.booked_centre:
                return

    def _price(self, day: Day, booked: set[int], weight: int) -> int:
        """Return what a trip on `day` costs by itself; what is booked, and the end of time, cost nothing."""
        return 0 if day == inf or day in booked else weight + int(day) - self.first

    def local_price(self, day: int) -> int:
        return self._price(day, self.booked_local, TO_LABORATORY)


class _Between(Generic[Key]):
    """The best trips to the laboratory between one trip to the centre and the next."""

    def __init__(self, search: _Search[Key], start: Day) -> None:
        self.search = search
        self.ways: list[tuple[Day, int, tuple[int, ...]]] = [(start, 0, ())]
        days = search.local_days
        self.to_come = days[bisect_right(days, start) :]

    def until(self, end: Day) -> tuple[int, tuple[int, ...]] | None:
        """Return cost and days of the trips before `end`, later at each call; None when some window stays unserved."""
        while self.to_come and self.to_come[0] < end:
            day = self.to_come.pop(0)
            way = self._best(day)
            if way is not None:
                cost, days = way
                self.ways.append((day, cost + self.search.local_price(day), (*days, day)))
        return self._best(end)

    def _best(self, day: Day) -> tuple[int, tuple[int, ...]] | None:
        found: tuple[int, tuple[int, ...]] | None = None
        for last, cost, days in reversed(self.ways):
            missed = self.search.anywhere.cost(last, day)
            if missed is None:
                break  # a window lies wholly between; an earlier trip serves it no more than this one
            if found is None or cost + missed * FROM_TARGET < found[0]:
                found = cost + missed * FROM_TARGET, days
            if last in self.search.booked_local:
                break
        return found


class _Gaps(Generic[Key]):
    """What it costs to make no trip between two neighbouring ones."""

    def __init__(self, windows: Sequence[Window[Key]]) -> None:
        self.rows = [(w.target.toordinal(), w.opens.toordinal(), w.closes.toordinal()) for w in windows]
        self.targets = [row[0] for row in self.rows]
        self.known: dict[tuple[Day, Day], int | None] = {}

    def cost(self, start: Day, end: Day) -> int | None:
        """Return the days from the targets between `start` and `end`; None when a window holds neither of the two."""
        if (start, end) not in self.known:
            self.known[start, end] = self._cost(start, end)
        return self.known[start, end]

    def _cost(self, start: Day, end: Day) -> int | None:
        total: Day = 0
        for target, opens, closes in self.rows[bisect_left(self.targets, start) : bisect_left(self.targets, end)]:
            nearest = min(target - start if start >= opens else inf, end - target if end <= closes else inf)
            if nearest == inf:
                return None
            total += nearest
        return int(total)


def _nearest(window: Window[Key], trips: Iterable[tuple[int, bool]]) -> tuple[int, bool]:
    """Return the trip inside the window that is nearest to its target; of two the earlier, then the centre."""
    opens, closes, target = (day.toordinal() for day in (window.opens, window.closes, window.target))
    inside = (trip for trip in trips if opens <= trip[0] <= closes and (window.local or not trip[1]))
    return min(inside, key=lambda trip: (abs(trip[0] - target), trip))
