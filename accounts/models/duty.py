"""Who is called when nobody answers, and who stands in for whom."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models.clinics import Clinic, Role, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7


class LadderStepQuerySet(models.QuerySet["LadderStep"]):
    def visible_to(self, staff: Staff) -> LadderStepQuerySet:
        """Steps of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))

    def manned(self) -> LadderStepQuerySet:
        """Steps on which somebody stands who can answer any alert: a clinician who works in the clinic."""
        return self.filter(
            staff__is_active=True,
            staff__memberships__clinic=F("clinic"),
            staff__memberships__is_active=True,
            staff__memberships__role=Role.CLINICIAN,
        )


@keep_history()
class LadderStep(models.Model):
    """One person of a clinic's ladder: who is told of an alert that those it concerns have not answered.

    Below the first step stand those responsible for the patient, whom the ladder does not name.
    """

    class Step(models.IntegerChoices):
        COVERING = 1, "Covering clinician"
        LEAD = 2, "Clinic lead"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="ladder")
    step = models.PositiveSmallIntegerField(choices=Step)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    test_sent_at = models.DateTimeField(null=True, blank=True)
    test_answered_at = models.DateTimeField(
        null=True, blank=True, help_text="When the person last said that a test had reached them."
    )

    objects: ClassVar[LadderStepQuerySet] = LadderStepQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("step", "id")
        constraints = (models.UniqueConstraint(fields=("clinic", "step", "staff"), name="once_per_step"),)

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.staff}"


class CoverQuerySet(models.QuerySet["Cover"]):
    def visible_to(self, staff: Staff) -> CoverQuerySet:
        """Covers of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))

    def from_day(self, day: date) -> CoverQuerySet:
        """Covers that stand on `day` or later."""
        return self.filter(withdrawn=False, ends_on__gte=day)


@keep_history()
class Cover(models.Model):
    """Somebody is away and somebody stands in: what would be told to the one is told to the other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="covers")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    substitute = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(help_text="First day away, the clinic's calendar date.")
    ends_on = models.DateField(help_text="Last day away, inclusive.")
    withdrawn = models.BooleanField(default=False)

    objects: ClassVar[CoverQuerySet] = CoverQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("starts_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="cover_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
            models.CheckConstraint(
                condition=~Q(staff=F("substitute")),
                name="nobody_covers_themselves",
                violation_error_message="Choose somebody else to stand in.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.substitute} for {self.staff}, {self.starts_on} to {self.ends_on}"
