"""Read the file of analytes; every mistake in it is reported at once."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from labs.grading.catalogue import PANELS, SEXES, Analyte, Catalogue, DefaultRange
from labs.grading.units import DIMENSIONS, ONE, Unit, ratio, read_unit

PACKAGED = Path(__file__).parent.parent / "analytes.toml"
MAJORITY = 18 * 1461 // 4
MEASURABLE = {*DIMENSIONS.values(), "ratio", "any"}
AGE = re.compile(r"(\d{1,3}) (d|mo|y)", re.ASCII)
LOINC = re.compile(r"\d{1,7}-\d", re.ASCII)
KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
WORDS = {
    str: "a text",
    int: "a whole number",
    Decimal: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
SYSTEMS = ("si", "us")
NOTHING = Unit("", "", ONE)


class CatalogueUnsound(ValueError):
    """A file of analytes that cannot be used; `mistakes` lists everything wrong with it."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(mistakes))


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the analytes this product ships."""
    return load(PACKAGED.read_text(encoding="utf-8"))


def load(text: str, source: str = PACKAGED.name) -> Catalogue:
    """Return the analytes written in `text` (TOML); `source` names the file in mistakes.

    Raises   CatalogueUnsound: with every mistake found, not only the first.
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueUnsound([f"{source}: is not TOML: {error}"]) from error
    mistakes: list[str] = []
    root = _Table(content, source, mistakes)
    root.only("sources", "protocol", "beyond")
    sources = {key: _source(root.table("sources").table(key)) for key in root.table("sources").content}
    analytes = [
        _analyte(root.table(section).table(key), key, section == "protocol", sources)
        for section in ("protocol", "beyond")
        for key in root.table(section).content
    ]
    _prove_unique(analytes, root)
    if mistakes:
        raise CatalogueUnsound(mistakes)
    return Catalogue(analytes)


