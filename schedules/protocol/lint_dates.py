"""What the dates of a protocol show: windows that overlap or hold no working day, gaps, ends of months. Pure."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from dateutil.relativedelta import relativedelta

from schedules.protocol.calendar import WorkingCalendar, closed_spans
from schedules.protocol.definition import Phase, Protocol
from schedules.protocol.findings import Finding, Severity
from schedules.protocol.grid import timepoint_words
from schedules.protocol.options import Options
from schedules.protocol.timeline import PlannedTimepoint, timeline
from schedules.protocol.trace import words

# The last and the first days of months, in and out of a leap year: where months differ most.
ANCHORS = (date(2024, 1, 31), date(2023, 1, 31), date(2024, 2, 29), date(2023, 3, 1), date(2023, 12, 31))
CLAMPED = 3  # a month's end moves a target by at most three days (31 to 28)
DAYS_OF_A_MONTH = 31
CALENDAR_YEARS = relativedelta(years=3)
WORDS = {"visit": "visit", "imaging": "scan"}
COMMON = 1 / 100  # the share of target days from which a window without a working day is more than a rarity


def default_points(protocol: Protocol, anchor: date) -> list[PlannedTimepoint]:
    """Return ten years of the timeline nobody chose anything for."""
    return timeline(protocol, anchor, protocol.default_options(), until=anchor + relativedelta(years=10))


def overlaps(protocol: Protocol) -> Iterator[Finding]:
    """Find windows in which one draw or scan could stand for two timepoints."""
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for anchor in ANCHORS:
        by_activity: dict[str, list[PlannedTimepoint]] = {}
        for point in default_points(protocol, anchor):
            for activity in point.activities:
                by_activity.setdefault(activity, []).append(point)
        for activity, points in sorted(by_activity.items()):
            for earlier, later in pairwise(points):
                if later.opens <= earlier.closes and later.timepoint != earlier.timepoint:
                    found.setdefault((earlier.phase, later.phase), (activity, earlier.timepoint, later.timepoint))
    units = {phase.key: phase.unit for phase in protocol.phases}
    pairs = {frozenset(pair): (pair, example) for pair, example in reversed(found.items())}
    for (first, second), (activity, earlier_name, later_name) in pairs.values():
        meeting = units[first] != units[second]
        why = ": weeks and months meet there; one draw serves both once the counts have recovered" if meeting else ""
        yield Finding(
            "overlap",
            Severity.NOTE if meeting else Severity.WARNING,
            f"phases.{second}.window",
            f"The windows of {timepoint_words(earlier_name)} and {timepoint_words(later_name)} overlap "
            f"({protocol.activities[activity]}){why}.",
            "Nothing to do when that is meant." if meeting else "Make the window narrower than the step.",
        )


def gaps(protocol: Protocol) -> Iterator[Finding]:
    """Find joins of two phases that leave more time than either of them takes from one timepoint to the next."""
    options = protocol.default_options()
    phases = {phase.key: phase for phase in protocol.phases}
    for kind in ("visit", "imaging"):
        points = [point for point in default_points(protocol, ANCHORS[0]) if point.kind == kind]
        for earlier, later in pairwise(points):
            if earlier.phase == later.phase:
                continue
            days = (later.target - earlier.target).days
            longest = max(step_days(phases[point.phase], options) for point in (earlier, later))
            if days > longest:
                yield Finding(
                    "gap",
                    Severity.WARNING,
                    f"phases.{later.phase}",
                    f"From {timepoint_words(earlier.timepoint)} to {timepoint_words(later.timepoint)} are {days} days "
                    f"without a planned {WORDS[kind]}, more "
                    f"than the {longest} days between two timepoints of either phase.",
                    f"Let “{phases[later.phase].name}” begin earlier.",
                )


def step_days(phase: Phase, options: Options) -> int:
    """Return the days from one timepoint of a phase to the next, at most."""
    return phase.step(options) * (7 if phase.unit == "weeks" else DAYS_OF_A_MONTH)


def without_working_day(protocol: Protocol, calendar: WorkingCalendar, today: date) -> Iterator[Finding]:
    """Find windows that may hold no working day of the clinic's calendar."""
    last = today + CALENDAR_YEARS
    days = (last - today).days + 1
    for phase in protocol.phases:
        width = phase.window_before + phase.window_after + 1
        spans = closed_spans(today, last, calendar.is_working, at_least=width)
        targets = sum((until - since).days + 2 - width for since, until in spans)
        if not targets:
            continue
        since, until = spans[0]
        yield Finding(
            "no_working_day",
            Severity.WARNING if targets / days > COMMON else Severity.NOTE,
            f"phases.{phase.key}.window",
            f"“{phase.name}”: in the next three years {targets} of {days} target days have no working day in their "
            f"window, first with the clinic closed from {words(since)} to {words(until)}.",
            "Widen the window, or expect to decide by hand on those days.",
        )


def month_ends(protocol: Protocol) -> Iterator[Finding]:
    """Find phases in months, whose targets move to the last day of a shorter month."""
    after = "After an infusion on the 29th to 31st, a target in a shorter month is that month's last day, up to "
    within = [phase for phase in protocol.phases if phase.unit == "months"]
    for phase in within:
        if min(phase.window_before, phase.window_after) < CLAMPED:
            yield Finding(
                "month_end",
                Severity.WARNING,
                f"phases.{phase.key}.window",
                f"{after}{CLAMPED} days sooner: more than the window of “{phase.name}” leaves.",
                f"Give the window {CLAMPED} days to either side.",
            )
    if within:
        yield Finding(
            "month_end",
            Severity.NOTE,
            "phases",
            f"{after}{CLAMPED} days sooner. Every target counts from the infusion, so the shifts never accumulate.",
            "Nothing to do.",
        )
