"""The thresholds of INRC 2017 as a clinic has them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from imaging.models import ImagingPolicy
from imaging.response.inrc import INRC_2017, InrcRules, SourcedNumber

# How each threshold is asked for, with its unit and the most it can be.
THRESHOLDS: Mapping[str, tuple[str, str, Decimal]] = {
    "residual_below_mm": ("Complete response: residual tumour below", "mm", Decimal(100)),
    "node_below_mm": ("Complete response: lymph node below", "mm", Decimal(100)),
    "decrease_least_percent": ("Partial response: decrease of at least", "%", Decimal(100)),
    "increase_over_percent": ("Progression: growth of more than", "%", Decimal(1000)),
    "increase_least_mm": ("Progression: growth of at least", "mm", Decimal(100)),
    "bone_response_most": ("Bone, partial response: relative score of at most", "", Decimal(10)),
    "bone_response_least": ("Bone, partial response: relative score of at least", "", Decimal(10)),
    "bone_progression_least": ("Bone, progression: relative score of at least", "", Decimal(10)),
    "marrow_minimal_most_percent": ("Marrow, minimal disease: tumour of at most", "%", Decimal(100)),
    "marrow_increase_over_times": ("Marrow, progression: multiple of the baseline of more than", "", Decimal(100)),
    "marrow_increase_over_percent": ("Marrow, progression: tumour of more than", "%", Decimal(100)),
}
WORDS = "words"  # what is no number: the rules in words, and how the parts make one response


def rules_of(policy: ImagingPolicy) -> InrcRules:
    """Return the rules by which a clinic computes INRC: those shipped, but for what it has set."""
    return with_own(policy.inrc)


def with_own(stored: Mapping[str, Mapping[str, Any]]) -> InrcRules:
    """Return the shipped rules with what a clinic has `stored`: by name `value`, `source` and `verified`."""
    own: dict[str, Any] = {
        name: SourcedNumber(Decimal(each["value"]), each["source"], each["verified"])
        for name, each in stored.items()
        if name != WORDS
    }
    if words := stored.get(WORDS):
        own |= {"words_source": words["source"], "words_verified": words["verified"]}
    return replace(INRC_2017, **own)
