"""Place a reported number in the unit system it is graded in, and know its limits."""

from dataclasses import replace
from datetime import date
from decimal import Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from labs.grading.catalogue import Analyte, Catalogue, DefaultRange, System
from labs.grading.catalogue_file import CatalogueUnsound, age_threshold, catalogue, load
from labs.grading.units import Unit, ratio, read_unit, times, written_out

__all__ = [
    "Analyte",
    "Catalogue",
    "CatalogueUnsound",
    "DefaultRange",
    "Misfit",
    "Placed",
    "System",
    "accepted_units",
    "age_in_days",
    "catalogue",
    "coding_error",
    "default_range",
    "in_si",
    "likely_units",
    "load",
    "out_of_hard_limits",
    "place",
]


class Placed(NamedTuple):
    """A number in the unit its system grades in: as reported when that is its unit, moved within the system if not."""

    system: System
    value: Decimal
    unit: str


class Misfit(NamedTuple):
    """Why a number cannot be placed, in a sentence that names the remedy."""

    reason: str


class _Fit(NamedTuple):
    system: System
    factor: Decimal | None  # None: the number stays as it was reported
    unit: str


SYSTEMS: tuple[System, System] = ("si", "us")
SMALL_VOLUMES = ("dL", "mL", "uL", "nL")
LIMIT = Context(prec=4)


def place(analyte: Analyte, value: Decimal, unit: str) -> Placed | Misfit:
    """Return `value` in the unit system that `unit`, as spelled on the report, belongs to."""
    fit = _fit(analyte, unit)
    if isinstance(fit, Misfit):
        return fit
    return Placed(fit.system, value if fit.factor is None else times(value, fit.factor), fit.unit)


@lru_cache(maxsize=8192)
def _fit(analyte: Analyte, spelled: str) -> _Fit | Misfit:
    accepted = f"accepted for {analyte.name}: {', '.join(accepted_units(analyte))}"
    if not spelled.strip():
        return Misfit(f"no unit is reported; {accepted}")
    unit = read_unit(spelled)
    if unit is None:
        return Misfit(f"the unit {spelled.strip()!r} is not known; {accepted}")
    unit = _as_measured(analyte, unit)
    systems = [system for system in SYSTEMS if analyte.unit(system).dimension == unit.dimension]
    if not systems:
        return Misfit(f"{unit.code} measures {unit.dimension}, which does not fit; {accepted}{_hint(analyte, unit)}")
    system = systems[0] if len(systems) == 1 else _nearer(analyte, unit)
    own = analyte.unit(system)
    return _Fit(system, None if unit.factor == own.factor else ratio(unit, own), own.code)


def _as_measured(analyte: Analyte, unit: Unit) -> Unit:
    """Return `unit` as this analyte's laboratories mean it, where that is exact."""
    wanted = {analyte.si.dimension, analyte.conventional.dimension}
    if unit.dimension == "equivalent concentration" and analyte.valence:
        return unit._replace(dimension="substance concentration", factor=unit.factor / analyte.valence)
    if {unit.dimension, *wanted} == {"catalytic concentration", "arbitrary concentration"} and "kat" not in unit.code:
        # U and IU are written for each other: enzymes in IU/L are U/L, TSH in mU/L is mIU/L.
        return unit._replace(dimension=wanted.pop())
    for plain, creatinine in (
        ("mass fraction", "mass per creatinine mass"),
        ("substance fraction", "substance per creatinine substance"),
    ):
        if unit.dimension == plain and creatinine in wanted:
            return unit._replace(dimension=creatinine)
    return unit


def _nearer(analyte: Analyte, unit: Unit) -> System:
    """Return the system whose unit is spelled more like `unit`: per litre is SI, per smaller volume is not."""
    if unit.code in (analyte.si.code, analyte.conventional.code):
        return "si" if unit.code == analyte.si.code else "us"
    return "us" if unit.code.partition("/")[2] in SMALL_VOLUMES else "si"


