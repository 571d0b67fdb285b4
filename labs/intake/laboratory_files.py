"""A laboratory's codes, units and ranges as CSV files: reading and checking them whole, writing them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from iotrex_followup.csv_files import as_written, csv_file
from iotrex_followup.csv_reading import read_sheet
from iotrex_followup.errors import InputRefused
from iotrex_followup.findings import Finding
from labs.ages import age_text, read_age
from labs.grading.values import read_value
from labs.intake.mapping_checks import (
    RangeFacts,
    RangeLike,
    clash,
    code_concerns,
    code_mistakes,
    range_mistakes,
    range_words,
    unit_concerns,
    unit_mistakes,
)
from labs.models import CodeMapping, ReferenceRange, UnitMapping
from labs.senders.shipped import CodeMeaning

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "codes": ("code", "analyte", "unit", "assay", "specimen_type"),
    "units": ("spelling", "unit"),
    "ranges": ("analyte", "sex", "age_from", "age_to", "valid_from", "valid_to", "low", "high", "unit"),
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "codes": ("code", "analyte"),
    "units": ("spelling", "unit"),
    "ranges": ("analyte", "low", "high", "unit"),
}
TELLING = (("units", "spelling"), ("codes", "code"), ("ranges", "low"))  # the column only such a file has
SEXES = {"": "", "both": "", "all": "", "female": "female", "f": "female", "male": "male", "m": "male"}
Cells = dict[str, str]


class FileRefused(InputRefused):
    """A file with mistakes, of which nothing was written; `findings` names each with its row and remedy."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        more = f" There are {len(findings) - 1} more." if len(findings) > 1 else ""
        super().__init__(f"Nothing was written. First mistake: {findings[0]}{more}", field="file")


@dataclass(slots=True)
class CheckedFile:
    """What a file says, by code, by spelling or as ranges with their rows; and what is unusual in it."""

    kind: str
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    ranges: list[RangeFacts] = field(default_factory=list)
    concerns: list[str] = field(default_factory=list)


def check_file(content: bytes, *, standing: Sequence[RangeLike]) -> CheckedFile:
    """Return what a file says; `standing` are the ranges that hold already.

    Raises   InputRefused: it is no CSV file, or none of the three that are known.
    Raises   FileRefused: with every mistake found.
    """
    sheet = read_sheet(content, row_is="code, unit or range")
    heads = [head.casefold().replace(" ", "_") for head in sheet.heads]
    kind = kind_of(heads)
    mistakes = head_mistakes(kind, heads)
    checked = CheckedFile(kind)
    if not mistakes:
        rows = [(number, cells_of(number, cells, heads, mistakes)) for number, cells in sheet.rows]
        READERS[kind](rows, checked, mistakes, standing)
    if mistakes:
        raise FileRefused(sorted(mistakes, key=lambda finding: finding.row or 0))
    return checked


def kind_of(heads: Sequence[str]) -> str:
    """Return which of the three files has these heads.

    Raises   InputRefused: none has.
    """
    for kind, column in TELLING:
        if column in heads:
            return kind
    known = "; ".join(f"{kind}: {','.join(columns)}" for kind, columns in COLUMNS.items())
    raise InputRefused(f"The header is none of those that are known ({known}).", field="file")


def head_mistakes(kind: str, heads: Sequence[str]) -> list[Finding]:
    """Return the heads that are missing, doubled or not known."""
    known = ",".join(COLUMNS[kind])
    mistakes = [
        Finding(1, column, "This column is missing.", f"The columns of {kind} are {known}.")
        for column in REQUIRED[kind]
        if column not in heads
    ]
    for head in dict.fromkeys(heads):
        if heads.count(head) > 1:
            mistakes.append(Finding(1, head, "Two columns have this head.", "Delete one of them."))
        if head not in COLUMNS[kind]:
            mistakes.append(Finding(1, head, "This column is not known.", f"The columns of {kind} are {known}."))
    return mistakes


def cells_of(number: int, cells: Sequence[str], heads: Sequence[str], mistakes: list[Finding]) -> Cells:
    """Return a row's cells by column; those a short row leaves out are blank."""
    if any(cell.strip() for cell in cells[len(heads) :]):
        mistakes.append(Finding(number, "", "The row has more cells than the header.", "Look for a stray separator."))
    row = dict.fromkeys(heads, "")
    for head, cell in zip(heads, cells, strict=False):
        row[head] = text = plain(cell)
        if not text.isprintable():
            mistakes.append(Finding(number, head, "It holds a character that cannot be shown.", "Type it anew."))
    return row


def plain(cell: str) -> str:
    """Return a cell as it was before it was written safe for spreadsheets."""
    return as_written(cell.strip())


def read_codes(rows: Sequence[tuple[int, Cells]], checked: CheckedFile, mistakes: list[Finding], _: Any) -> None:
    """Read what each code stands for."""
    seen: dict[str, int] = {}
    for number, row in rows:
        code = row.pop("code")
        meaning = CodeMeaning(**row)
        mistakes += at_row(number, code_mistakes(code, meaning)) + said_twice(number, "code", code, seen)
        checked.concerns += [f"Row {number}: {concern}" for concern in code_concerns(code, meaning)]
        checked.words[code] = meaning._asdict()


