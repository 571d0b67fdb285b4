"""Read a unit as it stands on a report: UCUM, and the ways laboratories spell it."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from labs.grading.unit_text import CELLS, NUMBER_WORDS, POWER, rewritten


class Unit(NamedTuple):
    """A unit: canonical UCUM `code`, the `dimension` it measures, and its exact `factor` to that dimension's base unit.

    Base units are the litre, gram, mole, equivalent, U, [IU] and one of what is counted; rates are per 24 h.
    """

    code: str
    dimension: str
    factor: Decimal


class _Part(NamedTuple):
    """What stands on one side of a slash. The size of a time is how often it fits into 24 h, which is exact."""

    code: str
    kind: str
    size: Decimal


ONE = Decimal(1)
DIMENSIONS = {
    ("number", "volume"): "number concentration",
    ("mass", "volume"): "mass concentration",
    ("substance", "volume"): "substance concentration",
    ("equivalents", "volume"): "equivalent concentration",
    ("catalytic", "volume"): "catalytic concentration",
    ("arbitrary", "volume"): "arbitrary concentration",
    ("volume", "volume"): "fraction",
    ("mass", "mass"): "mass fraction",
    ("substance", "substance"): "substance fraction",
    ("mass", "creatinine mass"): "mass per creatinine mass",
    ("mass", "creatinine substance"): "mass per creatinine substance",
    ("substance", "creatinine mass"): "substance per creatinine mass",
    ("substance", "creatinine substance"): "substance per creatinine substance",
    ("mass", "time"): "mass rate",
    ("substance", "time"): "substance rate",
    ("volume", "time"): "volume rate",
    ("volume", "time", "surface"): "clearance per surface",
    ("volume",): "volume",
    ("mass",): "mass",
}
WHOLE = {
    **dict.fromkeys(("%", "percent", "pct", "vol%", "vol %"), Unit("%", "fraction", Decimal("0.01"))),
    **dict.fromkeys(("fraction", "{fraction}", "v/v", "vol/vol"), Unit("L/L", "fraction", ONE)),
    **dict.fromkeys(("ratio", "{ratio}", "1", "{1}"), Unit("1", "ratio", ONE)),
    **dict.fromkeys(("inr", "{inr}", "[inr]"), Unit("{INR}", "ratio", ONE)),
    **dict.fromkeys(("g%", "gm%"), Unit("g/dL", "mass concentration", Decimal(10))),
    "mg%": Unit("mg/dL", "mass concentration", Decimal("0.01")),
}
PREFIXES = {
    "k": (3, ("k", "kilo")),
    "": (0, ("",)),
    "d": (-1, ("d", "deci")),
    "c": (-2, ("c", "centi")),
    "m": (-3, ("m", "milli")),
    "u": (-6, ("u", "mc", "micro")),
    "n": (-9, ("n", "nano")),
    "p": (-12, ("p", "pico")),
    "f": (-15, ("f", "femto")),
}
# Kind, size in the base unit, prefixes in use, spellings. 1 kat is 1 mol/s and 1 U 1 umol/min.
ATOMS = {
    "g": ("mass", ONE, "kdcmunpf", ("g", "gm", "gms", "gram", "grams")),
    "mol": ("substance", ONE, "munpf", ("mol", "mols", "mole", "moles")),
    "L": ("volume", ONE, "dcmunpf", ("L", "l", "liter", "liters", "litre", "litres")),
    "eq": ("equivalents", ONE, "mu", ("eq", "Eq", "val", "equivalents")),
    "U": ("catalytic", ONE, "kmu", ("U", "unit", "units")),
    "[IU]": ("arbitrary", ONE, "kmu", ("[IU]", "[iU]", "IU", "iU", "UI", "international units")),
    "kat": ("catalytic", Decimal(60_000_000), "mun", ("kat",)),
}
SPELLED = {
    long + spelling: _Part(short + atom, kind, size.scaleb(power))
    for atom, (kind, size, prefixes, spellings) in ATOMS.items()
    for short, (power, longs) in PREFIXES.items()
    if not short or short in prefixes
    for long in longs
    for spelling in spellings
}
FOLDED = {spelling.casefold(): part for spelling, part in SPELLED.items()}
TIMES = {
    **dict.fromkeys(("(24.h)", "d", "day", "days"), _Part("(24.h)", "time", ONE)),
    **dict.fromkeys(("h", "hr", "hour"), _Part("h", "time", Decimal(24))),
    **dict.fromkeys(("min", "minute"), _Part("min", "time", Decimal(1440))),
    **dict.fromkeys(("s", "sec", "second"), _Part("s", "time", Decimal(86400))),
}
SURFACE = "{1.73_m2}"
CREATININE = "{creat}"
# A capital letter is a number only over the volume it goes with; M/L and T/uL could mean two things, G/uL nothing.
LETTERS = {("M", "uL"): 6, ("G", "L"): 9, ("T", "L"): 12}
MEGA_IN_USE = ("catalytic", "arbitrary")


@lru_cache(maxsize=4096)
def read_unit(text: str) -> Unit | None:
    """Return the unit that `text` spells; None when it is empty, unknown or could be read in two ways."""
    plain = rewritten(text)
    whole = WHOLE.get(text.strip().casefold()) or WHOLE.get(plain.casefold())
    if whole:
        return whole
    numerator, *sides = (side.strip() for side in plain.split("/"))
    below = [part for part in map(_denominator, sides) if part]
    if len(below) < len(sides):
        return None
    above = _numerator(numerator, below[0].code if below else "")
    return above and _unit(above, below)


def convert(value: Decimal, unit: Unit, to: Unit) -> Decimal:
    """Return `value` in the unit `to`, exact between powers of ten, otherwise to 28 digits.

    Raises   ValueError: the units measure different things.
    """
    if unit.dimension != to.dimension:
        raise ValueError(f"{unit.code} measures {unit.dimension}, {to.code} {to.dimension}")
    return value if unit.factor == to.factor else times(value, ratio(unit, to))


def ratio(unit: Unit, to: Unit) -> Decimal:
    """Return what a number in `unit` is multiplied by to stand in `to`; both measure the same."""
    return written_out(unit.factor / to.factor)


def times(value: Decimal, factor: Decimal) -> Decimal:
    """Return the product without zeros at its end, which nobody reported."""
    return written_out((value * factor).normalize())


def written_out(number: Decimal) -> Decimal:
    """Return `number` without an exponent above zero: 1E+3 as 1000."""
    return number.quantize(ONE) if int(number.as_tuple().exponent) > 0 else number


def _unit(above: _Part, below: list[_Part]) -> Unit | None:
    dimension = DIMENSIONS.get((above.kind, *(part.kind for part in below)))
    if dimension is None:
        return None
    factor = above.size
    for part in below:
        factor = factor * part.size if part.kind == "time" else factor / part.size
    return Unit("/".join((above.code, *(part.code for part in below))), dimension, written_out(factor.normalize()))


def _numerator(text: str, below: str) -> _Part | None:
    if (text, below) in LETTERS:
        return _number(LETTERS[text, below])
    if (text, below) == ("G", "uL"):
        return None
    counted = CELLS.sub("", text)
    if counted in ("", "1"):
        return _number(0)
    if found := POWER.fullmatch(counted):
        written = found["written"]
        return _number(written.count("0") if written else int(found["plain"] or found["bracketed"] or found["short"]))
    power = NUMBER_WORDS.get(counted.rstrip(".").casefold())
    return _number(power) if power else _term(text)


def _number(power: int) -> _Part:
    return _Part(f"10*{power}" if power else "", "number", ONE.scaleb(power))


def _denominator(text: str) -> _Part | None:
    if text == SURFACE:
        return _Part(SURFACE, "surface", ONE)
    if text.endswith(CREATININE):
        part = _term(text.removesuffix(CREATININE).strip())
        return part and _Part(part.code + CREATININE, f"creatinine {part.kind}", part.size)
    return _term(text) or TIMES.get(text.casefold())


def _term(text: str) -> _Part | None:
    """Return the prefixed unit `text`; capitals may slip, but M never turns from mega into milli unseen."""
    part = SPELLED.get(text) or FOLDED.get(text.casefold())
    if part and text[0] == "M" and part.code.startswith("m") and part.code != "mol":
        return part if text.isupper() and part.kind not in MEGA_IN_USE else None
    return part
