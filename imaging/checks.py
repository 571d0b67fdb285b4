"""A system check: the table of medicines is proved sound before anybody is prepared by it."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import Error, register

from imaging.preparing import TableUnsound, packaged


@register
def table_is_sound(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    """Return every mistake in the shipped table of medicines."""
    try:
        packaged()
    except TableUnsound as unsound:
        return [Error(mistake, id="imaging.E001") for mistake in unsound.mistakes]
    return []
