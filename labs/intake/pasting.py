"""Read results from pasted text, line by line. Pure: what cannot be read is told, nothing is guessed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import NamedTuple

from labs.grading.analytes import Analyte, Placed, catalogue, place
from labs.grading.units import read_unit
from labs.grading.values import read_value

Finder = Callable[[str], Sequence[Analyte]]

NUMBER = r"\d+(?:[.,]\d+)*"
VALUE = re.compile(rf"(?:(?<=[\s:=|;])|^)(?P<value>(?:<=|>=|=<|=>|[<>≤≥])?\s*{NUMBER})(?=[\s(\[|;*A-Za-zµμ%]|$)")
BETWEEN = re.compile(
    rf"[(\[]?\s*(?<![\d.,*^])(?P<low>{NUMBER})\s*(?:-|–|—|−|to|\.\.)\s*(?P<high>{NUMBER})(?![\d*^/])\s*[)\]]?"
)
BELOW = re.compile(rf"[(\[]?\s*(?:<=|[<≤]|up to|less than)\s*(?P<high>{NUMBER})\s*[)\]]?", re.IGNORECASE)
ABOVE = re.compile(rf"[(\[]?\s*(?:>=|[>≥]|more than|greater than)\s*(?P<low>{NUMBER})\s*[)\]]?", re.IGNORECASE)
FLAGS = frozenset(("h", "l", "hh", "ll", "n", "a", "aa", "c", "high", "low", "normal", "abnormal", "critical"))
MARKS = frozenset(("*", "**", "!", "↑", "↓", "+", "-", "|", ";", ",", "()", "[]"))
NOISE = frozenset(("ref", "range", "reference", "interval", "result", "units", "unit", "final", "f", "rr"))
IN_BRACKETS = re.compile(r"^(?P<before>[^(]+)\((?P<within>[^)]+)\)\s*$")
COUNT_WORDS = re.compile(r"[\s,]*(?:#|absolute|abs\.?|count|total count)$", re.IGNORECASE)
COLLECTED = re.compile(
    r"(?:collected|collection|drawn|taken|specimen|sample)\b[^\d]*"
    r"(?P<day>\d{4}-\d{2}-\d{2})(?:[ T]+(?P<time>\d{2}:\d{2}))?",
    re.IGNORECASE,
)
ACCESSION = re.compile(
    r"(?:accession|lab(?:oratory)? ?(?:no|number)|order ?(?:no|number))\.?\s*[:#]?\s*(?P<it>[\w./-]+)", re.IGNORECASE
)


class Found(NamedTuple):
    """What was read of one analyte, as it was written; `raw` is its line."""

    value: str
    unit: str = ""
    low: str = ""
    high: str = ""
    raw: str = ""


class NotUnderstood(NamedTuple):
    """A line that may hold a result and could not be read; `number` counts from 1."""

    number: int
    text: str
    why: str


@dataclass
class Pasted:
    """What a pasted text holds, by the analyte's key in the order of its lines."""

    found: dict[str, Found] = field(default_factory=dict)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    collected_on: date | None = None
    collected_time: time | None = None
    accession: str = ""


class Rest(NamedTuple):
    """What stands after a value."""

    unit: str
    low: str
    high: str


def read_text(text: str, find: Finder | None = None) -> Pasted:
    """Return the results in `text`; `find` gives the analytes that a sender's name may mean, the likeliest first."""
    pasted, finder = Pasted(), find or suggested
    for number, line in enumerate(text.splitlines(), start=1):
        plain = " ".join(line.split())
        if plain and not _read_head(plain, pasted):
            _read_line(number, line.strip(), plain, pasted, finder)
    return pasted


def suggested(name: str) -> Sequence[Analyte]:
    """Return the analytes `name` may mean by the catalogue."""
    exact = catalogue().find(name)
    return ([exact] if exact else []) + [each for each in catalogue().suggestions(name) if each is not exact]


def _read_head(line: str, pasted: Pasted) -> bool:
    """Take the specimen's time and number from a line that gives them, and say whether it does."""
    if when := COLLECTED.match(line):
        try:
            pasted.collected_on = date.fromisoformat(when["day"])
            pasted.collected_time = time.fromisoformat(when["time"]) if when["time"] else None
        except ValueError:
            return False
        return True
    if accession := ACCESSION.match(line):
        pasted.accession = accession["it"]
        return True
    return False


