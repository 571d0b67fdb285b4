"""Pure timelines over ten years, as a share of the same number of relativedelta additions (at least 50 %)."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from schedules.protocol import markers_for, packaged_protocol, timeline
from tests.bench.measure import Figure, at_least, paired, report

PATIENTS = 500
SHARE = 0.50
ANCHORS = [date(2012, 1, 1) + timedelta(days=11 * n) for n in range(PATIENTS)]


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    protocol = packaged_protocol().protocol
    options = protocol.default_options(markers_for(protocol, "pheochromocytoma"))
    horizon = relativedelta(years=10)

    def timelines() -> int:
        return sum(len(timeline(protocol, day, options, until=day + horizon)) for day in ANCHORS)

    months = [relativedelta(months=n) for n in range(timelines() // PATIENTS)]

    def additions() -> None:
        for day in ANCHORS:
            for month in months:
                day + month

    what = f"{PATIENTS} timelines of {len(months)} timepoints: speed as a share of bare relativedelta additions"
    return [at_least(SHARE, what, paired(additions, timelines))]


if __name__ == "__main__":
    report(run())
