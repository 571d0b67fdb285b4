"""How a clinic looks at images and scores them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import Clinic
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet


@keep_history()
class ImagingPolicy(models.Model):
    """Where a clinic's images are seen, which score its readers use by default, and its thresholds of INRC."""

    class Scheme(models.TextChoices):
        CURIE = "Curie", "Curie score"
        SIOPEN = "SIOPEN", "SIOPEN score"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="imaging_policy")
    viewer_url = models.CharField(
        max_length=500,
        blank=True,
        help_text="Address of a study in the clinic's viewer, with {study_uid} or {accession} in it.",
    )
    scheme = models.CharField(max_length=6, choices=Scheme, default=Scheme.CURIE)
    two_readers = models.BooleanField(default=False, help_text="A scan is scored by two readers.")
    cut_offs_hidden = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    inrc = models.JSONField(
        default=dict,
        blank=True,
        encoder=DjangoJSONEncoder,
        help_text="Thresholds of INRC by name, only what differs: value, source, and whether it was read in the paper.",
    )

    objects: ClassVar[ClinicRowQuerySet[ImagingPolicy]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "imaging policies"

    def __str__(self) -> str:
        return f"{self.clinic}: {self.scheme}"
