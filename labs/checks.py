"""System checks: the files of facts and rules are proved sound before anything is graded by them."""

from collections.abc import Callable, Iterable, Sequence

from django.apps import AppConfig
from django.core.checks import Error, register

from labs.grading.analytes import CatalogueUnsound, catalogue
from labs.grading.criteria import VERSIONS, CriteriaUnsound, packaged
from labs.rules.loader import packaged_rules
from labs.rules.reading import RulesUnsound
from labs.senders import SenderUnsound, shipped_senders

UNSOUND = (CatalogueUnsound, CriteriaUnsound, RulesUnsound, SenderUnsound)


@register
def files_are_sound(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    """Return every mistake in the shipped analytes, criteria, rules and senders."""
    readers: Iterable[Callable[[], object]] = (
        catalogue,
        *(lambda version=version: packaged(version) for version in VERSIONS),
        packaged_rules,
        shipped_senders,
    )
    return [Error(str(mistake), id="labs.E001") for read in readers for mistake in mistakes_of(read)]


def mistakes_of(read: Callable[[], object]) -> Sequence[object]:
    """Return what is wrong with the file that `read` reads; nothing when it is sound."""
    try:
        read()
    except UNSOUND as unsound:
        return unsound.mistakes
    return ()