class _Table:
    """A TOML table at `path`; a reader returns a value of its type, made up where it notes a mistake."""

    def __init__(self, content: dict[str, Any], path: str, mistakes: list[str]) -> None:
        self.content, self.path, self.mistakes = content, path, mistakes

    def mistake(self, what: str) -> None:
        """Note what is wrong with this table."""
        self.mistakes.append(f"{self.path}: {what}")

    def only(self, *keys: str) -> None:
        """Note every key that is not one of `keys`."""
        for key in self.content:
            if key not in keys:
                self.mistake(f"{key} is not a known key; use {', '.join(keys)}")

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        """Return the value at `key`; `default` when it is absent, which is a mistake where that is None."""
        if key not in self.content and default is not None:
            return default
        value = self.content.get(key)
        if kind is Decimal and type(value) is int:
            return Decimal(value)
        if type(value) is Decimal and not value.is_finite():
            value = str(value)
        if type(value) is not kind:  # bool is an int to Python, not to this file
            self.mistake(f"{key} is missing" if value is None else f"{key}: {value!r} is not {WORDS[kind]}")
            return kind()
        return value

    def number(self, key: str) -> Decimal | None:
        """Return the number at `key`; None when there is none."""
        return self.get(key, Decimal) if key in self.content else None

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return the text at `key`, one of `allowed`."""
        value: str = self.get(key, str, default)
        if value and value not in allowed:
            self.mistake(f"{key}: {value!r} is unknown; use {', '.join(allowed)}")
        return value

    def table(self, key: str) -> "_Table":
        """Return the table at `key`."""
        path = f"{self.path}.{key}" if ": " in self.path else f"{self.path}: {key}"
        return _Table(self.get(key, dict, {}), path, self.mistakes)

    def unit(self, key: str) -> Unit:
        """Return the unit at `key`, which must be written in UCUM."""
        text = self.get(key, str)
        unit = read_unit(text)
        if text and (unit is None or unit.code != text):
            self.mistake(f"{key}: {text!r} is not read as UCUM" + (f"; write {unit.code!r}" if unit else ""))
        return unit or NOTHING

    def days(self, key: str) -> int | None:
        """Return the age at `key` ("5 y", "3 mo", "15 d") in days; None when there is none."""
        if key not in self.content:
            return None
        found = AGE.fullmatch(self.get(key, str))
        if found is None:
            self.mistake(f"{key}: {self.content[key]!r} is not an age such as 15 d, 3 mo or 5 y")
            return 0
        return age_threshold(int(found[1]), found[2])


def age_threshold(number: int, unit: str) -> int:
    """Return an age in days, rounded down, months and years by their mean length; `unit` is d, mo or y."""
    return {"d": number, "mo": number * 487 // 16, "y": number * 1461 // 4}[unit]


def _source(table: _Table) -> tuple[str, bool]:
    table.only("text", "verified")
    return table.get("text", str), table.get("verified", bool)


def _analyte(table: _Table, key: str, in_protocol: bool, sources: dict[str, tuple[str, bool]]) -> Analyte:
    table.only(
        *("name", "short", "panel", "order", "synonyms", "loinc", "si", "conventional", "factor", "convertible"),
        *("valence", "hard", "ranges"),
    )
    if not KEY.fullmatch(key):
        table.mistake("the key is not lower-case letters, digits and underscores")
    hard = table.table("hard")
    hard.only("min", "max")
    analyte = Analyte(
        key=key,
        name=table.get("name", str),
        short=table.get("short", str),
        panel=table.choice("panel", PANELS),
        order=table.get("order", int),
        in_protocol=in_protocol,
        synonyms=tuple(str(word) for word in table.get("synonyms", list, [])),
        properties=_properties(table.table("loinc")),
        si=table.unit("si"),
        conventional=table.unit("conventional"),
        factor=table.get("factor", Decimal, ONE),
        convertible=table.get("convertible", bool, True),
        valence=table.get("valence", int, 0) or None,
        hard_min=hard.get("min", Decimal),
        hard_max=hard.get("max", Decimal),
        ranges=tuple(_ranges(table, sources)),
    )
    _prove(analyte, table)
    return analyte


def _properties(table: _Table) -> dict[str, str]:
    """Return what each LOINC code measures, from the codes listed by what they measure."""
    properties: dict[str, str] = {}
    for measured in table.content:
        if measured not in MEASURABLE:
            table.mistake(f"{measured!r} is not a dimension of units, nor any")
        for code in table.get(measured, list):
            if _is_loinc(code):
                properties[code] = "" if measured == "any" else measured
            else:
                table.mistake(f"{code!r} is not a LOINC code")
    return properties


def _is_loinc(code: object) -> bool:
    """Return whether the last digit checks the others (Luhn, as LOINC prescribes)."""
    if not isinstance(code, str) or not LOINC.fullmatch(code):
        return False
    number, check = code.split("-")
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(number)))
    return (sum(digit // 10 + digit % 10 for digit in doubled) + int(check)) % 10 == 0


def _ranges(analyte: _Table, sources: dict[str, tuple[str, bool]]) -> Iterator[DefaultRange]:
    for index, content in enumerate(analyte.get("ranges", list, []), start=1):
        table = _Table(content if isinstance(content, dict) else {}, f"{analyte.path}: range {index}", analyte.mistakes)
        table.only("sex", "from", "to", "low", "high", "in", "source")
        source = table.choice("source", tuple(sources))
        text, verified = sources.get(source, ("", False))
        yield DefaultRange(
            sex=table.choice("sex", SEXES) if "sex" in table.content else None,
            from_days=table.days("from") or 0,
            to_days=table.days("to"),
            low=table.number("low"),
            high=table.number("high"),
            system="us" if table.choice("in", SYSTEMS, "si") == "us" else "si",
            source=text,
            verified=verified,
        )


def _prove(analyte: Analyte, table: _Table) -> None:
    """Note what the values of one analyte say against each other."""
    if analyte.hard_min >= analyte.hard_max:
        table.mistake(f"hard: min {analyte.hard_min} is not below max {analyte.hard_max}")
    if analyte.factor <= 0:
        table.mistake(f"factor: {analyte.factor} is not above 0")
    si, conventional = analyte.si, analyte.conventional
    if si.dimension and si.dimension == conventional.dimension and analyte.factor != ratio(conventional, si):
        table.mistake(f"factor: {conventional.code} is {ratio(conventional, si)} {si.code}, not {analyte.factor}")
    ranges = list(enumerate(analyte.ranges, start=1))
    wrong = [f"range {index}: {what}" for index, each in ranges for what in _mistakes_of_range(analyte, each)]
    for what in wrong:
        table.mistake(what)
    for (first, one), (second, other) in combinations(ranges, 2):
        if not wrong and _overlap(one, other):
            table.mistake(f"ranges {first} and {second} are for the same people")


def _mistakes_of_range(analyte: Analyte, each: DefaultRange) -> Iterator[str]:
    until = each.to_days
    if until is not None and until <= each.from_days:
        yield "ends before it begins"
    if each.from_days < MAJORITY and (until is None or until > MAJORITY):
        yield "is for children and adults; end it at 18 y"
    if each.low is None and each.high is None:
        yield "has neither low nor high"
    if each.low is not None and each.high is not None and each.low >= each.high:
        yield f"low {each.low} is not below high {each.high}"
    factor = analyte.factor if each.system == "us" else ONE
    for limit in (each.low, each.high):
        if limit is not None and not analyte.hard_min <= limit * factor <= analyte.hard_max:
            yield f"{limit} is outside the hard limits"


def _overlap(one: DefaultRange, other: DefaultRange) -> bool:
    same_sex = one.sex is None or other.sex is None or one.sex == other.sex
    starts = max(one.from_days, other.from_days)
    return same_sex and all(each.to_days is None or starts < each.to_days for each in (one, other))


def _prove_unique(analytes: list[Analyte], root: _Table) -> None:
    """Note keys, places in the order and LOINC codes that two analytes share."""
    for what, values in (
        ("key", [analyte.key for analyte in analytes]),
        ("order", [analyte.order for analyte in analytes]),
        ("LOINC code", [code for analyte in analytes for code in analyte.loinc]),
    ):
        for value, times in Counter(values).items():
            if times > 1:
                root.mistake(f"{what} {value} stands at {times} analytes")
