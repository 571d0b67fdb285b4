"""Values computed from those of one specimen; each keeps its inputs, and says why where it cannot be computed."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from labs.rules.names import spoken
from labs.rules.values import Rule, Sample

PRECISION = Context(prec=18, rounding=ROUND_HALF_UP)
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeriveRule(Rule):
    """The constants of the formulas, and by absolute count the sets of percentages that add up to it."""

    creatinine_umol_per_mg_dl: Decimal
    schwartz_factor: Decimal
    schwartz_from_years: int
    adult_from_years: int
    height_max_age_days: int
    calcium_per_albumin: Decimal
    calcium_albumin: Decimal
    counts: Mapping[str, tuple[tuple[str, ...], ...]]


class Person(NamedTuple):
    """What the formulas need of a patient: birth date, sex ("female", "male", else unknown), height with its day."""

    birth_date: date
    sex: str
    height_cm: Decimal | None = None
    height_on: date | None = None


class Derived(NamedTuple):
    """A derived value in SI units, None with the reason where it cannot be computed; the formula, with its inputs."""

    analyte: str
    value: Decimal | None
    formula: str
    samples: tuple[Hashable, ...]
    inputs: tuple[tuple[str, Decimal | int | str], ...] = ()
    comparator: str = ""
    reason: str = ""

    @property
    def is_bound(self) -> bool:
        """Say whether this only limits the analyte."""
        return self.comparator != ""


def derived(rule: DeriveRule, specimen: Mapping[str, Sample], person: Person) -> list[Derived]:
    """Return everything that follows from the values of one `specimen`, by analyte.

    What the laboratory reported itself is not derived again. A censored or bounded input gives no value but a bound of
    the ANC from the WBC.
    """
    found = []
    if (creatinine := specimen.get("creatinine")) and "egfr" not in specimen:
        found.append(egfr(rule, creatinine, person))
    calcium, albumin = specimen.get("calcium"), specimen.get("albumin")
    if calcium and albumin and "calcium_corrected" not in specimen:
        found.append(corrected_calcium(rule, calcium, albumin))
    if wbc := specimen.get("wbc"):
        found += _from_wbc(rule, specimen, wbc)
    return found


def _from_wbc(rule: DeriveRule, specimen: Mapping[str, Sample], wbc: Sample) -> list[Derived]:
    found = []
    for analyte, sets in rule.counts.items():
        whole = next((each for each in sets if all(percent in specimen for percent in each)), None)
        if whole and analyte not in specimen:
            found.append(absolute_count(analyte, wbc, [specimen[percent] for percent in whole]))
    known = "anc" in specimen or any(each.analyte == "anc" and each.value is not None for each in found)
    bound = None if known else anc_bound(wbc)
    return [*(each for each in found if each.analyte != "anc"), bound] if bound else found


def egfr(rule: DeriveRule, creatinine: Sample, person: Person) -> Derived:
    """Return the eGFR in mL/min/1.73 m2, to a tenth: CKD-EPI 2021 for adults, bedside Schwartz for children.

    Source   Inker et al., N Engl J Med 2021;385:1737; Schwartz et al., J Am Soc Nephrol 2009;20:629.
    """
    age = relativedelta(creatinine.day, person.birth_date).years
    adult = age >= rule.adult_from_years
    formula = "CKD-EPI 2021" if adult else "bedside Schwartz"
    inputs: tuple[tuple[str, Decimal | int | str], ...] = (
        ("creatinine_umol_l", creatinine.value),
        ("age_years", age),
        ("sex", person.sex) if adult else ("height_cm", person.height_cm or ""),
    )
    answer = Derived("egfr", None, formula, (creatinine.id,), inputs)
    if reason := _obstacle(rule, creatinine, person, age):
        return answer._replace(reason=reason)
    mg_dl = PRECISION.divide(creatinine.value, rule.creatinine_umol_per_mg_dl)
    if adult:
        return answer._replace(value=_tenth(ckd_epi_2021(mg_dl, age, female=person.sex == "female")))
    height = person.height_cm or Decimal(0)
    return answer._replace(value=_tenth(PRECISION.divide(rule.schwartz_factor * height, mg_dl)))


def _obstacle(rule: DeriveRule, creatinine: Sample, person: Person, age: int) -> str:
    """Return why no eGFR can be computed; empty when one can."""
    if creatinine.comparator or creatinine.value <= 0:
        return "the creatinine is not a single positive number"
    if age >= rule.adult_from_years:
        return "" if person.sex in ("female", "male") else "the formula needs the sex, female or male"
    if age < rule.schwartz_from_years:
        return f"no formula below {rule.schwartz_from_years} year of age"
    if person.height_cm is None or person.height_on is None:
        return "the formula for children needs a height"
    days = abs((creatinine.day - person.height_on).days)
    if days > rule.height_max_age_days:
        return f"the height of {spoken(person.height_on)} is {days} days away, more than {rule.height_max_age_days}"
    return ""


def ckd_epi_2021(creatinine_mg_dl: Decimal, age: int, *, female: bool) -> Decimal:
    """Return the eGFR of an adult in mL/min/1.73 m2, unrounded (18 digits).

    142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age, x 1.012 in women; k 0.7 and a -0.241 in women, k 0.9 and
    a -0.302 in men.
    """
    kappa, alpha = (Decimal("0.7"), Decimal("-0.241")) if female else (Decimal("0.9"), Decimal("-0.302"))
    ratio = PRECISION.divide(creatinine_mg_dl, kappa)
    power = PRECISION.power(ratio, alpha if ratio < 1 else Decimal("-1.200"))
    value = PRECISION.multiply(PRECISION.multiply(Decimal(142), power), _aged(age))
    return PRECISION.multiply(value, Decimal("1.012")) if female else value


@lru_cache(maxsize=150)
def _aged(age: int) -> Decimal:
    return PRECISION.power(Decimal("0.9938"), age)


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(TENTH, rounding=ROUND_HALF_UP)


def corrected_calcium(rule: DeriveRule, calcium: Sample, albumin: Sample) -> Derived:
    """Return the albumin-corrected calcium in mmol/L: Ca + 0.02 x (40 - albumin in g/L).

    Source   Payne et al., Br Med J 1973;4:643, in the rounded form in common use; local formulas differ.
    """
    inputs = (("calcium_mmol_l", calcium.value), ("albumin_g_l", albumin.value))
    formula = f"Ca + {rule.calcium_per_albumin} x ({rule.calcium_albumin} - albumin)"
    answer = Derived("calcium_corrected", None, formula, (calcium.id, albumin.id), inputs)
    if calcium.comparator or albumin.comparator:
        return answer._replace(reason="calcium or albumin is not a single number")
    return answer._replace(value=calcium.value + rule.calcium_per_albumin * (rule.calcium_albumin - albumin.value))


def absolute_count(analyte: str, wbc: Sample, percents: Sequence[Sample]) -> Derived:
    """Return the absolute count (x10^9/L, exact) of the cells given in per cent of the leukocytes."""
    inputs = tuple((each.analyte, each.value) for each in (wbc, *percents))
    formula = f"WBC x {' + '.join(each.analyte for each in percents)}"
    answer = Derived(analyte, None, formula, tuple(each.id for each in (wbc, *percents)), inputs)
    if any(each.comparator for each in (wbc, *percents)):
        return answer._replace(reason="WBC or percentage is not a single number")
    percent = sum((each.value for each in percents), Decimal(0))
    if not 0 <= percent <= 100:
        return answer._replace(reason=f"{percent} is not a percentage")
    return answer._replace(value=wbc.value * percent * HUNDREDTH)


def anc_bound(wbc: Sample) -> Derived | None:
    """Return the limit that a WBC without neutrophils sets to the ANC; None when it sets none ("WBC >2")."""
    if wbc.comparator in (">", ">="):
        return None
    comparator = "<" if wbc.comparator == "<" else "<="
    return Derived("anc", wbc.value, "ANC at most the WBC", (wbc.id,), (("wbc", wbc.value),), comparator)
