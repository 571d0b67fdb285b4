"""The numbers of what a clinician is offered beyond the plan."""

from dataclasses import dataclass

from labs.rules.values import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersRule(Rule):
    """The weeks whose draws may carry a chemistry, and when a work-up is offered; windows in days on either side."""

    chemistry_first_week: int
    chemistry_second_week: int
    chemistry_window_days: int
    workup_after_days: int
    workup_window_days: int
