"""Grade results given as rows of texts: one row in, one line per applicable term out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from labs.grading.analytes import Analyte, Misfit, Placed, catalogue, in_si, likely_units, out_of_hard_limits, place
from labs.grading.grade import NOT_GRADABLE, Observation, grade
from labs.grading.terms import HIGH, LOW, Criteria
from labs.grading.values import Value, read_value

QUARANTINED = "quarantined"
REQUIRED = ("analyte", "value", "unit")
RANGES = ((LOW, HIGH), ("baseline_low", "baseline_high"))
COLUMNS = (
    *("row_id", *REQUIRED, "low", "high", "baseline", "baseline_low", "baseline_high", "baseline_flag"),
    *("sex", "age", "fasting"),
)
ANSWER = ("row_id", "analyte", "term", "direction", "grade", "grade_if_symptomatic", "status", "reason", "ctcae")
FLAGS = {"": "", "l": LOW, "low": LOW, "n": "normal", "normal": "normal", "h": HIGH, "high": HIGH}
YES_OR_NO = {
    "": None,
    **dict.fromkeys(("yes", "y", "true", "1"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}
OLDEST = 150

Line = dict[str, Any]
T = TypeVar("T")


class Refused(ValueError):
    """A row that cannot be understood; `mistakes` name each field, what is wrong with it, and the remedy."""

    def __init__(self, *mistakes: str) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(mistakes))


def grade_row(row: Mapping[str, object], criteria: Criteria, *, row_id: str = "") -> list[Line]:
    """Return one line per term that grades the analyte of `row`; none when no term does.

    `row` holds COLUMNS, as texts or numbers, absent ones being blank; `row_id` stands in for a blank one. What cannot
    be understood is quarantined with every reason at once, never graded.
    """
    cells = {column: _text(row.get(column)) for column in COLUMNS}
    head: Line = {"row_id": cells["row_id"] or row_id, "analyte": cells["analyte"]}
    analyte = catalogue().find(cells["analyte"])
    if analyte is None:
        what = f"{cells['analyte']!r} is not known" if cells["analyte"] else "is missing"
        reason = f"analyte: {what}; give a key such as hgb, or a LOINC code"
        return [_line(head, criteria, QUARANTINED, reason)]
    head["analyte"] = analyte.key
    terms = [(term.name, term.direction) for term in criteria.terms_of(analyte.key)]
    try:
        observation = observe(analyte, cells)
    except Refused as refused:
        return [_line(head, criteria, QUARANTINED, str(refused), *term) for term in terms or [("", "")]]
    if isinstance(observation, str):
        return [_line(head, criteria, NOT_GRADABLE, observation, *term) for term in terms]
    return [
        _line(head, criteria, one.status, one.reason, one.term, one.direction, one.grade, one.grade_if_symptomatic)
        for one in grade(observation, criteria)
    ]


def refused_row(row: Mapping[str, object], criteria: Criteria, reason: str, *, row_id: str = "") -> Line:
    """Return the line of a row that is not even a row."""
    head = {"row_id": _text(row.get("row_id")) or row_id, "analyte": _text(row.get("analyte"))}
    return _line(head, criteria, QUARANTINED, reason)


def _line(
    head: Line,
    criteria: Criteria,
    status: str,
    reason: str,
    term: str = "",
    direction: str = "",
    grade: int | None = None,
    grade_if_symptomatic: int | None = None,
) -> Line:
    values = (term, direction, grade, grade_if_symptomatic, status, reason, criteria.version)
    return head | dict(zip(ANSWER[2:], values, strict=True))


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def observe(analyte: Analyte, cells: Mapping[str, str]) -> Observation | str:
    """Return the result in `cells` (COLUMNS, blank where not known) as it is graded, or why there is no number in it.

    Limits and baseline are in the unit of the result.  Raises  Refused: what cannot be understood.
    """
    mistakes: list[str] = []
    unit = place(analyte, Decimal(1), cells["unit"])
    if isinstance(unit, Misfit):
        mistakes.append(f"unit: {unit.reason}")
    value = _value(cells["value"], mistakes)
    numbers = {column: _number(column, cells[column], mistakes) for pair in RANGES for column in pair}
    numbers["baseline"] = _number("baseline", cells["baseline"], mistakes)
    flag = _one_of("baseline_flag", cells, FLAGS, "low, normal or high", mistakes)
    fasting = _one_of("fasting", cells, YES_OR_NO, "yes or no", mistakes)
    _check_age(cells["age"], mistakes)
    _check_ranges(numbers, mistakes)
    numbers["value"] = value.number if isinstance(value, Value) else None
    if isinstance(unit, Misfit):
        raise Refused(*mistakes)
    placed = {column: _placed(analyte, number, cells) for column, number in numbers.items()}
    _check_possible(analyte, placed, numbers, mistakes)
    if mistakes:
        raise Refused(*mistakes)
    if not isinstance(value, Value) or placed["value"] is None:
        return str(value)
    given = {column: None if each is None else each.value for column, each in placed.items()}
    return Observation(
        analyte=analyte.key,
        value=placed["value"].value,
        system=unit.system,
        comparator=value.comparator,
        low=given[LOW],
        high=given[HIGH],
        baseline=given["baseline"],
        baseline_low=given["baseline_low"],
        baseline_high=given["baseline_high"],
        baseline_flag=flag or "",
        fasting=fasting,
    )


def _value(text: str, mistakes: list[str]) -> Value | str:
    """Return the value, or why it is no number; digits that do not make one number are a mistake."""
    value = read_value(text)
    if value is None:
        return "value: none is given"
    if value.number is not None:
        return value
    if any(map(str.isdigit, text)):
        remedy = "write it with a decimal point" if "comma" in value.reason else "give one number"
        mistakes.append(f"value: {text!r} does not read as one number ({value.reason}); {remedy}")
    return f"value: {text!r} is a text, not a number"


def _number(column: str, text: str, mistakes: list[str]) -> Decimal | None:
    value = read_value(text)
    if value is None:
        return None
    if value.number is None or value.comparator:
        why = value.reason or f"{value.comparator} does not belong here"
        mistakes.append(f"{column}: {text!r} does not read as one number ({why}); correct it or leave it blank")
        return None
    if column in (HIGH, "baseline_high") and not value.number:
        mistakes.append(f"{column}: 0 is no upper limit; correct it or leave it blank")
    return value.number


def _one_of(column: str, cells: Mapping[str, str], known: Mapping[str, T], words: str, mistakes: list[str]) -> T | None:
    text = cells[column].casefold()
    if text not in known:
        mistakes.append(f"{column}: {cells[column]!r} is unknown; write {words}, or leave it blank")
    return known.get(text)


def _check_age(text: str, mistakes: list[str]) -> None:
    age = read_value(text)
    if age is not None and (age.number is None or age.comparator or age.number > OLDEST):
        mistakes.append(f"age: {text!r} is not an age in years; correct it or leave it blank")


def _check_ranges(numbers: Mapping[str, Decimal | None], mistakes: list[str]) -> None:
    for lower, upper in RANGES:
        low, high = numbers[lower], numbers[upper]
        if low is not None and high is not None and low > high:
            mistakes.append(f"{lower}: {low} is above {upper} {high}; correct them")


def _placed(analyte: Analyte, number: Decimal | None, cells: Mapping[str, str]) -> Placed | None:
    placed = None if number is None else place(analyte, number, cells["unit"])
    return placed if isinstance(placed, Placed) else None


def _check_possible(
    analyte: Analyte, placed: Mapping[str, Placed | None], given: Mapping[str, Decimal | None], mistakes: list[str]
) -> None:
    """Note a number that no patient has, and a limit that belongs to another unit."""
    for column, each in placed.items():
        number = given[column]
        if each is None or number is None:
            continue
        if column in ("value", "baseline"):
            impossible = out_of_hard_limits(analyte, each)
            if impossible:
                units = ", ".join(likely_units(analyte, number)) or "no accepted unit"
                mistakes.append(f"{column}: {impossible} {number} would be possible in {units}")
        # A lower limit of 0 is printed for many analytes that are never 0, so only the upper side is told.
        elif (in_si(analyte, each) or Decimal(0)) > analyte.hard_max:
            mistakes.append(f"{column}: {number} is above the most that is possible; give it in the unit of the result")
