"""The types of the elements we read of a PlanDefinition. Pure; whatever passes can be read without surprises."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from schedules.protocol import Mistake

SOURCE = "PlanDefinition"
DEEPEST = 12
MOST_ACTIONS = 500
LONGEST = 1000  # characters of a text
TEXT, FILE, NUMBER = f"a text of up to {LONGEST} characters", "a text", "a number"
REMEDY = "write it as FHIR R4 has it"

Shape = str | list[Any] | dict[str, Any]

QUANTITY: Shape = {"value": NUMBER, "code": TEXT}
EXTENSION: dict[str, Any] = {
    "url": TEXT,
    "valueString": FILE,
    "valueUnsignedInt": NUMBER,
    "valueRange": {"low": QUANTITY, "high": QUANTITY},
}
EXTENSION["extension"] = [EXTENSION]
RELATED = {"actionId": TEXT, "relationship": TEXT, "offsetDuration": QUANTITY, "extension": [EXTENSION]}
ACTION: dict[str, Any] = {
    "id": TEXT,
    "title": TEXT,
    "requiredBehavior": TEXT,
    "relatedAction": [RELATED],
    "code": [{"coding": [{"system": TEXT, "code": TEXT}]}],
}
ACTION["action"] = [ACTION]
PLAN: Shape = {
    "resourceType": TEXT,
    "title": TEXT,
    "name": TEXT,
    "version": TEXT,
    "extension": [EXTENSION],
    "action": [ACTION],
}


def misshapen(value: object, shape: Shape = PLAN, path: str = "", depth: int = 0) -> Iterator[Mistake]:
    """Yield each element that is of another type than FHIR R4 has it, and each that must not be passed over."""
    if depth > DEEPEST:
        yield Mistake(SOURCE, path, "is nested too deeply", "put the activities of a timepoint right below it")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield Mistake(SOURCE, path, "is not a list", REMEDY)
            return
        for number, each in enumerate(value):
            yield from misshapen(each, shape[0], f"{path}[{number}]", depth + 1)
    elif isinstance(shape, dict):
        if not isinstance(value, Mapping):
            yield Mistake(SOURCE, path, "is not an object", REMEDY)
            return
        if "modifierExtension" in value:
            where = f"{path}.modifierExtension".lstrip(".")
            yield Mistake(SOURCE, where, "changes the meaning in a way we do not know", "take it away")
        for key in shape.keys() & value.keys():
            yield from misshapen(value[key], shape[key], f"{path}.{key}".lstrip("."), depth)
    elif not is_a(value, shape):
        yield Mistake(SOURCE, path, f"is not {shape}", REMEDY)


def is_a(value: object, shape: str) -> bool:
    """Say whether `value` is a text, or a number that is one."""
    if shape in (TEXT, FILE):
        return isinstance(value, str) and (shape == FILE or len(value) <= LONGEST)
    return not isinstance(value, bool) and isinstance(value, int | float) and isfinite(value)
