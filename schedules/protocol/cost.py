"""What a miss would cost: the rank of a timepoint on a worklist."""

from schedules.protocol.definition import Nadir, Phase

SECRETING = 20


def miss_cost(phase: Phase, number: int, nadir: Nadir, *, first: bool, laboratory_only: bool, markers: bool) -> int:
    """Rank what missing timepoint `number` of `phase` would cost, 0 to 999; higher stands first on a list.

    The protocol file names the rank of each rule: counts in the nadir weeks above all, then the other weekly
    counts, the first response assessment, monthly, quarterly, imaging, yearly, laboratory-only. A visit that
    carries a secreting tumour's markers ranks a little above one of its phase that does not.
    """
    if phase.counts_blood and phase.unit == "weeks" and nadir.first_week <= number <= nadir.last_week:
        cost = nadir.cost
    elif first and phase.first_cost is not None:
        cost = phase.first_cost
    elif laboratory_only and phase.between is not None:
        cost = phase.between.cost
    else:
        cost = phase.cost
    return min(cost + SECRETING * markers, 999)
