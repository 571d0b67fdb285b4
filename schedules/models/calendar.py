"""When a clinic works, and how much it can take on a day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Clinic
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient


@keep_history()
class ClinicClosure(models.Model):
    """Days on which a clinic is closed beyond its weekdays and public holidays; both ends inclusive."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)

    objects: ClassVar[ClinicRowQuerySet[ClinicClosure]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("first_day",)
        constraints = (
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="closure_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason} ({self.first_day} to {self.last_day})"


@keep_history()
class Capacity(models.Model):
    """How many of one activity a clinic can do on a working day; without a row nobody counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="capacities")
    activity = models.CharField(max_length=24)
    places = models.PositiveSmallIntegerField()

    objects: ClassVar[ClinicRowQuerySet[Capacity]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("activity",)
        verbose_name_plural = "capacities"
        constraints = (models.UniqueConstraint(fields=("clinic", "activity"), name="one_capacity_per_activity"),)

    def __str__(self) -> str:
        return f"{self.activity}: {self.places} a day"


@keep_history()
class Absence(models.Model):
    """Days on which a patient cannot come, such as holidays or school; both ends inclusive."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error, or no longer so.")

    objects: ClassVar[ClinicRowQuerySet[Absence]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("first_day", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="absence_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"
