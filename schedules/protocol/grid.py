"""A protocol's rules compiled once: every timepoint as an offset from the anchor, without any date."""

from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from schedules.protocol.cost import miss_cost
from schedules.protocol.definition import Phase, Protocol
from schedules.protocol.options import Options

DECADE = 120


class Slot(NamedTuple):
    """One timepoint before it has a date; its target lies in or after month `month` after the anchor."""

    timepoint: str
    kind: str
    shift: timedelta | relativedelta
    month: int
    opens: timedelta
    closes: timedelta
    activities: tuple[str, ...]
    phase: str
    offset_unit: str
    offset: int
    before: int
    after: int
    cost: int


def slots_until(protocol: Protocol, options: Options, months: int) -> tuple[Slot, ...]:
    """Return every slot up to `months` after the anchor, and perhaps some after that.

    Raises   OptionError: the protocol does not offer these options.
    """
    decades = max(-(-months // DECADE), 1)
    return _compiled(protocol, options, decades * DECADE)


@lru_cache(maxsize=512)
def _compiled(protocol: Protocol, options: Options, months: int) -> tuple[Slot, ...]:
    protocol.check(options)
    return tuple(
        _slot(protocol, phase, number, options)
        for phase in protocol.phases
        for number in phase_numbers(phase, options, months)
    )


def phase_numbers(phase: Phase, options: Options, months: int) -> list[int]:
    """Return the numbers of a phase's timepoints in its unit; a phase without end is cut after `months`."""
    last = months if phase.last is None else phase.last
    numbers = list(range(phase.start(options), last + 1, phase.step(options)))
    if phase.closing is None:
        return numbers
    return [n for n in numbers if last - n >= phase.closing.replace_under] + [last]


def timepoint_words(timepoint: str) -> str:
    """Return a timepoint within a sentence: "week 8"."""
    return f"{'week' if timepoint[0] == 'W' else 'month'} {timepoint[1:]}"


def _slot(protocol: Protocol, phase: Phase, number: int, options: Options) -> Slot:
    laboratory_only = _is_laboratory_only(phase, number, options)
    markers = options.markers if phase.markers_every and number % phase.markers_every == 0 else ()
    activities = phase.between.activities if laboratory_only and phase.between else phase.activities
    weekly = phase.unit == "weeks"
    offset = number * 7 if weekly else number
    return Slot(
        timepoint=f"{'W' if weekly else 'M'}{number}",
        kind=phase.kind,
        shift=timedelta(days=offset) if weekly else relativedelta(months=offset),
        month=0 if weekly else offset,
        opens=timedelta(days=phase.window_before),
        closes=timedelta(days=phase.window_after),
        activities=tuple(sorted(activities + markers)),
        phase=phase.key,
        offset_unit="days" if weekly else "months",
        offset=offset,
        before=phase.window_before,
        after=phase.window_after,
        cost=miss_cost(
            phase,
            number,
            protocol.nadir,
            first=number == phase.start(options),
            laboratory_only=laboratory_only,
            markers=bool(markers),
        ),
    )


def _is_laboratory_only(phase: Phase, number: int, options: Options) -> bool:
    if phase.between is None:
        return False
    return (number - (phase.after or 0)) % int(getattr(options, phase.between.visits_every)) != 0
