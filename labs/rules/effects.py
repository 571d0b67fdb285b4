"""Which values a transfusion or a growth factor distorts, and for how long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from labs.rules.values import Rule


class Support(NamedTuple):
    """A supportive treatment: its kind (a key of the effects), clinic-local day, and time (aware) where known."""

    kind: str
    day: date
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a kind of support distorts: these analytes, up to and including `days` after its day."""

    name: str
    analytes: frozenset[str]
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectsRule(Rule):
    """The effects by kind of support."""

    effects: Mapping[str, Effect]


def affected_by(
    rule: EffectsRule, analyte: str, day: date, supports: Iterable[Support], *, at: datetime | None = None
) -> tuple[str, ...]:
    """Return the names of what affects `analyte` drawn on `day`, each once; empty when nothing does.

    The day of the support itself is affected, unless `at` and the support's time show that the draw came first. A kind
    the rule does not know affects nothing.
    """
    return tuple(sorted({rule.effects[each.kind].name for each in supports if _affects(rule, each, analyte, day, at)}))


def _affects(rule: EffectsRule, support: Support, analyte: str, day: date, at: datetime | None) -> bool:
    effect = rule.effects.get(support.kind)
    if effect is None or analyte not in effect.analytes or not 0 <= (day - support.day).days <= effect.days:
        return False
    return at is None or support.at is None or at >= support.at
