"""Read one phase of a protocol file."""

from collections.abc import Collection
from typing import cast

from schedules.protocol.definition import Between, Closing, Kind, Phase, Unit
from schedules.protocol.options import INTERVALS
from schedules.protocol.table import Table

LAST = 600  # weeks or months: no follow-up is longer, and no grid of timepoints larger
WIDEST = 366  # days to either side of a target

KEYS = (
    *("name", "kind", "unit", "first", "after", "last", "every", "window"),
    *("activities", "markers_every", "cost", "first_cost", "between", "closing"),
)


def read_phase(table: Table, key: str, known: Collection[str]) -> Phase:
    """Return the phase written in `table`; `known` are the protocol's activities."""
    table.only(KEYS)
    _check_bounds(table)
    window = table.table("window")
    window.only(("before", "after"))
    return Phase(
        key=key,
        name=table.text("name"),
        kind=cast(Kind, table.text("kind", ("visit", "imaging"))),
        unit=cast(Unit, table.text("unit", ("weeks", "months"))),
        every=_read_every(table),
        window_before=window.integer("before", most=WIDEST),
        window_after=window.integer("after", most=WIDEST),
        activities=_activities(table, known),
        cost=table.cost(),
        first=table.optional_integer("first", least=1, most=LAST),
        after=table.optional_integer("after", least=1, most=LAST),
        last=table.optional_integer("last", least=1, most=LAST),
        markers_every=table.optional_integer("markers_every", least=1, most=LAST),
        first_cost=table.cost("first_cost") if "first_cost" in table else None,
        between=_read_between(table.table("between"), known) if "between" in table else None,
        closing=_read_closing(table) if "closing" in table else None,
    )


def _check_bounds(table: Table) -> None:
    if ("first" in table) == ("after" in table):
        table.mistake("first", "and after: exactly one says where the phase begins", "keep one of the two")
    first, last = table.content.get("first"), table.content.get("last")
    if type(first) is int and type(last) is int and last < first:
        table.mistake("last", f"{last} is before first {first}", "give a later one")
    if table.content.get("unit") == "weeks":
        if "last" not in table:
            table.mistake("last", "is missing", "say with which week the phase ends")
        if isinstance(table.content.get("every"), str):
            table.mistake("every", "is chosen in months", "write the number of weeks")
        for key in ("between", "closing"):
            if key in table:
                table.mistake(key, "is for phases in months", "take it away")


def _read_every(table: Table) -> int | str:
    if isinstance(table.content.get("every"), str):
        return table.text("every", INTERVALS)
    return table.integer("every", least=1, most=LAST)


def _activities(table: Table, known: Collection[str]) -> tuple[str, ...]:
    activities = table.keys_of("activities", known, "activity")
    if table.content.get("activities") == []:
        table.mistake("activities", "is empty", "name at least one activity")
    return activities


def _read_between(table: Table, known: Collection[str]) -> Between:
    table.only(("visits_every", "activities", "cost"))
    return Between(table.text("visits_every", INTERVALS), _activities(table, known), table.cost())


def _read_closing(phase: Table) -> Closing:
    if "last" not in phase:
        phase.mistake("closing", "needs the phase's last month", "add last")
    table = phase.table("closing")
    table.only(("replace_under", "longest_gap"))
    return Closing(table.integer("replace_under", least=1, most=LAST), table.integer("longest_gap", least=1, most=LAST))
