"""The numbers and lists of the laboratory rules as a clinic sees and changes them, one by one."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from labs.grading.analytes import catalogue
from labs.rules.loader import CLINICS_OWN, FIXED, KINDS, PACKAGED
from schedules.names import ACTIVITY_NAMES

STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
NOT_OFFERED = frozenset((*FIXED, *CLINICS_OWN))
Settings = dict[str, dict[str, Any]]
PLAIN_TABLES = frozenset({"steps", "panels", "effects", "counts"})  # their keys say what they are

# What names of settings leave out, as clinicians say it; the others are read as they are called.
PHRASES: Mapping[str, str] = {
    "recovery.days_apart": "days between the two counts, at least",
    "recovery.never_fallen_from_day": "counts that never fell are believed from day",
    "recovery.grade_one": "grade 1 or less from",
    "monitoring.first_day": "counts are followed from day",
    "monitoring.settled_day": "at least to day",
    "monitoring.last_day": "at most to day",
    "monitoring.green_days": "green up to so many days without a count",
    "monitoring.amber_days": "amber up to so many days",
    "monitoring.severe_green_days": "green after a severe count up to so many days",
    "monitoring.severe_amber_days": "amber after a severe count up to so many days",
    "monitoring.severe": "severe below",
    "provisional.decided_on_day": "whether weekly counts go on is decided on day",
    "provisional.count_after_day": "they go on too without a count after day",
    "provisional.weekly_from_day": "weekly from day",
    "provisional.weekly_until_day": "weekly to day",
    "provisional.engrafted_anc": "after stem cells twice a week, until the ANC is",
    "provisional.engrafted_anc_days": "on counts so many days apart",
    "provisional.engrafted_platelets": "and platelets are",
    "provisional.engrafted_platelets_days": "with none given for so many days",
    "provisional.weekly_window_days": "weekly, days of the window before and after",
    "provisional.twice_weekly_window_days": "twice a week, days of the window before and after",
    "provisional.first_step_days": "twice a week, days to the next count",
    "provisional.second_step_days": "twice a week, days to the one after",
    "provisional.ahead_days": "twice a week, planned so many days ahead",
    "offers.chemistry_first_week": "chemistry with the counts of week",
    "offers.chemistry_second_week": "chemistry with the counts of week, too",
    "offers.chemistry_window_days": "chemistry, days of the window before and after",
    "offers.workup_after_days": "work-up, days after the last low count",
    "offers.workup_window_days": "work-up, days of the window before and after",
    "red_flag.flags": "red flags",
    "red_flag.fresh_days": "days after the contact, at most",
    "earlier.limits": "falling below",
    "earlier.least_days": "days between the two counts, at least",
    "earlier.latest_days": "days since the last count, at most",
    "earlier.ahead_days": "days from the last count to the crossing, at most",
    "earlier.window_days": "days of the window before and after",
}


class Setting(NamedTuple):
    """One number, or one list, of a rule: its path, what it is called, its text; `lines` of lists it may have."""

    path: str
    label: str
    text: str
    lines: int = 0


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """Return the rules as they are shipped, by rule."""
    content = tomllib.loads(PACKAGED.read_text(encoding="utf-8"), parse_float=Decimal)
    return {key: content[key] for key in KINDS}


def as_run(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the rules with what a clinic set otherwise."""
    content = deepcopy(shipped())
    for rule, changes in settings.items():
        for name, value in changes.items():
            nested = isinstance(value, dict) and isinstance(content[rule].get(name), dict)
            content[rule][name] = {**content[rule][name], **value} if nested else value
    return content


def texts_of(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the text of everything that can be set, by path, with what a clinic set otherwise."""
    content = as_run(settings)
    return {setting.path: setting.text for rule in content for setting in settings_of(rule, content)}


def settings_of(rule: str, content: Mapping[str, Any]) -> list[Setting]:
    """Return what can be set of a rule, in the order of the file."""
    found: list[Setting] = []
    for name in content[rule]:
        if name not in NOT_OFFERED:
            path = f"{rule}.{name}"
            label = "" if name in PLAIN_TABLES else PHRASES.get(path, words(name))
            found += leaves(content[rule][name], path, label)
    return found


def leaves(value: Any, path: str, label: str) -> Iterator[Setting]:
    """Yield the numbers and lists within `value`."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in ("tier", "name", "first"):
                yield from leaves(each, f"{path}.{name}", f"{label}, {words(name)}" if label else words(name))
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        for place, each in enumerate(value):
            tier = words(each.get("tier", str(place + 1)))
            yield from leaves(each, f"{path}[{place}]", f"{label}: {tier}")
    elif isinstance(value, list) and any(isinstance(each, list) for each in value):
        yield Setting(path, label, "\n".join(", ".join(each) for each in value), lines=len(value) + 1)
    elif isinstance(value, list):
        yield Setting(path, label, ", ".join(value), lines=2)
    elif not isinstance(value, bool):
        yield Setting(path, label, str(value))


def words(name: str) -> str:
    """Return a name as it is read: an analyte's or an activity's own name, others without underscores."""
    analyte = catalogue().get(name)
    return analyte.name if analyte else ACTIVITY_NAMES.get(name, name.replace("_", " "))


def changed(texts: Mapping[str, str]) -> Settings:
    """Return what differs from the shipped rules when settings read as `texts` (by path) say."""
    content = deepcopy(shipped())
    for path, text in texts.items():
        steps: list[Any] = [name or int(place) for name, place in STEP.findall(path)]
        holder: Any = content
        for step in steps[:-1]:
            holder = holder[step]
        holder[steps[-1]] = read_as(holder[steps[-1]], text)
    differing = {rule: differences(content[rule], shipped()[rule]) for rule in content}
    return {rule: found for rule, found in differing.items() if found}


def differences(table: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a rule that differ, tables by those of their keys that do, ready to be stored."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if value != usual[name]:
            parts = value if isinstance(value, dict) else None
            found[name] = storable(
                value if parts is None else {key: each for key, each in parts.items() if each != usual[name].get(key)}
            )
    return found


def read_as(usual: Any, text: str) -> Any:
    """Return `text` as what `usual` is: a list, a list of lists, or a number; what is no number stays a text."""
    if isinstance(usual, list) and any(isinstance(each, list) for each in usual):
        return [listed(line) for line in text.splitlines() if line.strip()]
    if isinstance(usual, list):
        return listed(text)
    text = text.strip()
    try:
        return int(text) if text.isascii() and text.isdigit() else Decimal(text)
    except InvalidOperation:
        return text


def listed(text: str) -> list[str]:
    """Return the words of a line, between commas or spaces."""
    return [word for word in re.split(r"[,\s]+", text.strip()) if word]


def storable(value: Any) -> Any:
    """Return `value` as JSON holds it without losing a digit: numbers with decimals as texts."""
    if isinstance(value, dict):
        return {key: storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [storable(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value
