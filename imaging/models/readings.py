"""What readers gave the regions of a scan."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Clinic, Staff
from imaging.models.policy import ImagingPolicy
from imaging.models.studies import ImagingStudy
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient


@keep_history()
class ScoreReading(models.Model):
    """One reader's score of a scan: a value for each region of the scheme, by key, and their total.

    Where two readers differ, an adjudication is what counts.
    """

    class Role(models.TextChoices):
        READER = "reader", "Reader"
        ADJUDICATION = "adjudication", "Adjudication"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="score_readings", db_index=False)
    study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="readings", db_index=False)
    scheme = models.CharField(max_length=6, choices=ImagingPolicy.Scheme)
    role = models.CharField(max_length=12, choices=Role, default=Role.READER)
    reader = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    values = models.JSONField(encoder=DjangoJSONEncoder, help_text="Region: value.")
    total = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    read_on = models.DateField(help_text="The clinic's calendar date.")
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")

    objects: ClassVar[ClinicRowQuerySet[ScoreReading]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("read_on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("study", "scheme", "reader"),
                condition=Q(withdrawn=False, role="reader"),
                name="one_reading_per_reader",
            ),
            models.UniqueConstraint(
                fields=("study", "scheme"),
                condition=Q(withdrawn=False, role="adjudication"),
                name="one_adjudication",
            ),
        )
        indexes = (
            models.Index(fields=("study",), name="reading_of_study"),
            models.Index(fields=("patient",), name="reading_of_patient"),
        )

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.total} by {self.reader}"
