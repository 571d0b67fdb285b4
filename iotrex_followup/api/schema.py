"""What drf-spectacular cannot read from a route by itself: bodies, versions, problems."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from iotrex_followup.api.problems import CONTENT_TYPE
from iotrex_followup.api.resources import Resource, Route

WRITES = ("POST", "PATCH")
PROBLEM = {
    "type": "object",
    "description": "What was refused, and why (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "The kind, explained at that address."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and what to do, in plain language."},
        "concerns": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What is unusual; send a reason to record it all the same.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": ["string", "null"], "description": "Path in the body, such as `plan.markers`."},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


class RouteSchema(AutoSchema):
    """The schema of a `Route`: its bodies and versions from what it declares."""

    def get_request_serializer(self) -> Any:
        if isinstance(self.view, Route) and self.method in WRITES:
            return self.view.bodies.get(self.view.action or "")
        return super().get_request_serializer()

    def get_summary(self) -> str | None:
        """Return the first line of the action's own docstring."""
        text = self.get_description()
        return text.strip().splitlines()[0] if text else None

    def get_override_parameters(self) -> list[Any]:
        """Return the headers that carry versions."""
        if not isinstance(self.view, Resource) or self.view.action in ("list", "why"):
            return []
        return [*version_sent(self.view), VERSION]


def version_sent(resource: Resource) -> list[OpenApiParameter]:
    """Return the header in which a request names the version it knows."""
    if resource.action == "create":
        return []
    if resource.action == "retrieve":
        return [header("If-None-Match", "Answer 304 when the row still is this version.")]
    required = resource.action in resource.needs_version
    return [header("If-Match", "The ETag of the version this change is based on.", required=required)]


VERSION = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, description="The row's version, for If-Match.", response=[200, 201]
)


def header(name: str, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description, required=required)


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the one shape of refusals to every operation."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    problem = {
        "description": "Refused.",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = problem
    return result


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types here
    """Names the token in the schema."""

    target_class = "accounts.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <secret>`; made on the profile page or by `manage.py issue_token`.",
        }
