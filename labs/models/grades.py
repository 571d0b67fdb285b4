"""What a result was graded, and against which baseline."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Clinic
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from labs.models.results import LabResult
from patients.models import ClinicRowQuerySet, Patient, Treatment


@keep_history()
class Baseline(models.Model):
    """The value of one analyte from before one treatment; without a result: there is none, and somebody is asked."""

    class Flag(models.TextChoices):
        LOW = "low", "Below the range"
        NORMAL = "normal", "Within the range"
        HIGH = "high", "Above the range"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="baselines", db_index=False)
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="baselines", db_index=False)
    analyte = models.CharField(max_length=40)
    result = models.ForeignKey(
        LabResult, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    chosen = models.BooleanField(default=False, help_text="Picked by a clinician, not by the rule.")
    reason = models.TextField(blank=True, help_text="Why this one, or why there is none.")

    objects: ClassVar[ClinicRowQuerySet[Baseline]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("treatment", "analyte"), name="one_baseline_per_analyte"),
            models.CheckConstraint(condition=Q(result__isnull=False) | ~Q(reason=""), name="no_baseline_says_why"),
        )
        indexes = (models.Index(fields=("patient",), name="baseline_of_patient"),)

    def __str__(self) -> str:
        return f"{self.analyte} before the treatment of {self.treatment.started_on}"


@keep_history()
class LabGrade(models.Model):
    """The grade of one result by one CTCAE term, or why there is none; grade 0 included, since it is a fact.

    The limits used are those of the result; `baseline` and the criteria's edition are kept here.
    """

    class Status(models.TextChoices):
        GRADED = "graded", "Graded"
        NOT_GRADABLE = "not_gradable", "Cannot grade"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    result = models.ForeignKey(LabResult, on_delete=models.PROTECT, related_name="grades", db_index=False)
    ctcae = models.CharField(max_length=40, help_text="Version and edition of the criteria.")
    term = models.CharField(max_length=80)
    direction = models.CharField(max_length=4, choices=[("low", "Low"), ("high", "High")])
    status = models.CharField(max_length=12, choices=Status)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    grade_if_symptomatic = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    baseline = NumericField(null=True, blank=True, help_text="In the unit system of the result.")
    baseline_flag = models.CharField(max_length=6, choices=Baseline.Flag, blank=True)

    objects: ClassVar[ClinicRowQuerySet[LabGrade]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("term",)
        constraints = (
            models.UniqueConstraint(fields=("result", "term", "direction", "ctcae"), name="one_grade_per_term"),
            models.CheckConstraint(
                condition=Q(status="graded", grade__isnull=False) | Q(status="not_gradable", grade__isnull=True),
                name="graded_has_a_grade",
            ),
            models.CheckConstraint(condition=Q(grade__isnull=True) | Q(grade__lte=4), name="grade_0_to_4"),
            models.CheckConstraint(
                condition=Q(grade_if_symptomatic__isnull=True) | Q(grade_if_symptomatic__gt=F("grade")),
                name="symptoms_make_it_worse",
            ),
        )

    def __str__(self) -> str:
        return f"{self.term}: {self.grade if self.grade is not None else 'cannot grade'}"
