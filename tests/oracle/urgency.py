"""Recomputes how soon a clinician must know of a value: the clinic's table of absolute values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.oracle.values import Value

TIERS = ("", "next_working_day", "same_day", "immediate")  # ascending; blank: nobody need know
EPISODES = {"anc": "counts", "platelets": "counts", "hgb": "counts", "creatinine": "kidney", "potassium": "potassium"}
CREATININE_UNKNOWN = "next_working_day"  # without a baseline and an upper limit


def steps_of(urgency: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the steps of each analyte, from the whole rule or from its steps alone."""
    steps: dict[str, list[dict[str, Any]]] = urgency.get("steps", urgency)
    return steps


def worse(one: str, other: str) -> str:
    """Return the more urgent of two tiers."""
    return max(one, other, key=TIERS.index)


def is_more(one: str, than: str) -> bool:
    """Tell whether a tier is more urgent than another."""
    return TIERS.index(one) > TIERS.index(than)


def may_be_below(value: Value, limit: Decimal) -> bool:
    """Tell whether a value is below a limit, or may be."""
    return value.low < limit


def may_be_above(value: Value, limit: Decimal) -> bool:
    """Tell whether a value is above a limit, or may be."""
    return value.high > limit


def tier_of(steps: list[dict[str, Any]], value: Value, *, is_first: bool, baseline: Decimal | None) -> str:
    """Return the tier of one value: the worst step that it reaches or may reach.

    `is_first`: whether none of the episode reached the step before that is for the first value alone. `baseline`: what
    a step in multiples is measured by; without it such a step says nothing.
    """
    tier = ""
    for step in steps:
        if step.get("first") and not is_first:
            continue
        reached = (
            ("below" in step and may_be_below(value, Decimal(str(step["below"]))))
            or ("above" in step and may_be_above(value, Decimal(str(step["above"]))))
            or ("times_baseline" in step and baseline and may_be_above(value, step["times_baseline"] * baseline))
        )
        if reached:
            tier = worse(tier, step["tier"])
    return tier


def direction(steps: list[dict[str, Any]], value: Value) -> str:
    """Return whether a value is told of as too low or as too high."""
    lows = [Decimal(str(step["below"])) for step in steps if "below" in step]
    return "low" if lows and may_be_below(value, max(lows)) else "high"
