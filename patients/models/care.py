"""Who acts on the counts in each phase, and what a patient was given for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models.people import Patient
from patients.models.rows import ClinicRowQuerySet


class CarePhase(models.TextChoices):
    WEEKS = "weeks", "Weeks 1-8"
    MONTHS = "months", "Months 2-12"
    QUARTERS = "quarters", "Years 1-5"
    YEARS = "years", "Year 5 and beyond"


@keep_history()
class CareTeam(models.Model):
    """Who is responsible for acting on the counts in one phase: one of ours, or an outside team that accepted it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_teams")
    phase = models.CharField(max_length=8, choices=CarePhase)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outside_team = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    accepted_on = models.DateField(null=True, blank=True)

    objects: ClassVar[ClinicRowQuerySet[CareTeam]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("patient", "phase")
        constraints = (
            models.UniqueConstraint(fields=("patient", "phase"), name="one_care_team_per_phase"),
            models.CheckConstraint(
                condition=Q(staff__isnull=True) | Q(outside_team=""), name="care_team_is_ours_or_outside"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_phase_display()}: {self.responsible}"

    @property
    def is_ours(self) -> bool:
        """Whether alerts are ours: always, until an outside team has accepted."""
        return not (self.outside_team and self.accepted_on)

    @property
    def responsible(self) -> str:
        return self.outside_team if not self.is_ours else str(self.staff or "our clinic")


@keep_history()
class SupportiveCare(models.Model):
    """Blood products and growth factors a patient was given; they disturb the counts for a while."""

    class Product(models.TextChoices):
        PLATELETS = "platelets", "Platelets"
        RED_CELLS = "red_cells", "Red cells"
        FILGRASTIM = "filgrastim", "Filgrastim"
        PEGFILGRASTIM = "pegfilgrastim", "Pegfilgrastim"
        STEM_CELLS = "stem_cells", "Autologous stem cells"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="supportive_care", db_index=False)
    product = models.CharField(max_length=13, choices=Product)
    given_on = models.DateField(help_text="The clinic's calendar date.")
    units = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Number of units or doses.")
    cd34_e6_per_kg = NumericField("CD34+ cells (10⁶ per kg)", null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ClinicRowQuerySet[SupportiveCare]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("given_on", "id")
        verbose_name_plural = "supportive care"
        constraints = (
            models.UniqueConstraint(
                fields=("patient", "product", "given_on"),
                condition=Q(withdrawn=False),
                name="product_once_a_day",
                violation_error_message="This was entered for that day already.",
            ),
        )
        indexes = (models.Index(fields=("patient", "given_on"), name="support_of_patient"),)

    def __str__(self) -> str:
        return f"{self.get_product_display()} on {self.given_on}"
