"""The browsable page of the API: the schema, read aloud. Plain HTML, so it holds under the content security policy."""

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
            Field(p["name"], kind_of(p["schema"]), p.get("required", False), p.get("description", ""))
            for p in operation.get("parameters", [])
        ],
        body=list(fields_of(schema, operation.get("requestBody", {}))),
        answer=list(fields_of(schema, answers[0])),
    )


def fields_of(schema: dict[str, Any], message: dict[str, Any]) -> Iterator[Field]:
    """Yield the fields of a JSON body or answer."""
    content = message.get("content", {}).get("application/json", {}).get("schema", {})
    shape = component(schema, content)
    for name, field in shape.get("properties", {}).items():
        yield Field(name, kind_of(field), name in shape.get("required", ()), field.get("description", ""))


def component(schema: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    """Return the shape that `reference` stands for."""
    if "$ref" not in reference:
        return reference
    named: dict[str, Any] = schema["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
    return named


def kind_of(field: dict[str, Any]) -> str:
    """Return what a field holds, in a word or two: "date", "list of string", "Activity"."""
    for several in ("oneOf", "anyOf", "allOf"):
        if several in field:
            return " or ".join(dict.fromkeys(kind_of(one) for one in field[several]))
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    kinds = field.get("type", "anything")
    if kinds == "array":
        return f"list of {kind_of(field['items'])}"
    word = field.get("format", kinds if isinstance(kinds, str) else " or ".join(kinds))
    return f"{word} or null" if isinstance(kinds, list) and "null" in kinds and "null" not in word else str(word)
