"""Which version of a row a client has read: a tag over its representation.

The tag covers what the client saw, dates relative to today included, so a row read yesterday may have to be read again.
"""

from hashlib import sha256
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from iotrex_followup.api.problems import PreconditionFailed, PreconditionRequired


def etag_of(representation: Any) -> str:
    """Return the strong entity tag of a representation."""
    return f'"{sha256(JSONRenderer().render(representation)).hexdigest()[:32]}"'


def tags_in(header: str) -> list[str]:
    """Return the entity tags of an If-Match or If-None-Match header; a weak mark is dropped."""
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]


def unchanged(request: Request, etag: str) -> bool:
    """Say whether the client already has this version (If-None-Match)."""
    return etag in tags_in(request.headers.get("If-None-Match", ""))


def refuse_stale(request: Request, etag: str, *, required: bool) -> None:
    """Raise unless the change was based on this version (If-Match).

    Raises   PreconditionFailed: it was based on another one.
    Raises   PreconditionRequired: it does not say, and it must.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise PreconditionRequired
    elif header.strip() != "*" and etag not in header.replace(" ", "").split(","):
        raise PreconditionFailed
