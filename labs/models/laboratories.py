"""Laboratories: how each names its analytes, spells its units, and what it calls normal."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from accounts.models import Clinic
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Sex


@keep_history()
class Laboratory(models.Model):
    """A sender of results, as the clinic knows it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="laboratories", db_index=False)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    decimal_comma = models.BooleanField(default=False, help_text="Writes 4,5 for four and a half.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ClinicRowQuerySet[Laboratory]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "laboratories"
        constraints = (
            models.UniqueConstraint(F("clinic"), Lower("name"), name="laboratory_named_once"),
            models.UniqueConstraint(fields=("id", "clinic"), name="laboratory_clinic"),
        )

    def __str__(self) -> str:
        return self.name


@keep_history()
class CodeMapping(models.Model):
    """What a laboratory's code stands for. Without an analyte the results are kept, but neither graded nor followed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=80)
    analyte = models.CharField(max_length=40, blank=True, help_text="Blank: kept, but neither graded nor followed.")
    unit = models.CharField(max_length=40, blank=True, help_text="The unit when the sender gives none.")
    assay = models.CharField(max_length=80, blank=True, help_text="Values of different assays are never one trend.")
    specimen_type = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True, help_text="False: taken back, as if it had never been said.")

    objects: ClassVar[ClinicRowQuerySet[CodeMapping]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=("laboratory", "code"), name="code_mapped_once"),)

    def __str__(self) -> str:
        return ", ".join(filter(None, (f"{self.code}: {self.analyte or 'not followed'}", self.unit, self.assay)))


@keep_history()
class UnitMapping(models.Model):
    """What a laboratory means by a spelling of a unit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="units")
    spelling = models.CharField(max_length=40)
    unit = models.CharField(max_length=40, help_text="UCUM.")
    is_active = models.BooleanField(default=True, help_text="False: taken back, as if it had never been said.")

    objects: ClassVar[ClinicRowQuerySet[UnitMapping]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("spelling",)
        constraints = (models.UniqueConstraint(fields=("laboratory", "spelling"), name="unit_mapped_once"),)

    def __str__(self) -> str:
        return f"{self.spelling}: {self.unit}"


@keep_history()
class ReferenceRange(models.Model):
    """A laboratory's limits for an analyte; without a laboratory the clinic's own default.

    Ages in days, from inclusive, to exclusive; specimen dates in the same way, but for both ends inclusive.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    laboratory = models.ForeignKey(
        Laboratory, on_delete=models.PROTECT, related_name="ranges", null=True, blank=True, db_index=False
    )
    analyte = models.CharField(max_length=40)
    sex = models.CharField(max_length=7, choices=Sex, blank=True, help_text="Blank: both.")
    age_from_days = models.PositiveIntegerField(default=0)
    age_to_days = models.PositiveIntegerField(null=True, blank=True, help_text="Exclusive; blank: no end.")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    low = NumericField(null=True, blank=True)
    high = NumericField(null=True, blank=True)
    unit = models.CharField(max_length=40)
    source = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[ClinicRowQuerySet[ReferenceRange]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("analyte", "age_from_days", "sex")
        constraints = (
            models.CheckConstraint(
                condition=Q(low__isnull=False) | Q(high__isnull=False),
                name="range_has_a_limit",
                violation_error_message="Give a lower or an upper limit.",
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="range_low_below_high",
                violation_error_message="The lower limit is above the upper one.",
            ),
            models.CheckConstraint(
                condition=Q(age_to_days__isnull=True) | Q(age_to_days__gt=F("age_from_days")),
                name="range_ages_in_order",
                violation_error_message="The ages are not in order.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="range_dates_in_order",
                violation_error_message="The last day is before the first.",
            ),
        )
        indexes = (models.Index(fields=("clinic", "laboratory", "analyte"), name="range_of_laboratory"),)

    def __str__(self) -> str:
        return f"{self.analyte} {self.low or ''}-{self.high or ''} {self.unit}"
