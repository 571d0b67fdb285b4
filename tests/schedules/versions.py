"""Protocol versions for tests: the packaged one with something changed."""

from hashlib import sha256

from accounts.models import Clinic, Staff
from schedules.models import Protocol
from schedules.protocol import dump_protocol, packaged_protocol, read_protocol


def packaged_text() -> str:
    """Return the packaged protocol as our own writer puts it."""
    return dump_protocol(packaged_protocol().protocol)


def changed_text(version: str, *changes: tuple[str, str]) -> str:
    """Return the packaged protocol as `version`, each of `changes` (old text, new text) made once at least."""
    text = packaged_text()
    for old, new in ((f'version = "{packaged_protocol().protocol.version}"', f'version = "{version}"'), *changes):
        assert old in text, old
        text = text.replace(old, new)
    return text


def stored_version(
    text: str,
    *,
    clinic: Clinic | None = None,
    status: str = Protocol.Status.ACTIVE,
    people: tuple[Staff | None, ...] = (),
) -> Protocol:
    """Store `text` as a version: the product's, or the clinic's, written and published by `people`."""
    definition = read_protocol(text, source="test")
    writer, publisher = people or (None, None)
    return Protocol.objects.create(
        slug=definition.slug,
        version=definition.version,
        title=definition.title,
        text=text,
        sha256=sha256(text.encode()).hexdigest(),
        status=status,
        clinic=clinic,
        written_by=writer,
        submitted_by=writer,
        published_by=publisher,
    )
