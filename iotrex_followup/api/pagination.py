"""Lists are paged by key: no OFFSET, no COUNT, nothing twice and nothing left out while rows come and go."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

DEFAULT_SIZE, LARGEST_SIZE = 50, 200
PARAMETERS = frozenset({"cursor", "page_size"})


class Cursor(NamedTuple):
    """The key of the row a page begins after (`backwards`: ends before)."""

    key: list[Any]
    backwards: bool

    def __str__(self) -> str:
        return urlsafe_b64encode(json.dumps(self, cls=DjangoJSONEncoder).encode()).decode()


class KeysetPagination(BasePagination):
    """Pages along the view's `ordering`: fields without NULL of which the last is unique; a leading "-" descends."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        names: Sequence[str] = view.ordering
        cursor = cursor_of(request, queryset.model, names)
        size = size_of(request)
        backwards = cursor is not None and cursor.backwards
        ordered = queryset.order_by(*(reverse(name) if backwards else name for name in names))
        if cursor:
            ordered = ordered.filter(beyond(list(zip(names, cursor.key, strict=True)), backwards=backwards))
        found = list(ordered[: size + 1])
        page, more = found[:size], len(found) > size
        if backwards:
            page.reverse()
        self.next = link(request, page[-1:], names, backwards=False) if more or backwards else None
        self.previous = link(request, page[:1], names, backwards=True) if (more if backwards else cursor) else None
        return page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        return [
            query_parameter("cursor", {"type": "string"}, "From the `next` or `previous` link; never made up."),
            query_parameter("page_size", size, "Rows per page."),
        ]


def query_parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def reverse(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def beyond(key: list[tuple[str, Any]], *, backwards: bool) -> Q:
    """Return the condition for rows after (`backwards`: before) the row with this key.

    The leading comparison stands outside the alternatives, so that an index on the leading field is used.
    """
    (name, value), *rest = key
    field = name.lstrip("-")
    comparison = "lt" if name.startswith("-") != backwards else "gt"
    strictly = Q(**{f"{field}__{comparison}": value})
    if not rest:
        return strictly
    return Q(**{f"{field}__{comparison}e": value}) & (
        strictly | Q(**{field: value}) & beyond(rest, backwards=backwards)
    )


def link(request: Request, edge: list[Model], names: Sequence[str], *, backwards: bool) -> str | None:
    """Return the address of the page beyond the row in `edge`, None when there is no row."""
    if not edge:
        return None
    cursor = Cursor([getattr(edge[0], name.lstrip("-")) for name in names], backwards)
    bare = remove_query_param(request.build_absolute_uri(), "cursor")
    return str(replace_query_param(bare, "cursor", str(cursor)))


def cursor_of(request: Request, model: type[Model], names: Sequence[str]) -> Cursor | None:
    """Return the cursor the request names, None on the first page.

    Raises   ValidationError: it is not one of ours.
    """
    text = request.query_params.get("cursor")
    if text is None:
        return None
    try:
        key, backwards = json.loads(urlsafe_b64decode(text))
        fields = [model._meta.get_field(name.lstrip("-")) for name in names]
        values = [field.to_python(value) for field, value in zip(fields, key, strict=True)]  # type: ignore[union-attr]
    except (ValueError, TypeError, DjangoValidationError) as error:
        raise ValidationError({"cursor": "Use a cursor of a “next” or “previous” link."}) from error
    return Cursor(values, bool(backwards))


def size_of(request: Request) -> int:
    """Return the wanted page size.

    Raises   ValidationError: not a number from 1 to 200.
    """
    text = request.query_params.get("page_size", str(DEFAULT_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST_SIZE and len(text) < 10):
        raise ValidationError({"page_size": f"Choose a number from 1 to {LARGEST_SIZE}."})
    return int(text)
