"""Readings kept from other readers: where a clinic asks two, the first is seen by nobody else before both have read.

Pages, the API, files and paper all ask here; what awaits its second reader does not count, so that no file has it.
"""

from collections import defaultdict
from collections.abc import Iterable, Set
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Clinic, Staff
from imaging.models import ImagingPolicy, ScoreReading

MOST_READERS = 2


def awaits_second(*, two_readers: bool, readers: int) -> bool:
    """Say whether a scan awaits its second reader: until then no reading of it counts, or is shown to another."""
    return two_readers and readers < MOST_READERS


def hides(reading: ScoreReading, viewer: Staff | None, *, two_readers: bool, readers: int) -> bool:
    """Say whether `reading`, of a scan that `readers` have read, is kept from `viewer`; None is anybody."""
    is_own = viewer is not None and reading.reader_id == viewer.pk
    return awaits_second(two_readers=two_readers, readers=readers) and not is_own


class Seen(NamedTuple):
    """The scans of which two readings stood at once at some time, so that everybody saw both, and what was read later.

    Who reads such a scan in place of one of the two does not read it blind.
    """

    studies: Set[UUID] = frozenset()
    not_blind: Set[UUID] = frozenset()


def seen_among(readings: Iterable[ScoreReading]) -> Seen:
    """Return what the history of rows says of `readings`: all that scans ever had by one scheme, withdrawn or not."""
    kept: Any = ScoreReading.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory
    rows = kept.objects.filter(pgh_obj__in=[each.pk for each in readings]).order_by("pgh_id")
    standing: defaultdict[UUID, set[UUID]] = defaultdict(set)
    studies, not_blind = set(), set()
    for study, reading, withdrawn, label in rows.values_list("study_id", "id", "withdrawn", "pgh_label"):
        if study in studies and label == "insert":
            not_blind.add(reading)
        (standing[study].discard if withdrawn else standing[study].add)(reading)
        if len(standing[study]) >= MOST_READERS:
            studies.add(study)
    return Seen(studies, not_blind)


def with_readers(rows: QuerySet[ScoreReading]) -> QuerySet[ScoreReading]:
    """Add to each of `rows` how many have read its scan by its scheme: `readers`, and `entered` with the withdrawn."""
    same = ScoreReading.objects.filter(
        study=OuterRef("study"), scheme=OuterRef("scheme"), role=ScoreReading.Role.READER
    )
    by_scan = same.order_by().values("study")
    readers = by_scan.annotate(counted=Count("pk", filter=Q(withdrawn=False))).values("counted")
    entered = by_scan.annotate(counted=Count("pk")).values("counted")
    return rows.select_related("clinic__imaging_policy").annotate(
        readers=Coalesce(Subquery(readers), 0), entered=Coalesce(Subquery(entered), 0)
    )


def is_hidden(reading: ScoreReading, viewer: Staff | None) -> bool:
    """Say whether a reading of `with_readers` is kept from `viewer`; None is anybody."""
    readers: int = reading.readers  # type: ignore[attr-defined]
    return hides(reading, viewer, two_readers=asks_two(reading.clinic), readers=readers)


def is_not_blind(reading: ScoreReading) -> bool:
    """Say whether a reading of `with_readers` was entered after everybody could see two others of its scan."""
    entered: int = reading.entered  # type: ignore[attr-defined]
    if not asks_two(reading.clinic) or entered <= MOST_READERS:  # asked of the few that were replaced alone
        return False
    same = ScoreReading.objects.filter(study=reading.study_id, scheme=reading.scheme, role=ScoreReading.Role.READER)
    return reading.pk in seen_among(same).not_blind


def asks_two(clinic: Clinic) -> bool:
    """Say whether the clinic has scans read by two."""
    policy: ImagingPolicy | None = getattr(clinic, "imaging_policy", None)
    return policy is not None and policy.two_readers
