"""Write a protocol as the file that `load_protocol` reads."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from schedules.protocol.definition import Phase, Protocol

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
INLINE = frozenset({"window"})  # small tables that read best on one line

Content = Mapping[str, Any]


def dump_protocol(protocol: Protocol) -> str:
    """Return `protocol` as TOML; reading it gives an equal protocol back."""
    return dump_content(content_of(protocol))


def content_of(protocol: Protocol) -> dict[str, Any]:
    """Return the tables and values of a protocol's file, in the order in which they are written."""
    example = {"example": True} if protocol.is_example else {}
    return {
        "slug": protocol.slug,
        "version": protocol.version,
        "title": protocol.title,
        **example,
        "activities": dict(protocol.activities),
        "indications": {key: list(markers) for key, markers in protocol.indications.items()},
        "options": {
            name: {"choices": list(offer.choices), "default": offer.default} for name, offer in protocol.choices.items()
        },
        "nadir": {
            "first_week": protocol.nadir.first_week,
            "last_week": protocol.nadir.last_week,
            "cost": protocol.nadir.cost,
        },
        "phases": {phase.key: phase_content(phase) for phase in protocol.phases},
    }


def phase_content(phase: Phase) -> dict[str, Any]:
    """Return the table of one phase; what it does not have is left out."""
    content: dict[str, Any] = {
        "name": phase.name,
        "kind": phase.kind,
        "unit": phase.unit,
        "first": phase.first,
        "after": phase.after,
        "last": phase.last,
        "every": phase.every,
        "window": {"before": phase.window_before, "after": phase.window_after},
        "activities": list(phase.activities),
        "markers_every": phase.markers_every,
        "first_cost": phase.first_cost,
        "cost": phase.cost,
    }
    if phase.between:
        content["between"] = {
            "visits_every": phase.between.visits_every,
            "activities": list(phase.between.activities),
            "cost": phase.between.cost,
        }
    if phase.closing:
        content["closing"] = {
            "replace_under": phase.closing.replace_under,
            "longest_gap": phase.closing.longest_gap,
        }
    return {key: value for key, value in content.items() if value is not None}


def dump_content(content: Content) -> str:
    """Return tables of texts, whole numbers, truth values and lists of them as TOML."""
    return "\n".join(_table(content, ())).lstrip("\n") + "\n"


def _table(content: Content, path: tuple[str, ...]) -> list[str]:
    inner = {key: value for key, value in content.items() if isinstance(value, Mapping) and key not in INLINE}
    own = [f"{_key(key)} = {_value(value)}" for key, value in content.items() if key not in inner]
    # A table that holds nothing but tables needs no head of its own; an empty one does.
    head = [f"\n[{'.'.join(map(_key, path))}]"] if path and (own or not inner) else []
    return head + own + [line for key, value in inner.items() for line in _table(value, (*path, key))]


def _key(key: str) -> str:
    return key if BARE_KEY.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(key)} = {_value(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"a protocol file holds no {type(value).__name__}")


def _text(value: str) -> str:
    # A JSON string is a TOML basic string, but for one character that TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
