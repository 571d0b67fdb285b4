"""The numbers of INRC 2017, each with the text it was taken from: none but one was read in the paper itself."""

from dataclasses import dataclass, fields
from decimal import Decimal

VERSION = "2017"
PAPER = "Park et al., J Clin Oncol 2017;35:2580 (PMC5676955)"
SUMMARY = f"{PAPER}, as the NCI summarises it (PDQ Neuroblastoma Treatment, 2025); its tables were not read"
RECALLED = "general knowledge, read neither in the paper's tables nor in a summary"


@dataclass(frozen=True, slots=True)
class SourcedNumber:
    """A threshold with its source in words; `verified` once somebody has read it in the paper."""

    value: Decimal
    source: str
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InrcRules:
    """The thresholds of INRC: diameters in mm, changes and marrow in per cent, bone scores relative to the baseline.

    "Below" and "over" exclude the number, "least" and "most" include it. `words_verified` stands for what is no number:
    the rules in words, and how components make one response. Whoever has read the paper gives rules of their own, with
    `dataclasses.replace`.
    """

    residual_below_mm: SourcedNumber
    node_below_mm: SourcedNumber
    decrease_least_percent: SourcedNumber
    increase_over_percent: SourcedNumber
    increase_least_mm: SourcedNumber
    bone_response_most: SourcedNumber
    bone_response_least: SourcedNumber
    bone_progression_least: SourcedNumber
    marrow_minimal_most_percent: SourcedNumber
    marrow_increase_over_times: SourcedNumber
    marrow_increase_over_percent: SourcedNumber
    words_source: str = SUMMARY
    words_verified: bool = False

    def unverified(self) -> dict[str, str]:
        """Return the source of each threshold that nobody has read in the paper, by name, and that of the words."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        found = {
            name: number.source
            for name, number in named.items()
            if isinstance(number, SourcedNumber) and not number.verified
        }
        return found if self.words_verified else {**found, "words": self.words_source}


INRC_2017 = InrcRules(
    residual_below_mm=SourcedNumber(Decimal(10), SUMMARY),
    node_below_mm=SourcedNumber(Decimal(10), f"{RECALLED}; the NCI's summary has 15 mm, RECIST 1.1 has 10 mm"),
    decrease_least_percent=SourcedNumber(Decimal(30), SUMMARY),
    increase_over_percent=SourcedNumber(Decimal(20), f"{RECALLED}; RECIST 1.1 and the NCI's summary include 20 %"),
    increase_least_mm=SourcedNumber(Decimal(5), SUMMARY),
    bone_response_most=SourcedNumber(Decimal("0.5"), SUMMARY),
    bone_response_least=SourcedNumber(Decimal("0.1"), f"{RECALLED}: partial response is 0.1 to 0.5"),
    bone_progression_least=SourcedNumber(Decimal("1.2"), SUMMARY),
    marrow_minimal_most_percent=SourcedNumber(Decimal(5), f"{PAPER}, abstract", verified=True),
    marrow_increase_over_times=SourcedNumber(Decimal(2), SUMMARY),
    marrow_increase_over_percent=SourcedNumber(Decimal(20), SUMMARY),
)
