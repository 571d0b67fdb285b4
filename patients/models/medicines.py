"""What a patient takes."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models.people import Patient
from patients.models.rows import ClinicRowQuerySet


class MedicineQuerySet(ClinicRowQuerySet["Medicine"]):
    def standing(self) -> MedicineQuerySet:
        """Medicines that were not entered in error."""
        return self.filter(withdrawn=False)

    def taken(self, *, on: date) -> MedicineQuerySet:
        """Medicines that were not ended before `on`, those that begin later included."""
        return self.standing().filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))


@keep_history()
class Medicine(models.Model):
    """A medicine a patient takes, prescribed or bought: as they call it, since when, for what, and by whom."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="medicines", db_index=False)
    name = models.CharField(max_length=120)
    dose = models.CharField(max_length=120, blank=True, help_text="As it is taken, such as 200 mg twice a day.")
    taken_for = models.CharField(max_length=200, blank=True, help_text="What it is taken for.")
    prescriber = models.CharField(max_length=120, blank=True, help_text="Who prescribes it; blank: nobody or unknown.")
    started_on = models.DateField(null=True, blank=True, help_text="Blank: not known.")
    ended_on = models.DateField(null=True, blank=True, help_text="The last day it was taken for good.")
    note = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[MedicineQuerySet] = MedicineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="medicine_clinic"),
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="medicine_ends_after_it_begins",
                violation_error_message="The end is before the beginning.",
            ),
        )
        indexes = (models.Index(fields=("patient",), name="medicine_of_patient"),)

    def __str__(self) -> str:
        return f"{self.name}, {self.dose}" if self.dose else self.name
