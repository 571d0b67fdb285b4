"""What a clinician should know before choosing options."""

from itertools import pairwise

from schedules.protocol.definition import Phase, Protocol
from schedules.protocol.grid import phase_numbers
from schedules.protocol.options import Options
from schedules.protocol.timeline import fixed_months


def warnings(protocol: Protocol, options: Options) -> list[str]:
    """Return a sentence for each long gap between scans, and one that names the scans without a visit."""
    sentences = [gap for phase in protocol.phases for gap in _long_gaps(phase, options)]
    if lonely := _scans_without_visit(protocol, options):
        months = ", ".join(map(str, lonely))
        every = options.imaging_interval
        sentences.append(f"Imaging every {every} months puts scans on months without a visit: {months}.")
    return sentences


def _long_gaps(phase: Phase, options: Options) -> list[str]:
    if phase.closing is None or phase.last is None:
        return []
    longest = phase.closing.longest_gap
    return [
        f"Imaging every {phase.step(options)} months leaves {later - earlier} months without a scan, "
        f"more than {longest}: month {earlier} to month {later}."
        for earlier, later in pairwise(phase_numbers(phase, options, phase.last))
        if later - earlier > longest
    ]


def _scans_without_visit(protocol: Protocol, options: Options) -> list[int]:
    end = fixed_months(protocol)
    months: dict[str, set[int]] = {"visit": set(), "imaging": set()}
    for phase in protocol.phases:
        if phase.unit == "months":
            months[phase.kind].update(phase_numbers(phase, options, end))
    return sorted(months["imaging"] - months["visit"])