def read_units(rows: Sequence[tuple[int, Cells]], checked: CheckedFile, mistakes: list[Finding], _: Any) -> None:
    """Read which unit each spelling means."""
    seen: dict[str, int] = {}
    for number, row in rows:
        spelling, unit = row["spelling"], row["unit"]
        mistakes += at_row(number, unit_mistakes(spelling, unit)) + said_twice(number, "spelling", spelling, seen)
        checked.concerns += [f"Row {number}: {concern}" for concern in unit_concerns(spelling, unit)]
        checked.words[spelling] = {"unit": unit}


def read_ranges(
    rows: Sequence[tuple[int, Cells]], checked: CheckedFile, mistakes: list[Finding], standing: Sequence[RangeLike]
) -> None:
    """Read the ranges; one for exactly those for whom a range holds already takes its place."""
    numbers: dict[int, int] = {}
    for number, row in rows:
        facts, wrong = read_range(row)
        wrong = wrong or range_mistakes(facts)
        mistakes += at_row(number, wrong)
        if wrong:
            continue
        if other := clash(facts, checked.ranges):
            what = f"Row {numbers[id(other)]} holds for the same."
            mistakes.append(Finding(number, "analyte", what, "Let one end where the other begins, or delete one."))
        elif stored := clash(facts, [each for each in standing if range_key(each) != range_key(facts)]):
            what = f"{range_words(stored)} is set already, and would hold for the same."
            mistakes.append(Finding(number, "analyte", what, "Take that one back first, or change the ages or dates."))
        numbers[id(facts)] = number
        checked.ranges.append(facts)


READERS: Mapping[str, Callable[[Sequence[tuple[int, Cells]], CheckedFile, list[Finding], Any], None]] = {
    "codes": read_codes,
    "units": read_units,
    "ranges": read_ranges,
}


def read_range(row: Cells) -> tuple[RangeFacts, list[Finding]]:
    """Return a row as a range, and what of it cannot be read."""
    mistakes: list[Finding] = []
    sex = SEXES.get(row.get("sex", "").casefold())
    if sex is None:
        mistakes.append(
            Finding(None, "sex", f"“{row['sex']}” is not known.", "Write female or male, or leave it blank.")
        )
    facts = RangeFacts(
        analyte=row["analyte"],
        unit=row["unit"],
        sex=sex or "",
        age_from_days=read_cell(row, "age_from", read_age, "Write it like 0d, 6mo or 18y.", mistakes) or 0,
        age_to_days=read_cell(row, "age_to", read_age, "Write it like 0d, 6mo or 18y.", mistakes),
        valid_from=read_cell(row, "valid_from", read_day, "Write it like 2024-04-03.", mistakes),
        valid_to=read_cell(row, "valid_to", read_day, "Write it like 2024-04-03.", mistakes),
        low=read_cell(row, "low", read_limit, "Write only the number, with a point.", mistakes),
        high=read_cell(row, "high", read_limit, "Write only the number, with a point.", mistakes),
    )
    return facts, mistakes


def read_cell(row: Cells, column: str, read: Callable[[str], Any], remedy: str, mistakes: list[Finding]) -> Any:
    """Return what a cell says; None when it is blank or, with a mistake noted, cannot be read."""
    text = row.get(column, "")
    value = read(text) if text else None
    if text and value is None:
        mistakes.append(Finding(None, column, f"“{text[:40]}” cannot be read.", remedy))
    return value


def read_day(text: str) -> date | None:
    """Return the ISO date `text` writes; None for any other text."""
    try:
        return date.fromisoformat(text) if len(text) == len("2024-03-27") else None
    except ValueError:
        return None


def read_limit(text: str) -> Decimal | None:
    """Return the plain number `text` writes; None for any other text."""
    value = read_value(text, ".")
    return None if value is None or value.comparator or value.text != text else value.number


def at_row(number: int, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with the row they are in."""
    return [replace(finding, row=number) for finding in findings]


def said_twice(number: int, column: str, word: str, seen: dict[str, int]) -> list[Finding]:
    """Return the mistake of a code or spelling that an earlier row has."""
    first = seen.setdefault(word, number)
    return [] if first == number else [Finding(number, column, f"Row {first} has the same.", "Delete one of the rows.")]


def range_key(each: RangeLike) -> tuple[Any, ...]:
    """Return for whom and when a range holds."""
    return (each.analyte, each.sex, each.age_from_days, each.age_to_days, each.valid_from, each.valid_to)


def codes_file(codes: Iterable[CodeMapping]) -> bytes:
    """Return a laboratory's codes as the file that can be read back."""
    return csv_file(COLUMNS["codes"], ([getattr(code, name) for name in COLUMNS["codes"]] for code in codes))


def units_file(units: Iterable[UnitMapping]) -> bytes:
    """Return a laboratory's units as the file that can be read back."""
    return csv_file(COLUMNS["units"], ([unit.spelling, unit.unit] for unit in units))


def ranges_file(ranges: Iterable[ReferenceRange]) -> bytes:
    """Return ranges as the file that can be read back."""
    return csv_file(COLUMNS["ranges"], (range_row(each) for each in ranges))


def range_row(each: ReferenceRange) -> list[str]:
    """Return one range as a row of its file."""
    ages = age_text(each.age_from_days), "" if each.age_to_days is None else age_text(each.age_to_days)
    rest = (each.valid_from, each.valid_to, each.low, each.high)
    return [each.analyte, each.sex, *ages, *("" if value is None else str(value) for value in rest), each.unit]
