"""What cannot be true, and what is unusual, in what a person says of a laboratory's codes, units and ranges."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from iotrex_followup.findings import Finding
from labs.ages import age_text
from labs.grading.analytes import Analyte, Misfit, catalogue, out_of_hard_limits, place
from labs.grading.units import read_unit
from labs.senders.shipped import CodeMeaning
from patients.models import Sex

LONGEST = {"code": 80, "analyte": 40, "unit": 40, "assay": 80, "specimen_type": 40, "spelling": 40, "source": 200}
ALL_UNITS = "Write it in UCUM, such as 10*9/L, g/dL or umol/L."


class RangeLike(Protocol):
    """A range as stored or as entered: ages in days, from inclusive, to exclusive; dates inclusive; None: no end."""

    @property
    def analyte(self) -> str: ...

    @property
    def sex(self) -> str: ...

    @property
    def age_from_days(self) -> int: ...

    @property
    def age_to_days(self) -> int | None: ...

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeFacts:
    """A reference range as entered; read like `RangeLike`."""

    analyte: str
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    sex: str = ""
    age_from_days: int = 0
    age_to_days: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


def code_mistakes(code: str, meaning: CodeMeaning) -> list[Finding]:
    """Return what cannot be true of a code and what it stands for."""
    mistakes = too_long({"code": code, **meaning._asdict()})
    if not code:
        mistakes.append(Finding(None, "code", "There is no code.", "Write it as the laboratory sends it."))
    analyte = catalogue().get(meaning.analyte)
    if meaning.analyte and analyte is None:
        mistakes.append(unknown_analyte(meaning.analyte))
    if analyte and meaning.unit:
        mistakes += unit_misfit(analyte, meaning.unit)
    elif meaning.unit and read_unit(meaning.unit) is None:
        mistakes.append(Finding(None, "unit", f"“{meaning.unit}” is not a unit.", ALL_UNITS))
    return mistakes


def code_concerns(code: str, meaning: CodeMeaning) -> list[str]:
    """Return what is unusual: a code that everybody else uses for something else."""
    ours, analyte = catalogue().find(code), catalogue().get(meaning.analyte)
    if ours and ours is not analyte:
        return [f"{code} stands for {ours.name} everywhere else."]
    if analyte is None and (likely := catalogue().suggestions(code)):
        return [f"{code} is a usual name of {likely[0].name}, which would neither be graded nor followed."]
    return []


def unit_mistakes(spelling: str, unit: str) -> list[Finding]:
    """Return what cannot be true of a spelling and the unit it means."""
    mistakes = too_long({"spelling": spelling, "unit": unit})
    if not spelling:
        mistakes.append(Finding(None, "spelling", "There is no spelling.", "Write it as the laboratory sends it."))
    if read_unit(unit) is None:
        mistakes.append(Finding(None, "unit", f"“{unit}” is not a unit.", ALL_UNITS))
    return mistakes


def unit_concerns(spelling: str, unit: str) -> list[str]:
    """Return what is unusual: a spelling that everybody else means otherwise."""
    usual, meant = read_unit(spelling), read_unit(unit)
    if usual is None or meant is None or usual[1:] == meant[1:]:
        return []
    return [f"“{spelling}” means {usual.code} everywhere else. Every value in it would be read as {meant.code}."]


def range_mistakes(facts: RangeFacts) -> list[Finding]:
    """Return what cannot be true of a range by itself."""
    mistakes = too_long({"unit": facts.unit, "source": facts.source})
    analyte = catalogue().get(facts.analyte)
    if analyte is None:
        mistakes.append(unknown_analyte(facts.analyte))
    else:
        mistakes += unit_misfit(analyte, facts.unit) or limit_mistakes(analyte, facts)
    if facts.sex and facts.sex not in Sex.values:
        mistakes.append(
            Finding(None, "sex", f"“{facts.sex}” is not known.", "Write female or male, or leave it blank.")
        )
    if facts.low is None and facts.high is None:
        mistakes.append(Finding(None, "low", "There is no limit.", "Give a lower or an upper limit."))
    if facts.age_to_days is not None and facts.age_to_days <= facts.age_from_days:
        mistakes.append(Finding(None, "age_to", "It is not above the age from.", "The age to is the first beyond it."))
    if facts.valid_from and facts.valid_to and facts.valid_to < facts.valid_from:
        mistakes.append(Finding(None, "valid_to", "The last day is before the first.", "Correct one of the dates."))
    return mistakes


def limit_mistakes(analyte: Analyte, facts: RangeFacts) -> list[Finding]:
    """Return what cannot be true of the limits; their unit fits."""
    if facts.low is not None and facts.high is not None and facts.low > facts.high:
        return [Finding(None, "low", "The lower limit is above the upper one.", "Correct one of them.")]
    mistakes = []
    if facts.high == 0:
        mistakes.append(Finding(None, "high", "0 is no upper limit.", "Correct it, or leave it blank."))
    for column, limit in (("low", facts.low), ("high", facts.high)):
        placed = None if limit is None else place(analyte, limit, facts.unit)
        if placed and not isinstance(placed, Misfit) and (slip := out_of_hard_limits(analyte, placed)):
            mistakes.append(Finding(None, column, f"{slip}", "Correct the limit or its unit."))
    return mistakes


def clash(facts: RangeLike, others: Iterable[RangeLike]) -> RangeLike | None:
    """Return the first range that would hold for a person and day for whom `facts` holds too, of the same sex entry.

    A range for one sex beside one for both is no clash: it goes before it.
    """
    return next((other for other in others if overlaps(facts, other)), None)


def overlaps(one: RangeLike, other: RangeLike) -> bool:
    """Say whether two ranges hold for the same analyte, sex entry, an age and a day."""
    return (
        (one.analyte, one.sex) == (other.analyte, other.sex)
        and one.age_from_days < (other.age_to_days or one.age_from_days + 1)
        and other.age_from_days < (one.age_to_days or other.age_from_days + 1)
        and (one.valid_from or date.min) <= (other.valid_to or date.max)
        and (other.valid_from or date.min) <= (one.valid_to or date.max)
    )


def range_words(each: RangeLike) -> str:
    """Return for whom and when a range holds: "Platelets, female, from 18y, from 2024-01-01"."""
    analyte = catalogue().get(each.analyte)
    to = "" if each.age_to_days is None else f" to {age_text(each.age_to_days)}"
    ages = f"from {age_text(each.age_from_days)}{to}" if each.age_from_days or to else "all ages"
    days = [f"{word} {day}" for word, day in (("from", each.valid_from), ("until", each.valid_to)) if day]
    return ", ".join([analyte.name if analyte else each.analyte, each.sex or "both sexes", ages, *days])


def unit_misfit(analyte: Analyte, unit: str) -> list[Finding]:
    placed = place(analyte, Decimal(1), unit)
    if not isinstance(placed, Misfit):
        return []
    return [Finding(None, "unit", f"{analyte.name}: {placed.reason}.", "Choose one of those.")]


def unknown_analyte(key: str) -> Finding:
    likely = ", ".join(each.key for each in catalogue().suggestions(key))
    remedy = (
        f"If it is {likely}, write that." if likely else "Write the key of an analyte, as the list of analytes has it."
    )
    return Finding(None, "analyte", f"“{key}” is not an analyte.", remedy)


def too_long(texts: dict[str, str]) -> list[Finding]:
    return [
        Finding(None, column, f"It has {len(text)} characters.", f"Shorten it to at most {LONGEST[column]}.")
        for column, text in texts.items()
        if len(text) > LONGEST[column]
    ]
