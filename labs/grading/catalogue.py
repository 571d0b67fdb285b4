"""The analytes that are followed, as labs/analytes.toml lists them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from labs.grading.units import Unit

System = Literal["si", "us"]
PANELS = ("cbc", "chemistry", "thyroid", "markers")
SEXES = ("female", "male")


@dataclass(frozen=True, slots=True)
class DefaultRange:
    """A reference range for one sex (None: both) and age, from `from_days` to before `to_days` (None: no end).

    `low` and `high` belong to the range, in the analyte's unit of `system`; None means that side is open.
    """

    sex: str | None
    from_days: int
    to_days: int | None
    low: Decimal | None
    high: Decimal | None
    system: System
    source: str
    verified: bool


@dataclass(frozen=True, slots=True, eq=False)
class Analyte:
    """One thing a laboratory measures; the same object throughout, so compared by identity.

    `factor` turns a number in the conventional unit into one in the SI unit. It is an approximation, good for the
    hard limits only, when `convertible` is False. Hard limits (SI) are what no living patient exceeds.
    `properties` holds what each LOINC code measures, blank where that is not known.
    """

    key: str
    name: str
    short: str
    panel: str
    order: int
    in_protocol: bool
    synonyms: tuple[str, ...]
    properties: Mapping[str, str]
    si: Unit
    conventional: Unit
    factor: Decimal
    convertible: bool
    valence: int | None
    hard_min: Decimal
    hard_max: Decimal
    ranges: tuple[DefaultRange, ...]

    @property
    def loinc(self) -> tuple[str, ...]:
        """Return the LOINC codes."""
        return tuple(self.properties)

    def unit(self, system: System) -> Unit:
        """Return the unit that results are graded in."""
        return self.si if system == "si" else self.conventional


class Catalogue(Mapping[str, Analyte]):
    """All analytes by key, in the order in which they are shown."""

    def __init__(self, analytes: Iterable[Analyte]) -> None:
        self._by_key = {analyte.key: analyte for analyte in sorted(analytes, key=lambda analyte: analyte.order)}
        self._by_loinc = {code: analyte for analyte in self._by_key.values() for code in analyte.loinc}

    def __getitem__(self, key: str) -> Analyte:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)

    def by_loinc(self, code: str) -> Analyte | None:
        """Return the analyte that a LOINC code belongs to."""
        return self._by_loinc.get(code)

    def find(self, text: str) -> Analyte | None:
        """Return the analyte whose key or LOINC code is `text`; names are never searched."""
        text = text.strip()
        return self._by_key.get(text) or self._by_loinc.get(text)

    def panel(self, name: str) -> tuple[Analyte, ...]:
        """Return the analytes of a panel."""
        return tuple(analyte for analyte in self._by_key.values() if analyte.panel == name)

    def suggestions(self, text: str) -> tuple[Analyte, ...]:
        """Return the analytes a sender may mean by the code or name `text`, for a person to choose from."""
        folded = " ".join(text.split()).casefold()
        return tuple(
            analyte
            for analyte in self._by_key.values()
            if folded in {word.casefold() for word in (analyte.key, analyte.name, analyte.short, *analyte.synonyms)}
        )
