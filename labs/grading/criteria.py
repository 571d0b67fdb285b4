"""Read a file of CTCAE criteria, every mistake in it reported at once, and write one."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from labs.grading.proof import prove
from labs.grading.terms import (
    HIGH,
    LOW,
    ONE,
    SYSTEMS,
    ClinicalGrade,
    ClinicalTerm,
    Criteria,
    Step,
    Term,
    Threshold,
)

FOLDER = Path(__file__).parent.parent / "criteria"
VERSIONS = ("5.0", "6.0")
DEFAULT_VERSION = "6.0"
LISTS = ("steps", "steps_if_baseline_high", "steps_on_anticoagulation")
LIMITS = {"LLN": "lln", "ULN": "uln", "baseline": "baseline"}
STEP_KEYS = (
    *("grade", "below", "above", "at_least", "or_above", "and_above", "text", "own_words"),
    *("if_symptomatic", "text_if_symptomatic", "only_if_fasting", "baseline_up_to_uln"),
)
TERM_KEYS = (
    *("name", "soc", "analytes", "direction", "units", "needs", *LISTS),
    *("baseline_counts", "unknown_baseline", "clinical", "note", "cautions"),
)
WORDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "a table"}


class CriteriaUnsound(ValueError):
    """A criteria file that cannot be used; `mistakes` lists everything wrong with it."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


@lru_cache(maxsize=len(VERSIONS))
def packaged(version: str) -> Criteria:
    """Return the criteria of `version`, one of VERSIONS, that this product ships."""
    path = FOLDER / f"ctcae-{version}.toml"
    return load(path.read_text(encoding="utf-8"), source=path.name)


def load(text: str, *, source: str) -> Criteria:
    """Return the criteria written in `text` (TOML); `source` names the file in mistakes.

    Raises   CriteriaUnsound: with every mistake found, not only the first.
    """
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise CriteriaUnsound([f"{source}: is not TOML: {error}"]) from error
    root = _Table(content, source, [])
    root.only("version", "edition", "source", "clinical_terms", "terms")
    criteria = Criteria(
        version=root.get("version", str),
        edition=root.get("edition", str),
        source=root.get("source", str),
        terms=tuple(map(_term, root.tables("terms"))),
        clinical_terms=tuple(map(_clinical_term, root.tables("clinical_terms"))),
    )
    mistakes = root.mistakes or [f"{source}: {mistake}" for mistake in prove(criteria)]
    if mistakes:
        raise CriteriaUnsound(mistakes)
    return criteria


class _Table:
    """A TOML table at `path`; a reader returns a value of its type, made up where it notes a mistake."""

    def __init__(self, content: dict[str, Any], path: str, mistakes: list[str]) -> None:
        self.content, self.path, self.mistakes = content, path, mistakes

    def mistake(self, what: str) -> None:
        self.mistakes.append(f"{self.path}: {what}")

    def only(self, *keys: str) -> None:
        for key in self.content:
            if key not in keys:
                self.mistake(f"{key} is not a known key; use {', '.join(keys)}")

    def get(self, key: str, kind: type, default: Any = None) -> Any:
        """Return the value at `key`; `default` when it is absent, which is a mistake where that is None."""
        if key not in self.content and default is not None:
            return default
        value = self.content.get(key)
        if type(value) is not kind:  # bool is an int to Python, not to this file
            self.mistake(f"{key} is missing" if value is None else f"{key}: {value!r} is not {WORDS[kind]}")
            return kind()
        return value

    def number(self, key: str) -> Decimal:
        value = self.content.get(key)
        if type(value) is int or (type(value) is Decimal and value.is_finite()):
            return Decimal(value)
        self.mistake(f"{key}: {value!r} is not a number" if key in self.content else f"{key} is missing")
        return ONE

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.get(key, list)
        if not all(type(value) is str for value in values):
            self.mistake(f"{key}: {values!r} is not a list of texts")
        return tuple(map(str, values))

    def tables(self, key: str, default: Any = None) -> Iterator["_Table"]:
        for position, content in enumerate(self.get(key, list, default), start=1):
            if type(content) is dict:
                name = f"{key} {position}" + (f" ({content['name']})" if "name" in content else "")
                yield _Table(content, f"{self.path}: {name}", self.mistakes)
            else:
                self.mistake(f"{key} {position}: {content!r} is not a table")

    def table(self, key: str) -> "_Table":
        return _Table(self.get(key, dict, {}), f"{self.path}: {key}", self.mistakes)


def _clinical_term(table: _Table) -> ClinicalTerm:
    table.only("name", "soc", "grades", "verified")
    grades = table.get("grades", list)
    if not all(type(grade) is int for grade in grades):
        table.mistake(f"grades: {grades!r} is not a list of whole numbers")
        grades = []
    return ClinicalTerm(table.get("name", str), table.get("soc", str), tuple(grades), table.get("verified", bool, True))


def _clinical_grade(table: _Table) -> ClinicalGrade:
    table.only("grade", "text")
    return ClinicalGrade(table.get("grade", int), table.get("text", str))


