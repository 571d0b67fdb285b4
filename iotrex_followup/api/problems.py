"""Everything the API refuses is said as a problem (RFC 9457, application/problem+json), in one shape."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error as server_error_page
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from iotrex_followup.errors import ChangedSince, DomainError, InputRefused, ReasonNeeded, TransitionRefused

CONTENT_TYPE = "application/problem+json"
KINDS = "/api/docs/#"  # the page that explains each kind; an anchor per kind

# What a client can tell apart beyond the status code: the anchor on the page of kinds, and what it means.
EXPLAINED = {
    "invalid-input": "The body or a query parameter has the wrong shape; `errors` names each field. (400)",
    "reason-needed": (
        "What was entered is unusual, as `concerns` says. Send the same again with a reason in the field `errors` "
        "names. (422)"
    ),
    "input-refused": "What was entered cannot be true, or is not what this product is for. (422)",
    "transition-refused": "The row is not in a state that allows the change. (409)",
    "changed-since": "Somebody else changed the row. Read it again. (409)",
    "precondition-failed": "The row is no longer the version `If-Match` names. Read it again. (412)",
    "precondition-required": "This change replaces values, so `If-Match` says which version it was based on. (428)",
}
REFUSALS: dict[type[DomainError], tuple[str, HTTPStatus, str]] = {
    ReasonNeeded: ("reason-needed", HTTPStatus.UNPROCESSABLE_ENTITY, "A reason is needed"),
    InputRefused: ("input-refused", HTTPStatus.UNPROCESSABLE_ENTITY, "The input was refused"),
    TransitionRefused: ("transition-refused", HTTPStatus.CONFLICT, "The change is not possible now"),
    ChangedSince: ("changed-since", HTTPStatus.CONFLICT, "Somebody else changed this"),
}


class PreconditionFailed(exceptions.APIException):
    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "This changed since you read it. Read it again, then repeat the change if it still fits."
    default_code = "precondition-failed"


class PreconditionRequired(exceptions.APIException):
    status_code = HTTPStatus.PRECONDITION_REQUIRED
    default_detail = "Send the ETag you read in If-Match, so that nobody's later change is lost."
    default_code = "precondition-required"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem for what a route raised; None (the server's own mistake) goes on to the logs."""
    if isinstance(error, DomainError):
        return answer(refused(error, getattr(context["view"], "parsed", None)))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(*error.args)
    if not isinstance(error, exceptions.APIException):
        return None
    response = answer(failed(error))
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    return response


def answer(problem: dict[str, Any]) -> Response:
    """Return the response that says `problem`."""
    return Response(problem, status=problem["status"], content_type=CONTENT_TYPE)


def refused(error: DomainError, parsed: BaseSerializer[Any] | None) -> dict[str, Any]:
    """Return the problem for a change that an action refused; `parsed` is the body it came from."""
    slug, status, title = REFUSALS[type(error)]
    problem: dict[str, Any] = {"type": KINDS + slug, "title": title, "status": status, "detail": error.message}
    if isinstance(error, ReasonNeeded):
        problem["concerns"] = list(error.concerns)
    if error.field:
        problem["errors"] = [{"field": path_of(error.field, parsed), "message": error.message}]
    return problem


def path_of(field: str, parsed: BaseSerializer[Any] | None, prefix: str = "") -> str:
    """Return where in the body `field` stands ("treatment.started_on"), the plain name when it is nowhere."""
    found = find(field, parsed, prefix)
    return found or field


def find(field: str, parsed: BaseSerializer[Any] | None, prefix: str) -> str | None:
    if not isinstance(parsed, Serializer):
        return None
    if field in parsed.fields:
        return prefix + field
    nested = (find(field, child, f"{prefix}{name}.") for name, child in parsed.fields.items())  # type: ignore[arg-type]
    return next(filter(None, nested), None)


def failed(error: exceptions.APIException) -> dict[str, Any]:
    """Return the problem for what the framework refused: shape, sign-in, permission, method, precondition."""
    status = HTTPStatus(error.status_code)
    if isinstance(error, exceptions.ValidationError):
        mistakes = list(flattened(error.detail))
        return {
            "type": KINDS + "invalid-input",
            "title": "The input has the wrong shape",
            "status": status,
            "detail": " ".join(f"{mistake['field'] or 'body'}: {mistake['message']}" for mistake in mistakes),
            "errors": mistakes,
        }
    known = error.default_code in EXPLAINED
    return {
        "type": KINDS + error.default_code if known else "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": str(error.detail),
    }


def flattened(detail: Any, path: str = "") -> Iterator[dict[str, str | None]]:
    """Yield field and message of each mistake; the field of a mistake of the whole is None."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from flattened(inner, ".".join(filter(None, (path, own))))
    elif isinstance(detail, list):
        for inner in detail:
            yield from flattened(inner, path)
    else:
        yield {"field": path or None, "message": str(detail)}


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the server made a mistake: as a problem to the API, as a page to people."""
    if not request.path.startswith("/api/"):
        return server_error_page(request)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": "The server made a mistake; it was logged. Nothing of this request was kept.",
    }
    return JsonResponse(problem, status=status, content_type=CONTENT_TYPE)
