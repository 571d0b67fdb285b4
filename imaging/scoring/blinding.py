"""Readings kept from other readers: where a clinic asks two, the first is seen by nobody else before both have read.

Pages, the API, files and paper all ask here; what awaits its second reader does not count, so that no file has it.
"""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Clinic, Staff
from imaging.models import ImagingPolicy, ScoreReading

MOST_READERS = 2


def awaits_second(*, two_readers: bool, readers: int) -> bool:
    """Say whether a scan awaits its second reader: until then no reading of it counts, or is shown to another."""
    return two_readers and readers < MOST_READERS


def hides(reading: ScoreReading, viewer: Staff, *, two_readers: bool, readers: int) -> bool:
    """Say whether `reading`, of a scan that `readers` have read, is kept from `viewer`."""
    return awaits_second(two_readers=two_readers, readers=readers) and reading.reader_id != viewer.pk


def with_readers(rows: QuerySet[ScoreReading]) -> QuerySet[ScoreReading]:
    """Add `readers` to each of `rows`: how many have read its scan by its scheme."""
    same = ScoreReading.objects.filter(
        study=OuterRef("study"), scheme=OuterRef("scheme"), role=ScoreReading.Role.READER, withdrawn=False
    )
    counted = same.order_by().values("study").annotate(readers=Count("pk")).values("readers")
    return rows.select_related("clinic__imaging_policy").annotate(readers=Coalesce(Subquery(counted), 0))


def is_hidden(reading: ScoreReading, viewer: Staff) -> bool:
    """Say whether a reading of `with_readers` is kept from `viewer`."""
    readers: int = reading.readers  # type: ignore[attr-defined]
    return hides(reading, viewer, two_readers=asks_two(reading.clinic), readers=readers)


def asks_two(clinic: Clinic) -> bool:
    """Say whether the clinic has scans read by two."""
    policy: ImagingPolicy | None = getattr(clinic, "imaging_policy", None)
    return policy is not None and policy.two_readers
