"""Reasons of events that not everybody may read yet; the app that knows why registers who may not."""

from collections.abc import Callable

from accounts.models import Staff
from events.models import Event

# Says whether the reason of an event of this kind, or of its undoing, is kept from a person; the owning app registers
# it in AppConfig.ready.
WITHHELD: dict[str, Callable[[Event, Staff], bool]] = {}


def reason_for(event: Event, viewer: Staff) -> str | None:
    """Return the reason of `event`; None while it is kept from `viewer`, which it never is from who gave it."""
    withheld = WITHHELD.get(event.kind.removesuffix(".undone"))
    if event.reason and withheld and event.by_id != viewer.pk and withheld(event, viewer):
        return None
    return event.reason
