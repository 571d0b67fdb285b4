"""Read a rules file, prove it sound, and adapt it to a clinic."""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints

from labs.rules.baseline import BaselineRule
from labs.rules.cytopenia import CytopeniaRule
from labs.rules.derive import DeriveRule
from labs.rules.earlier import EarlierRule
from labs.rules.effects import EffectsRule
from labs.rules.eligibility import EligibilityRule
from labs.rules.fever import FeverRule
from labs.rules.kidney import KidneyRule
from labs.rules.markers import MarkersRule
from labs.rules.matching import MatchingRule
from labs.rules.monitoring import MonitoringRule
from labs.rules.nadir import NadirRule
from labs.rules.offering import OffersRule
from labs.rules.provisional import ProvisionalRule
from labs.rules.reading import Mistake, Reader, RulesUnsound
from labs.rules.recovery import MARROW, RecoveryRule
from labs.rules.red_flag import FLAGS, RedFlagRule
from labs.rules.thyroid import ThyroidRule
from labs.rules.urgency import Step, UrgencyRule
from labs.rules.values import RANK, Rule

PACKAGED = Path(__file__).parent / "defaults.toml"
CLINICS_OWN = ("signed", "on")  # what a clinic sets without changing what the rule says
IN_ORDER = (
    ("monitoring.green_days", "monitoring.amber_days"),
    ("monitoring.severe_green_days", "monitoring.severe_amber_days"),
    ("monitoring.first_day", "monitoring.settled_day"),
    ("monitoring.settled_day", "monitoring.last_day"),
    ("provisional.weekly_from_day", "provisional.weekly_until_day"),
    ("offers.chemistry_first_week", "offers.chemistry_second_week"),
    ("cytopenia.alert_months", "cytopenia.workup_months"),
    ("thyroid.repeat_from_weeks", "thyroid.repeat_until_weeks"),
)
FIXED = ("key", "version", "title", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Every rule as a clinic runs it; `version` is that of the file."""

    version: str
    urgency: UrgencyRule
    matching: MatchingRule
    effects: EffectsRule
    recovery: RecoveryRule
    baseline: BaselineRule
    derive: DeriveRule
    nadir: NadirRule
    monitoring: MonitoringRule
    provisional: ProvisionalRule
    offers: OffersRule
    earlier: EarlierRule
    cytopenia: CytopeniaRule
    fever: FeverRule
    red_flag: RedFlagRule
    thyroid: ThyroidRule
    kidney: KidneyRule
    markers: MarkersRule
    eligibility: EligibilityRule

    def __iter__(self) -> Iterator[Rule]:
        return (getattr(self, key) for key in KINDS)


KINDS: Mapping[str, type[Rule]] = {
    field.name: get_type_hints(Rules)[field.name] for field in fields(Rules) if field.name != "version"
}


@lru_cache(maxsize=1)
def packaged_rules() -> Rules:
    """Return the rules this product ships."""
    return load_rules(PACKAGED.read_text(encoding="utf-8"), source=PACKAGED.name)


def adapted_rules(
    changes: Mapping[str, Mapping[str, Any]], *, off: Collection[str] = (), source: str = "the clinic's settings"
) -> Rules:
    """Return the packaged rules with a clinic's numbers (by rule and setting) and without those it switched off.

    A rule with other numbers has a version of its own, told from the numbers: "1.0+3fa9c1". Numbers may be texts;
    a setting that is a table is changed by those of its keys that are given.

    Raises   RulesUnsound: with every mistake found.
    """
    content = _content(PACKAGED.read_text(encoding="utf-8"), PACKAGED.name)
    mistakes = [Mistake(source, key, "is not a known rule") for key in [*changes, *off] if key not in KINDS]
    for key, settings in changes.items():
        if key in KINDS:
            mistakes += _adapt(content[key], key, settings, source)
    for key in off:
        if key in KINDS:
            content[key]["on"] = False
    return _read(content, source, mistakes)


def load_rules(text: str, *, source: str) -> Rules:
    """Return the rules written in `text` (TOML); `source` names the file in mistakes.

    Raises   RulesUnsound: with every mistake found, not only the first.
    """
    return _read(_content(text, source), source, [])


def _content(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise RulesUnsound([Mistake(source, "the file", f"is not TOML: {error}")]) from error


def _adapt(table: dict[str, Any], key: str, settings: Mapping[str, Any], source: str) -> list[Mistake]:
    mistakes = [Mistake(source, f"{key}.{name}", "cannot be changed") for name in settings if name in FIXED]
    changed = {name: value for name, value in settings.items() if name not in CLINICS_OWN}
    for name, value in settings.items():
        nested = isinstance(value, dict) and isinstance(table.get(name), dict)
        table[name] = {**table[name], **value} if nested else value
    if changed:
        written = json.dumps(changed, sort_keys=True, default=str)
        table["version"] = f"{table['version']}+{sha256(written.encode()).hexdigest()[:6]}"
    return mistakes


def _read(content: dict[str, Any], source: str, mistakes: list[Mistake]) -> Rules:
    reader = Reader(source, mistakes)
    for key in content.keys() - KINDS.keys() - {"version"}:
        reader.mistake(key, "is not a known rule")
    given: dict[str, Any] = {"version": reader.value(str, content.get("version", ""), "version")}
    for key, kind in KINDS.items():
        if key in content:
            given[key] = reader.record(kind, content[key], key, key=key)
        else:
            reader.mistake(key, "is missing")
    if not mistakes:
        _prove(Rules(**given), reader)
    if mistakes:
        raise RulesUnsound(sorted(mistakes))
    return Rules(**given)


def _prove(rules: Rules, reader: Reader) -> None:
    """Note what each value by itself cannot show: steps out of order, sets that name nothing."""
    for analyte, steps in rules.urgency.steps.items():
        _prove_steps(steps, f"urgency.steps.{analyte}", reader)
    for activity, panel in rules.matching.panels.items():
        if not panel or not all(panel):
            reader.mistake(f"matching.panels.{activity}", "has an empty set, which any result would complete")
    for limits, path in (
        (rules.recovery.grade_one, "recovery.grade_one"),
        (rules.monitoring.severe, "monitoring.severe"),
    ):
        for analyte in MARROW:
            if analyte not in limits:
                reader.mistake(f"{path}.{analyte}", "is missing")
    for flag in sorted(rules.red_flag.flags - FLAGS.keys()):
        reader.mistake("red_flag.flags", f"{flag!r} is unknown, use {', '.join(FLAGS)}")
    for earlier, later in IN_ORDER:
        if attrgetter(earlier)(rules) >= attrgetter(later)(rules):
            reader.mistake(later, f"is not more than {earlier}")


def _prove_steps(steps: tuple[Step, ...], path: str, reader: Reader) -> None:
    """Note steps without exactly one limit, and steps in one direction that are not from the worst to the mildest."""
    for place, step in enumerate(steps):
        if sum(limit is not None for limit in (step.below, step.above, step.times_baseline)) != 1:
            reader.mistake(f"{path}[{place}]", "needs exactly one of below, above, times_baseline")
    if any(RANK[earlier.tier] < RANK[later.tier] for earlier, later in pairwise(steps)):
        reader.mistake(path, "is not ordered by urgency, the most urgent first")
    for direction, sign in (("below", 1), ("above", -1), ("times_baseline", -1)):
        limits = [sign * limit for step in steps if (limit := getattr(step, direction)) is not None]
        if any(earlier >= later for earlier, later in pairwise(limits)):
            reader.mistake(path, f"has limits {direction} that are not ordered, the worst first")
