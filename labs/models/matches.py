"""Which specimens fulfilled which planned activities."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Clinic
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient
from schedules.models import PlannedActivity


@keep_history()
class SpecimenMatch(models.Model):
    """The results of one day beside one planned activity: fulfilled, partly, proposed, or released by a person."""

    class State(models.TextChoices):
        FULFILLED = "fulfilled", "Fulfilled"
        PARTLY = "partly", "Partly done"
        PROPOSED = "proposed", "Proposed"
        RELEASED = "released", "Released"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    activity = models.ForeignKey(PlannedActivity, on_delete=models.PROTECT, related_name="matches", db_index=False)
    specimen_on = models.DateField(help_text="The clinic's calendar date of the specimen.")
    state = models.CharField(max_length=9, choices=State)
    missing = ArrayField(models.CharField(max_length=40), default=list, blank=True, help_text="Analytes not reported.")
    confirmed = models.BooleanField(default=False, help_text="A person said so; the rule does not change it.")
    reason = models.TextField(blank=True)

    objects: ClassVar[ClinicRowQuerySet[SpecimenMatch]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("specimen_on",)
        verbose_name_plural = "specimen matches"
        constraints = (
            models.UniqueConstraint(fields=("activity", "specimen_on"), name="one_match_per_day"),
            models.UniqueConstraint(
                fields=("activity",), condition=Q(state="fulfilled"), name="fulfilled_by_one_specimen"
            ),
        )
        indexes = (models.Index(fields=("patient", "specimen_on"), name="match_of_patient"),)

    def __str__(self) -> str:
        return f"{self.activity.activity}, specimen of {self.specimen_on}"
