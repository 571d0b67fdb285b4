"""What a made-up patient's blood and urine hold on a day. Pure: numbers from days and a chance of their own.

Nobody is treated by these numbers, so they are made with floats; what is written is a decimal.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import cos, pi
from pathlib import Path
from random import Random

CBC = ("hgb", "wbc", "anc", "alc", "monocytes", "eosinophils", "basophils", "platelets", "mcv")
CHEMISTRY = ("creatinine", "urea", "sodium", "potassium", "alt", "ast", "alp", "bili_total", "albumin", "calcium")
PANELS: Mapping[str, tuple[str, ...]] = {
    "cbc": CBC,
    "chemistry": CHEMISTRY,
    "thyroid": ("tsh", "ft4"),
    "metanephrines": ("nmn_free_plasma", "mn_free_plasma"),
    "hva_vma": ("hva_creat_urine", "vma_creat_urine"),
    "chromogranin_a": ("cga",),
    "5_hiaa": ("hiaa_urine_24h",),
    "calcitonin_cea": ("calcitonin", "cea"),
}
MARKERS = frozenset(key for name, keys in PANELS.items() if name not in ("cbc", "chemistry", "thyroid") for key in keys)
CHILD = {"creatinine": 0.5, "alp": 2.6, "platelets": 0.9, "hgb": 0.97, "alc": 1.6}
# What is left of the counts in the nadir weeks, by how hard the treatment hits.
DEPTHS: Mapping[str, Mapping[str, float]] = {
    "mild": {"platelets": 0.5, "anc": 0.5, "hgb": 0.93, "alc": 0.45, "monocytes": 0.7},
    "moderate": {"platelets": 0.24, "anc": 0.3, "hgb": 0.84, "alc": 0.3, "monocytes": 0.5},
    "severe": {"platelets": 0.08, "anc": 0.1, "hgb": 0.62, "alc": 0.2, "monocytes": 0.3},
}
FALLS_FROM, NADIR_FROM, NADIR_TO, RISEN = 8, 30, 38, 74  # days since the infusion
RISEN_TO = 0.96
DAY_TO_DAY = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One analyte as labs/demo/analytes.toml lists it; without `usual` it is the sum of others."""

    code: str
    unit: str
    decimals: int
    usual: float = 0
    spread: float = 0
    low: Decimal | None = None
    high: Decimal | None = None
    assay: str = ""


@cache
def measured() -> Mapping[str, Measured]:
    """Return what the demo's laboratory measures, by the key of the analyte."""
    text = Path(__file__).with_name("analytes.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text, parse_float=Decimal)
    for each in found.values():
        each |= {name: Decimal(each[name]) for name in ("low", "high") if name in each}
    return {key: Measured(**each) for key, each in found.items()}


@dataclass(frozen=True)
class Body:
    """One patient's own usual values, and how hard the treatment hits the marrow."""

    usual: Mapping[str, float]
    depth: str

    @classmethod
    def of(cls, chance: Random, *, child: bool, depth: str) -> "Body":
        """Return a made-up patient's usual values."""
        usual = {}
        for key, each in measured().items():
            spread, factor = float(each.spread), CHILD.get(key, 1.0) if child else 1.0
            usual[key] = float(each.usual) * factor * chance.uniform(1 - spread, 1 + spread)
        return cls(usual, depth)

    def panel(self, name: str, day: int | None, chance: Random, **changed: float) -> dict[str, str]:
        """Return the written values of a panel `day` days after the infusion (None: before); `changed` go first."""
        return dict(self._values(name, day, chance, changed))

    def _values(
        self, name: str, day: int | None, chance: Random, changed: Mapping[str, float]
    ) -> Iterator[tuple[str, str]]:
        cells = {key: self._value(key, day, chance) for key in PANELS[name] if key != "wbc"} | {
            key: value for key, value in changed.items() if key in PANELS[name]
        }
        if name == "cbc" and "wbc" not in cells:
            cells["wbc"] = sum(cells[key] for key in ("anc", "alc", "monocytes", "eosinophils", "basophils"))
        for key in PANELS[name]:
            yield key, written(key, cells[key])

    def _value(self, key: str, day: int | None, chance: Random) -> float:
        left = DEPTHS[self.depth].get(key, 1.0)
        factor = 1.0 if day is None else response(day) if key in MARKERS else course(day, left)
        return self.usual[key] * factor * chance.uniform(1 - DAY_TO_DAY, 1 + DAY_TO_DAY)


def course(day: int, left: float) -> float:
    """Return what part of a count is there on a day: it falls to `left` in the nadir weeks and comes back."""
    if day <= FALLS_FROM or left == 1.0:
        return 1.0
    if day < NADIR_FROM:
        return eased(1.0, left, (day - FALLS_FROM) / (NADIR_FROM - FALLS_FROM))
    if day <= NADIR_TO:
        return left
    return eased(left, RISEN_TO, min(1.0, (day - NADIR_TO) / (RISEN - NADIR_TO)))


def response(day: int) -> float:
    """Return what part of a tumour marker is left on a day: it halves in the first half year."""
    return eased(1.0, 0.5, min(1.0, day / 180))


def eased(start: float, end: float, way: float) -> float:
    """Return where one is on the way from `start` to `end`, slow at both."""
    return start + (end - start) * (1 - cos(pi * way)) / 2


def written(key: str, value: float) -> str:
    """Return a value with the decimals a laboratory writes."""
    return str(Decimal(str(max(value, 0))).quantize(Decimal(1).scaleb(-measured()[key].decimals)))
