"""Fewest trips of one patient over the first two years: at most 50 ms, from the day of the treatment on.

The longest case there is: weekly counts, monthly and quarterly visits and scans, every one still open, nothing booked.
"""

from datetime import date, timedelta
from statistics import median

from dateutil.relativedelta import relativedelta

from schedules import protocol as rules
from schedules.protocol.bundles import Window, fewest_trips
from tests.bench.measure import Figure, report, seconds

MOST = 0.050
ROUNDS = 15
YEARS = relativedelta(years=2)


def two_years(anchor: date, interval: int, *, near_home: bool) -> list[Window[str]]:
    """Return the windows of a patient treated on `anchor`; `near_home`: the laboratory does for blood."""
    protocol = rules.packaged_protocol().protocol
    options = rules.Options(imaging_interval=interval)
    return [
        Window(
            f"{p.timepoint} {p.kind}",
            p.target,
            p.opens,
            p.closes,
            local=near_home and all(rules.is_specimen(a) for a in p.activities),
        )
        for p in rules.timeline(protocol, anchor, options, until=anchor + YEARS)
    ]


def main() -> None:
    """Print the figures; end with 1 when one is too slow."""
    calendar = rules.WorkingCalendar("ES")
    figures = []
    for what, near_home in (("all at the centre", False), ("blood near home", True)):
        times = []
        for number in range(ROUNDS):
            anchor = date(2024, 1, 29) + timedelta(days=number)
            windows = two_years(anchor, 6 + number % 7, near_home=near_home)
            span = (anchor + YEARS + timedelta(days=30) - anchor).days
            days = [day for n in range(span) if calendar.is_working(day := anchor + timedelta(days=n))]
            times.append(seconds(lambda w=windows, d=days: fewest_trips(w, d)))
        kept = max(times) <= MOST
        figure = f"{median(times) * 1000:.1f} ms, at worst {max(times) * 1000:.1f} ms of {MOST * 1000:.0f} ms"
        figures.append(Figure(f"Fewest trips of two years, {what}", f"{figure}: {'kept' if kept else 'MISSED'}", kept))
    report(figures)


if __name__ == "__main__":
    main()