def _term(table: _Table) -> Term:
    table.only(*TERM_KEYS)
    units, cautions = table.table("units"), table.table("cautions")
    units.only(*SYSTEMS)
    steps = {key: tuple(map(_step, table.tables(key, None if key == "steps" else []))) for key in LISTS}
    term = Term(
        name=table.get("name", str),
        soc=table.get("soc", str),
        analytes=table.texts("analytes"),
        direction=table.get("direction", str),
        si_unit=units.get("si", str),
        us_unit=units.get("us", str),
        needs=table.texts("needs"),
        baseline_counts=table.get("baseline_counts", str, "always"),
        unknown_baseline=table.get("unknown_baseline", str, ""),
        clinical=tuple(map(_clinical_grade, table.tables("clinical", []))),
        note=table.get("note", str, ""),
        cautions={analyte: cautions.get(analyte, str) for analyte in cautions.content},
        **steps,
    )
    for key in LISTS:
        for number, step in enumerate(table.content.get(key, ()), start=1):
            if type(step) is dict and ("below" in step) != (term.direction == LOW):
                table.mistake(f"{key} {number}: use below in a term of direction low, above in one of direction high")
    return term


def _step(table: _Table) -> Step:
    table.only(*STEP_KEYS)
    words = [key for key in ("below", "above", "at_least") if key in table.content]
    if len(words) != 1:
        table.mistake("write exactly one of below, above, at_least")
        return Step(0, Threshold("number"), "")
    inclusive = words[0] == "at_least"
    return Step(
        grade=table.get("grade", int),
        at=_threshold(table, words[0], inclusive),
        text=table.get("text", str),
        or_at=_threshold(table, "or_above") if "or_above" in table.content else None,
        and_at=_threshold(table, "and_above") if "and_above" in table.content else None,
        if_symptomatic=table.get("if_symptomatic", int) if "if_symptomatic" in table.content else None,
        text_if_symptomatic=table.get("text_if_symptomatic", str, ""),
        only_if_fasting=table.get("only_if_fasting", bool, False),
        baseline_up_to_uln=table.number("baseline_up_to_uln") if "baseline_up_to_uln" in table.content else None,
        own_words=table.get("own_words", bool, False),
    )


def _threshold(table: _Table, key: str, inclusive: bool = False) -> Threshold:
    value = table.content[key]
    if type(value) is str:
        if value not in LIMITS:
            table.mistake(f"{key}: {value!r} is unknown; use {', '.join(LIMITS)}, or a table")
        return Threshold(value, ONE, inclusive=inclusive)
    entry = table.table(key)
    if set(entry.content) == set(SYSTEMS):
        return Threshold("number", si=entry.number("si"), us=entry.number("us"), inclusive=inclusive)
    for basis, word in LIMITS.items():
        if set(entry.content) == {f"times_{word}"}:
            return Threshold(basis, entry.number(f"times_{word}"), inclusive=inclusive)
    if set(entry.content) == {"over_uln"}:
        over = entry.table("over_uln")
        return Threshold("ULN", ONE, over.number("si"), over.number("us"), inclusive)
    entry.mistake("write si and us, or one of times_lln, times_uln, times_baseline, over_uln")
    return Threshold("number", inclusive=inclusive)


def dump(criteria: Criteria) -> str:
    """Return `criteria` as the text of a file that loads as the same."""
    head = {"version": criteria.version, "edition": criteria.edition, "source": criteria.source}
    terms = [
        _line({"name": term.name, "soc": term.soc, "grades": list(term.grades)} | ({} if term.verified else NOT_READ))
        for term in criteria.clinical_terms
    ]
    parts = ["\n".join([*_pairs(head), *_listed("clinical_terms", terms)])]
    parts += ["\n".join(["[[terms]]", *_dumped(term)]) for term in criteria.terms]
    return "\n\n".join(parts) + "\n"


NOT_READ = {"verified": False}


def _dumped(term: Term) -> Iterator[str]:
    yield from _pairs(
        {
            "name": term.name,
            "soc": term.soc,
            "analytes": list(term.analytes),
            "direction": term.direction,
            "units": {"si": term.si_unit, "us": term.us_unit},
            "needs": list(term.needs),
            "baseline_counts": term.baseline_counts,
        }
    )
    yield from _pairs(
        {key: getattr(term, key) for key in ("unknown_baseline", "note", "cautions") if getattr(term, key)}
    )
    word = {LOW: "below", HIGH: "above"}[term.direction]
    for key in LISTS:
        steps = [_line(_dumped_step(step, word)) for step in getattr(term, key)]
        yield from _listed(key, steps) if steps or key == "steps" else ()
    yield from _listed("clinical", [_line({"grade": one.grade, "text": one.text}) for one in term.clinical])


def _dumped_step(step: Step, word: str) -> dict[str, Any]:
    dumped = {"grade": step.grade, "at_least" if step.at.inclusive else word: _dumped_threshold(step.at)}
    dumped |= {f"{key}_above": _dumped_threshold(at) for key, at in (("or", step.or_at), ("and", step.and_at)) if at}
    optional = ("if_symptomatic", "text_if_symptomatic", "only_if_fasting", "baseline_up_to_uln", "own_words")
    return dumped | {key: getattr(step, key) for key in optional if getattr(step, key)} | {"text": step.text}


def _dumped_threshold(threshold: Threshold) -> Any:
    number = {"si": threshold.si, "us": threshold.us}
    if threshold.basis == "number":
        return number
    if any(number.values()):
        return {"over_uln": number}
    return threshold.basis if threshold.times == 1 else {f"times_{LIMITS[threshold.basis]}": threshold.times}


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_toml(value)}" for key, value in values.items()]


def _listed(key: str, lines: list[str]) -> list[str]:
    return [f"{key} = [", *(f"    {line}," for line in lines), "]"]


def _line(values: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(_pairs(values))} }}"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return _line(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        # JSON writes a text as TOML does, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return format(value, "f") if isinstance(value, Decimal) else str(value).lower()
