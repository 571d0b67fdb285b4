"""Reads values as they were sent: units, comparators, what no patient has; and the limits that are normal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

# By analyte: the units it comes in, and what makes SI of them; and what is a slip, in SI (docs/analytes.md).
UNITS = {
    "10*9/L": Decimal(1), "10^9/L": Decimal(1), "x10^9/L": Decimal(1), "10*3/uL": Decimal(1), "K/uL": Decimal(1),
    "x10E3/uL": Decimal(1), "/uL": Decimal("0.001"), "10*6/L": Decimal("0.001"),
}  # fmt: skip
FACTORS = {
    "anc": UNITS,
    "wbc": UNITS,
    "platelets": UNITS,
    "hgb": {"g/L": Decimal(1), "g/dL": Decimal(10)},
    "creatinine": {"umol/L": Decimal(1), "µmol/L": Decimal(1), "mg/dL": Decimal("88.4")},
    "potassium": {"mmol/L": Decimal(1), "meq/L": Decimal(1), "mEq/L": Decimal(1)},
}
POSSIBLE: dict[str, tuple[int | Decimal, int]] = {
    "anc": (0, 500), "wbc": (0, 1000), "platelets": (0, 5000), "hgb": (10, 260), "creatinine": (3, 4000),
    "potassium": (Decimal("0.8"), 15),
}  # fmt: skip
# Lower limits of the counts and upper limits of the creatinine, in SI: (sex or blank, from years, to years, limit).
LOWER: dict[str, list[tuple[str, float, float, str]]] = {
    "anc": [
        ("", 0, 1 / 12, "1.0"), ("", 1 / 12, 0.25, "1.0"), ("", 0.25, 0.5, "1.0"), ("", 0.5, 5, "1.5"),
        ("", 5, 18, "1.7"), ("", 18, 200, "1.8"),
    ],
    "platelets": [("", 18, 200, "150")],
    "hgb": [
        ("", 1, 5, "110"), ("", 5, 12, "115"), ("", 12, 15, "120"), ("female", 15, 18, "120"),
        ("male", 15, 18, "130"), ("female", 18, 200, "120"), ("male", 18, 200, "130"),
    ],
}  # fmt: skip
UPPER_CREATININE: list[tuple[str, float, float, str]] = [
    ("", 15 / 365.25, 2, "31.824"), ("", 2, 5, "38.012"), ("", 5, 12, "53.924"), ("", 12, 15, "71.604"),
    ("female", 15, 18, "74.256"), ("male", 15, 18, "95.472"), ("female", 18, 200, "90"), ("male", 18, 200, "110"),
]  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A number in SI units: at least `low`, at most `high`; both the same unless it came with a comparator."""

    low: Decimal
    high: Decimal
    exact: bool = True


def read_value(analyte: str, sent: str, unit: str) -> Value | None:
    """Return what was sent in SI units; None: not followed here, or held back since it cannot be understood."""
    factor = FACTORS.get(analyte, {}).get(unit)
    written = sent.strip().replace("≤", "<=").replace("≥", ">=")
    comparator = written[: len(written) - len(written.lstrip("<>="))]
    try:
        number = Decimal(written.lstrip("<>= "))
    except InvalidOperation:
        return None
    if factor is None or not number.is_finite() or number < 0:
        return None
    number *= factor
    least, most = (Decimal(limit) for limit in POSSIBLE[analyte])
    if not least <= number <= most:
        return None
    if comparator.startswith("<"):
        return Value(Decimal(0), number, exact=False)
    if comparator.startswith(">"):
        return Value(number, most, exact=False)
    return Value(number, number)


def read_limit(analyte: str, printed: str, unit: str) -> Decimal | None:
    """Return a limit printed on the report in SI units; None: none is printed."""
    factor = FACTORS.get(analyte, {}).get(unit)
    return Decimal(printed) * factor if printed and factor else None


def age(born: date, day: date) -> int:
    """Return the age in whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_in_limits(born: date, day: date) -> float:
    """Return the age as the ranges count it: whole years, and below one year the part of it."""
    return age(born, day) or (day - born).days / 365.25


def limit(table: list[tuple[str, float, float, str]], sex: str, years: float) -> Decimal | None:
    """Return the limit for a person of that sex and age, where one is known."""
    for of_sex, first, beyond, value in table:
        if of_sex in ("", sex) and first <= years < beyond:
            return Decimal(value)
    return None


def lower_limit(analyte: str, sex: str, born: date, day: date) -> Decimal | None:
    """Return the lower limit of normal, where one is known for the person."""
    return limit(LOWER.get(analyte, []), sex, age_in_limits(born, day))


def upper_creatinine(sex: str, born: date, day: date) -> Decimal | None:
    """Return the upper limit of the creatinine, where one is known for the person."""
    return limit(UPPER_CREATININE, sex, age_in_limits(born, day))
