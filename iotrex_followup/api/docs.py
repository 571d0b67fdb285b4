"""The browsable page of the API: the schema, read aloud. Plain HTML, so it holds under the content security policy."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

from accounts.middleware import ClinicRequest
from accounts.permissions import May, requires
from iotrex_followup.api.problems import EXPLAINED


class Field(NamedTuple):
    """One parameter, or one field of a body or an answer."""

    name: str
    kind: str
    required: bool
    description: str


class Operation(NamedTuple):
    """What can be asked of one address."""

    tag: str
    method: str
    path: str
    anchor: str
    summary: str
    parameters: list[Field]
    body: list[Field]
    example: str
    answer: list[Field]


@require_GET
@requires(May.SIGN_IN)
def docs(request: ClinicRequest) -> HttpResponse:
    """Show every operation with its parameters, body and answer, and every kind of problem."""
    return render(request, "api/docs.html", {"operations": operations(), "problems": EXPLAINED})


@cache
def operations() -> list[Operation]:
    """Return every operation of the schema, by tag and path."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found = [
        read(schema, path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda operation: (operation.tag, operation.path, operation.method))


def read(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    """Return one operation as the page shows it."""
    answers = [answer for code, answer in operation["responses"].items() if code != "default"]
    return Operation(
        tag=operation["tags"][0],
        method=method.upper(),
        path=path,
        anchor=operation["operationId"],
        summary=operation.get("summary", ""),
        parameters=[
            Field(p["name"], kind_of(schema, p["schema"]), p.get("required", False), meaning(p))
            for p in operation.get("parameters", [])
        ],
        body=list(fields_of(schema, operation.get("requestBody", {}))),
        example=example_of(schema, operation.get("requestBody", {})),
        answer=[field._replace(required=False) for field in fields_of(schema, answers[0])],
    )


def example_of(schema: dict[str, Any], message: dict[str, Any]) -> str:
    """Return the example of a JSON body; blank without one."""
    content = message.get("content", {}).get("application/json", {}).get("schema", {})
    examples = resolved(schema, content).get("examples", [])
    return json.dumps(examples[0], indent=2) if examples else ""


def fields_of(schema: dict[str, Any], message: dict[str, Any]) -> Iterator[Field]:
    """Yield the fields of a JSON body or answer."""
    content = message.get("content", {}).get("application/json", {}).get("schema", {})
    yield from fields_in(schema, resolved(schema, content), "")


def fields_in(schema: dict[str, Any], shape: dict[str, Any], path: str) -> Iterator[Field]:
    """Yield the fields of `shape`, those of a field's own shape after it by their path ("activities[].status")."""
    for name, field in shape.get("properties", {}).items():
        yield Field(path + name, kind_of(schema, field), name in shape.get("required", ()), meaning(field))
        several = field.get("items")
        inner = resolved(schema, field if several is None else several)
        yield from fields_in(schema, inner, f"{path}{name}{'' if several is None else '[]'}.")


def meaning(field: dict[str, Any]) -> str:
    """Return the field's description without the choices that the library lists in it; `kind_of` names them."""
    words: str = field.get("description", "").partition("* `")[0]
    return words.strip()


def resolved(schema: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """Return `shape` itself, or the named one it stands for."""
    for several in ("oneOf", "allOf"):
        if several in shape:
            return resolved(schema, shape[several][0])
    if "$ref" not in shape:
        return shape
    named: dict[str, Any] = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return named


def kind_of(schema: dict[str, Any], field: dict[str, Any]) -> str:
    """Return what a field holds, in a word or two: "date", "list of string", "one of done, drawn"."""
    if "oneOf" in field:
        choices = [one for one in field["oneOf"] if resolved(schema, one).get("enum") != [""]]
        return " or ".join(dict.fromkeys(kind_of(schema, one) for one in choices))
    shape = resolved(schema, field)
    if "enum" in shape:
        return "one of " + ", ".join(str(value) for value in shape["enum"] if value != "")
    kinds = shape.get("type", "anything")
    first, *others = [kinds] if isinstance(kinds, str) else kinds
    word = f"list of {kind_of(schema, shape['items'])}" if first == "array" else shape.get("format", first)
    return " or ".join([word, *others])
