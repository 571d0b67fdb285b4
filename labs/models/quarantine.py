"""What came in and could not be understood: kept until a person has dealt with it."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from labs.models.laboratories import Laboratory
from labs.models.results import LabReport, LabResult
from patients.models import ClinicRowQuerySet, Patient


@keep_history()
class QuarantineItem(models.Model):
    """One row or observation that is held back, with why, what would help, and who looks after it."""

    class Problem(models.TextChoices):
        PATIENT_UNKNOWN = "patient_unknown", "Patient not found"
        CODE_UNKNOWN = "code_unknown", "Code not known"
        UNIT_MISSING = "unit_missing", "Unit missing"
        UNIT_UNKNOWN = "unit_unknown", "Unit not understood"
        UNIT_MISFIT = "unit_misfit", "Unit does not fit"
        OUT_OF_LIMITS = "out_of_limits", "Value not possible"
        VALUE_UNREADABLE = "value_unreadable", "Value not understood"
        TIME_UNREADABLE = "time_unreadable", "Specimen time not understood"
        STATUS_UNKNOWN = "status_unknown", "Status not known"
        CONFLICT = "conflict", "Two values for one result"
        ROW_BROKEN = "row_broken", "Row not understood"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        REPLAYED = "replayed", "Taken in"
        DISMISSED = "dismissed", "Set aside"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    report = models.ForeignKey(LabReport, on_delete=models.PROTECT, related_name="held_back")
    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    fingerprint = models.UUIDField(unique=True)
    position = models.CharField(max_length=80, help_text="Where it stood in what was sent.")
    problem = models.CharField(max_length=16, choices=Problem)
    reason = models.TextField(help_text="What is wrong, in words.")
    remedy = models.TextField(help_text="What would help.")
    row = models.JSONField(encoder=DjangoJSONEncoder, help_text="The fields as they came.")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    due_on = models.DateField(help_text="One working day after it came.")
    result = models.ForeignKey(
        LabResult, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    outcome = models.TextField(blank=True, help_text="Why it was set aside, or what was done.")
    received_at = models.DateTimeField()

    objects: ClassVar[ClinicRowQuerySet[QuarantineItem]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("due_on", "id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="quarantine_clinic"),
            models.CheckConstraint(condition=~Q(state="dismissed") | ~Q(outcome=""), name="set_aside_says_why"),
        )
        indexes = (models.Index(fields=("clinic", "due_on", "id"), condition=Q(state="open"), name="open_quarantine"),)

    def __str__(self) -> str:
        return f"{self.get_problem_display()}: {self.reason}"
