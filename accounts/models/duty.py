"""Who is called when nobody answers, and who stands in for whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accounts.models.clinics import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7


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

    class Meta:
        ordering = ("step", "id")
        constraints = (models.UniqueConstraint(fields=("clinic", "step", "staff"), name="once_per_step"),)

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.staff}"


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