def _read_line(number: int, line: str, plain: str, pasted: Pasted, find: Finder) -> None:
    """Add the result that stands in a line, or that it could not be read; a heading is passed over."""
    values = list(VALUE.finditer(plain))
    why = "Not understood."
    for value in values:
        row = _result(plain, value, find)
        if isinstance(row, str):
            why = row
        elif row:
            analyte, found = row
            if analyte.key in pasted.found:
                pasted.not_understood.append(NotUnderstood(number, line, f"A second value of {analyte.name}."))
            else:
                pasted.found[analyte.key] = found._replace(raw=line)
            return
    names_one = any(_candidates(name, "", find) for name in _beginnings(plain))
    named = any(re.search(r"[^\W\d_]", plain[: value.start()]) for value in values)
    if names_one or named:
        why = why if values else "No number stands behind it."
        pasted.not_understood.append(NotUnderstood(number, line, why))


def _result(line: str, value: re.Match[str], find: Finder) -> tuple[Analyte, Found] | str | None:
    """Return the result whose value is there, or why it is none.

    None when what goes before is no analyte or what follows is more than a unit, a range and a flag.
    """
    name = line[: value.start()].strip(" :=|;.,-")
    rest = _rest(line[value.end() :])
    if rest is None or not (analytes := _candidates(name, rest.unit, find)):
        return None
    if not rest.unit and {each.key for each in _candidates(name, "%", find)} - {each.key for each in analytes}:
        return "Without a unit it may be a count or per cent."
    reported = "".join(value["value"].split())
    read = read_value(reported)
    number = read.number if read else None
    fitting = (each for each in analytes if number is None or isinstance(place(each, number, rest.unit), Placed))
    return next(fitting, analytes[0]), Found(reported, *rest)


def _candidates(name: str, unit: str, find: Finder) -> Sequence[Analyte]:
    """Return the analytes a name may mean; with a percentage those counted in per cent first."""
    if not re.search(r"[^\W\d_]", name):
        return ()
    found: dict[str, Analyte] = {}
    for spelling in _spellings(name, unit):
        for analyte in find(spelling):
            found.setdefault(analyte.key, analyte)
    return list(found.values())


def _spellings(name: str, unit: str) -> Iterator[str]:
    """Yield `name` as catalogues may spell it: without what stands in brackets, or that alone; per cent said or not."""
    names = [name]
    if brackets := IN_BRACKETS.match(name):
        names += [brackets["before"].strip(), brackets["within"].strip()]
    if unit == "%":
        for each in names:
            bare = each.rstrip(" ,%")
            yield from (f"{bare}, percent", f"{bare} %", f"{bare}%")
    yield from names
    yield from (bare for each in names if (bare := COUNT_WORDS.sub("", each)) != each)


def _beginnings(line: str) -> Iterator[str]:
    """Yield the first words of a line, the first alone last."""
    words = line.replace(":", " ").replace("=", " ").split()
    for count in range(min(len(words), 5), 0, -1):
        yield " ".join(words[:count])


def _rest(text: str) -> Rest | None:
    """Return unit and range from what follows a value; None when there is more than these and a flag."""
    low = high = ""
    for pattern in (BETWEEN, BELOW, ABOVE):
        if limits := pattern.search(text):
            found = limits.groupdict()
            low, high = found.get("low") or "", found.get("high") or ""
            text = f"{text[: limits.start()]} {text[limits.end() :]}"
            break
    unit, others = _unit(text.split())
    numbers = [word for word in others if re.fullmatch(NUMBER, word)]
    strange = [word for word in others if word not in numbers and not _is_flag(word)]
    if len(numbers) == 2 and not (low or high):
        low, high = numbers
        numbers = []
    if not unit and len(strange) == 1 and not numbers:  # a unit nobody knows yet: a person says what it is
        return Rest(strange[0], low, high)
    return None if strange or numbers else Rest(unit, low, high)


def _unit(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the longest run of words that reads as a unit, and the other words."""
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            if all(map(_is_flag, run)) or not re.search(r"[A-Za-zµμ%]", "".join(run)):
                continue
            if _is_flag(run[0]) or (length > 1 and _is_flag(run[-1])):
                continue
            if read_unit(" ".join(run)):
                return " ".join(run), [*words[:start], *words[start + length :]]
    return "", list(words)


def _is_flag(word: str) -> bool:
    """Say whether a word is a flag, a mark or a heading's word, and no part of a result."""
    bare = word.strip("()[]:*.,").casefold()
    return not bare or word in MARKS or bare in FLAGS or bare in NOISE
