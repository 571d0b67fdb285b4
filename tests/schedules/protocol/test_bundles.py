"""Fewest trips: the classic cases, and every small case against trying all."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from schedules import protocol as rules
from schedules.protocol.bundles import BookedTrip, Trips, Window, fewest_trips

ANCHOR = date(2024, 1, 31)
FIRST = date(2024, 1, 1)
Cost = tuple[int, int, int, int]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def working_days(first: date, count: int) -> list[date]:
    return [d for n in range(count) if (d := first + timedelta(days=n)).weekday() < 5]


def planned(*names: str, until: date = date(2025, 2, 28)) -> list[Window[str]]:
    """The windows of the packaged protocol's timepoints; week counts can be drawn near home."""
    protocol = rules.packaged_protocol().protocol
    points = rules.timeline(protocol, ANCHOR, rules.Options(), until=until)
    return [
        Window(f"{p.timepoint} {p.kind}", p.target, p.opens, p.closes, local=p.phase == "weeks")
        for p in points
        if not names or f"{p.timepoint} {p.kind}" in names
    ]


def told(found: Trips[str]) -> list[tuple[date, bool, bool, list[str]]]:
    return [(trip.on, trip.local, trip.booked, list(trip.serves)) for trip in found.trips]


def test_week_8_and_month_2_are_one_trip() -> None:
    windows = [Window(w.key, w.target, w.opens, w.closes) for w in planned("W8 visit", "M2 visit")]

    found = fewest_trips(windows, working_days(ANCHOR, 90))

    # both windows are open 24 to 30 March; every day of 27 to 29 is 4 days from the two targets: the earliest
    assert told(found) == [(date(2024, 3, 27), False, False, ["W8 visit", "M2 visit"])]


def test_blood_near_home_leaves_the_trips_to_the_centre_to_scans_and_visits() -> None:
    windows = planned("W7 visit", "W8 visit", "M2 visit", "M3 visit", "M3 imaging")

    found = fewest_trips(windows, working_days(ANCHOR, 120))

    assert told(found) == [
        (date(2024, 3, 20), True, False, ["W7 visit"]),
        (date(2024, 3, 27), False, False, ["W8 visit", "M2 visit"]),
        (date(2024, 4, 30), False, False, ["M3 imaging", "M3 visit"]),
    ]


def test_booked_trip_is_joined_instead_of_another_one() -> None:
    windows = planned("W8 visit", "M2 visit")

    found = fewest_trips(windows, working_days(ANCHOR, 90), [BookedTrip(date(2024, 3, 25))])

    assert told(found) == [(date(2024, 3, 25), False, True, ["W8 visit", "M2 visit"])]


def test_trip_booked_to_the_laboratory_serves_no_scan() -> None:
    windows = planned("W8 visit", "M2 visit")

    found = fewest_trips(windows, working_days(ANCHOR, 90), [BookedTrip(date(2024, 3, 27), local=True)])

    assert told(found) == [
        (date(2024, 3, 27), True, True, ["W8 visit"]),
        (date(2024, 4, 1), False, False, ["M2 visit"]),
    ]


def test_window_without_an_allowed_day_is_listed() -> None:
    allowed = [d for d in working_days(ANCHOR, 90) if d < date(2024, 3, 24)]

    found = fewest_trips(planned("W7 visit", "W8 visit", "M2 visit"), allowed)

    assert found.without_day == ("W8 visit", "M2 visit")
    assert told(found) == [(date(2024, 3, 20), True, False, ["W7 visit"])]


def test_nothing_to_do_is_no_trip() -> None:
    assert fewest_trips([], working_days(ANCHOR, 30)) == Trips((), ())
    assert fewest_trips([], [], [BookedTrip(ANCHOR)]) == Trips((), ())


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Window[int]], list[date], list[BookedTrip]]:
    """Up to five windows within nine days, some days allowed, up to two trips booked."""
    windows = []
    for key in range(draw(st.integers(0, 5))):
        opens, target, closes = sorted(draw(st.lists(st.integers(0, 8), min_size=3, max_size=3)))
        windows.append(Window(key, day(target), day(opens), day(closes), draw(st.booleans())))
    allowed = [day(n) for n in sorted(draw(st.sets(st.integers(0, 8), max_size=7)))]
    booked = draw(st.dictionaries(st.integers(0, 8), st.booleans(), max_size=2))
    return windows, allowed, [BookedTrip(day(n), local) for n, local in booked.items()]


def cost_of(
    windows: Sequence[Window[int]], trips: Sequence[tuple[date, bool]], booked: Sequence[BookedTrip]
) -> Cost | None:
    """What these trips cost with the booked ones: centre, laboratory, days from targets, days; None: not served."""
    there = [*trips, *booked]
    distance = 0
    for window in windows:
        inside = [
            abs((on - window.target).days)
            for on, local in there
            if window.opens <= on <= window.closes and (window.local or not local)
        ]
        if not inside:
            return None
        distance += min(inside)
    near = sum(local for _, local in trips)
    return len(trips) - near, near, distance, sum((on - FIRST).days for on, _ in trips)


def subsets(days: Sequence[date]) -> Iterator[tuple[date, ...]]:
    for size in range(len(days) + 1):
        yield from combinations(days, size)


def best_of_all(
    windows: Sequence[Window[int]], allowed: Sequence[date], booked: Sequence[BookedTrip]
) -> tuple[Cost, set[int]]:
    """The least cost of any trips, found by trying all, and what they serve."""
    servable = [
        w
        for w in windows
        if any(w.opens <= d <= w.closes for d in allowed)
        or any(w.opens <= trip.on <= w.closes and (w.local or not trip.local) for trip in booked)
    ]
    costs = (
        cost_of(servable, [*((d, False) for d in centre), *((d, True) for d in near)], booked)
        for centre in subsets(allowed)
        for near in (subsets(allowed) if any(w.local for w in servable) else [()])
        if not set(centre) & set(near)
    )
    return min(cost for cost in costs if cost is not None), {w.key for w in servable}


@settings(max_examples=250)
@given(cases())
def test_no_other_trips_are_better(case: tuple[list[Window[int]], list[date], list[BookedTrip]]) -> None:
    windows, allowed, booked = case
    best, servable = best_of_all(windows, allowed, booked)

    found = fewest_trips(windows, allowed, booked)

    made = [(trip.on, trip.local) for trip in found.trips if not trip.booked]
    assert cost_of([w for w in windows if w.key in servable], made, booked) == best
    assert set(found.without_day) == {w.key for w in windows} - servable
    assert sorted(key for trip in found.trips for key in trip.serves) == sorted(servable)
    assert {on for on, _ in made} <= set(allowed)
    by_key = {w.key: w for w in windows}
    for trip in found.trips:
        for key in trip.serves:
            assert by_key[key].opens <= trip.on <= by_key[key].closes
            assert by_key[key].local or not trip.local