def _hint(analyte: Analyte, unit: Unit) -> str:
    if analyte.key == "hgb" and unit.dimension == "substance concentration":
        return "; hemoglobin in mmol/L is not graded: mmol of what (monomer, tetramer) is not agreed"
    if unit.dimension == "equivalent concentration":
        return "; its equivalents have no fixed charge"
    return ""


def accepted_units(analyte: Analyte) -> tuple[str, ...]:
    """Return the units a number may come in, the analyte's own first; others of the same kind are read too."""
    own = dict.fromkeys((analyte.si.code, analyte.conventional.code))
    if analyte.si.code == "10*9/L":
        own["/uL"] = None
    if analyte.valence:
        own["meq/L"] = None
    return tuple(own)


def likely_units(analyte: Analyte, value: Decimal) -> tuple[str, ...]:
    """Return the accepted units in which `value` would be possible in a patient."""
    placed = {unit: place(analyte, value, unit) for unit in accepted_units(analyte)}
    return tuple(
        unit for unit, it in placed.items() if isinstance(it, Placed) and out_of_hard_limits(analyte, it) is None
    )


def in_si(analyte: Analyte, placed: Placed) -> Decimal | None:
    """Return the number in the analyte's SI unit; None where no exact factor exists."""
    if placed.system == "si":
        return placed.value
    return times(placed.value, analyte.factor) if analyte.convertible else None


def out_of_hard_limits(analyte: Analyte, placed: Placed) -> str | None:
    """Return why no patient has this value; None when it is possible. The limits themselves are possible."""
    factor = analyte.factor if placed.system == "us" else Decimal(1)
    value = placed.value * factor
    if analyte.hard_min <= value <= analyte.hard_max:
        return None
    above = value > analyte.hard_max
    limit = _limit(analyte.hard_max if above else analyte.hard_min, 1 / factor)
    return (
        f"{analyte.name} {placed.value} {placed.unit} is {'above the most' if above else 'below the least'} "
        f"that is possible ({limit}): a unit slip?"
    )


def coding_error(analyte: Analyte, loinc: str, unit: str) -> str | None:
    """Return how a LOINC code contradicts the unit: a mass code with a molar unit; None when it does not."""
    measured, read = analyte.properties.get(loinc), read_unit(unit)
    if not measured or read is None:
        return None
    read = _as_measured(analyte, read)
    if read.dimension == measured:
        return None
    return f"LOINC {loinc} is for {measured}, {read.code} measures {read.dimension}: code or unit is wrong"


def age_in_days(born: date, on: date) -> int:
    """Return the age in days of months of mean length, so that each birthday is the first day of its year of age."""
    age = relativedelta(on, born)
    months = age.years * 12 + age.months
    return min(age_threshold(months, "mo") + age.days, age_threshold(months + 1, "mo") - 1)


def default_range(analyte: Analyte, *, sex: str | None, age_days: int | None, system: System) -> DefaultRange | None:
    """Return the range for a person of `age_days` (`age_in_days`), in the unit of `system`.

    None where none is known for that age and sex, or the age is not known. A limit that has to be converted is
    rounded to four digits.
    """
    if age_days is None:
        return None
    for each in analyte.ranges:
        if each.sex in (None, sex) and each.from_days <= age_days < (each.to_days or age_days + 1):
            return _in_system(analyte, each, system)
    return None


def _in_system(analyte: Analyte, each: DefaultRange, system: System) -> DefaultRange | None:
    if each.system == system:
        return each
    if not analyte.convertible:
        return None
    factor = analyte.factor if system == "si" else 1 / analyte.factor
    low, high = (None if limit is None else _limit(limit, factor) for limit in (each.low, each.high))
    return replace(each, low=low, high=high, system=system)


def _limit(limit: Decimal, factor: Decimal) -> Decimal:
    return written_out(LIMIT.multiply(limit, factor).normalize())
