"""Readings kept from other readers: where a clinic asks two, the first is seen by nobody else before both have read."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Clinic, Staff
from imaging.models import ImagingPolicy, ScoreReading
from imaging.scoring.counting import MOST_READERS


def with_readers(rows: QuerySet[ScoreReading]) -> QuerySet[ScoreReading]:
    """Add `readers` to each of `rows`: how many have read its scan by its scheme."""
    same = ScoreReading.objects.filter(
        study=OuterRef("study"), scheme=OuterRef("scheme"), role=ScoreReading.Role.READER, withdrawn=False
    )
    counted = same.order_by().values("study").annotate(readers=Count("pk")).values("readers")
    return rows.select_related("clinic__imaging_policy").annotate(readers=Coalesce(Subquery(counted), 0))


def is_hidden(reading: ScoreReading, viewer: Staff) -> bool:
    """Say whether what a reading of `with_readers` gives is kept from `viewer`."""
    readers: int = reading.readers  # type: ignore[attr-defined]
    return asks_two(reading.clinic) and readers < MOST_READERS and reading.reader_id != viewer.pk


def asks_two(clinic: Clinic) -> bool:
    """Say whether the clinic has scans read by two."""
    policy: ImagingPolicy | None = getattr(clinic, "imaging_policy", None)
    return policy is not None and policy.two_readers
