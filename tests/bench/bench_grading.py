"""Grading a mixed blood count and chemistry set, as a share of the bare Decimal comparisons it needs (at least 25 %).

The bare side makes the same products of limits and the same comparisons, in the same order, and nothing else: they were
written down while the set was graded once, and no answer is kept.
"""

from decimal import Decimal
from random import Random

from labs.grading.criteria import VERSIONS, packaged
from labs.grading.grade import Observation, grade
from labs.grading.terms import Criteria
from tests.bench.measure import Figure, at_least, paired, report

SETS = 500
LEAST = 0.25
# Typical value and limits in SI units; None: the laboratory prints no limit on that side.
PANEL = {
    "wbc": (6.0, 4.0, 11.0),
    "anc": (3.5, 1.8, 7.5),
    "alc": (1.6, 0.9, 3.3),
    "platelets": (220, 150, 400),
    "hgb": (135, 120, 175),
    "creatinine": (80, 45, 110),
    "alt": (30, 0, 45),
    "ast": (28, 0, 40),
    "alp": (80, 40, 130),
    "bili_total": (11, 3, 21),
    "sodium": (140, 135, 145),
    "potassium": (4.2, 3.5, 5.0),
    "calcium": (2.35, 2.15, 2.6),
    "magnesium": (0.85, 0.65, 1.05),
    "albumin": (42, 34, 50),
    "glucose": (5.2, 3.9, 5.6),
    "tsh": (2.1, 0.4, 4.5),
}
# Most results are normal; the rest reach every grade on both sides.
FACTORS = (0.05, 0.3, 0.5, 0.7, 0.9, 1, 1, 1, 1, 1, 1, 1.1, 1.3, 2, 4, 8)

Pair = tuple[Decimal, Decimal]


class Written(Decimal):
    """A number that writes down what it is compared and multiplied with."""

    compared: list[Pair] = []
    multiplied: list[Pair] = []

    def __mul__(self, other: Decimal) -> Decimal:
        self.multiplied.append((Decimal(self), Decimal(other)))
        return Decimal(self) * other

    def _compared(self, other: Decimal) -> Decimal:
        self.compared.append((Decimal(self), Decimal(other)))
        return Decimal(self)

    def __lt__(self, other: Decimal) -> bool:
        return self._compared(other) < other

    def __le__(self, other: Decimal) -> bool:
        return self._compared(other) <= other

    def __gt__(self, other: Decimal) -> bool:
        return self._compared(other) > other

    def __ge__(self, other: Decimal) -> bool:
        return self._compared(other) >= other


def observations() -> list[Observation]:
    """Return made-up results, one panel after another, all with limits and a baseline."""
    chance = Random(1)
    return [
        Observation(
            analyte,
            rounded(typical * chance.choice(FACTORS) * chance.uniform(0.95, 1.05)),
            low=rounded(low),
            high=rounded(high),
            baseline=rounded(typical * chance.choice((1, 1, 1, 2))),
            baseline_low=rounded(low),
            baseline_high=rounded(high),
            fasting=True,
        )
        for _ in range(SETS)
        for analyte, (typical, low, high) in PANEL.items()
    ]


def rounded(number: float) -> Decimal:
    return Decimal(f"{number:.3g}")


def needed(results: list[Observation], criteria: Criteria) -> tuple[list[Pair], list[Pair]]:
    """Return the products and the comparisons that grading `results` makes."""
    Written.multiplied, Written.compared = [], []
    for result in results:
        numbers = {key: Written(value) for key, value in result._asdict().items() if isinstance(value, Decimal)}
        grade(result._replace(**numbers), criteria)
    return Written.multiplied, Written.compared


def share(what: str, results: list[Observation], criteria: Criteria) -> Figure:
    multiplied, compared = needed(results, criteria)

    def bare() -> None:
        for one, other in multiplied:
            one * other
        for one, other in compared:
            one < other  # noqa: B015

    def grades() -> None:
        for result in results:
            grade(result, criteria)

    note = f"{len(multiplied):,} products and {len(compared):,} comparisons"
    return at_least(LEAST, what, paired(bare, grades), note)


def run() -> list[Figure]:
    """Return what was measured, for the table of bin/bench."""
    results = observations()
    what = f"{len(results):,} results by CTCAE {{}}: speed as a share of bare Decimal products and comparisons"
    return [share(what.format(version), results, packaged(version)) for version in VERSIONS]


if __name__ == "__main__":
    report(run())
