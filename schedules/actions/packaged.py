"""Storing the protocol versions that come with the product."""

from accounts.models import Staff
from iotrex_followup.errors import InputRefused
from iotrex_followup.history import action
from schedules.models import Protocol
from schedules.protocol import PackagedProtocol, packaged_protocol, packaged_protocols


@action
def load_packaged_protocol(*, by: Staff | None) -> Protocol:
    """Store the protocol version that comes with the product for use, unless it is stored already.

    Raises   InputRefused: the stored version has another text; a published version never changes.
    """
    return store_packaged(packaged_protocol())


@action
def load_packaged_protocols(*, by: Staff | None) -> list[Protocol]:
    """Store every protocol version that comes with the product; an example is a draft that no plan can follow.

    Raises   InputRefused: a stored version has another text; a published version never changes.
    """
    return [store_packaged(packaged) for packaged in packaged_protocols()]


def store_packaged(packaged: PackagedProtocol) -> Protocol:
    """Return the stored row of a protocol that comes with the product, a new one when there is none.

    Raises   InputRefused: the stored version has another text.
    """
    definition = packaged.protocol
    protocol, _ = Protocol.objects.get_or_create(
        slug=definition.slug,
        version=definition.version,
        defaults={
            "title": definition.title,
            "text": packaged.text,
            "sha256": packaged.sha256,
            "status": Protocol.Status.DRAFT if definition.is_example else Protocol.Status.ACTIVE,
            "is_example": definition.is_example,
        },
    )
    if protocol.sha256 != packaged.sha256:
        raise InputRefused(
            f"{definition.slug} {definition.version} is stored with another text. Give the new text a new version."
        )
    return protocol
