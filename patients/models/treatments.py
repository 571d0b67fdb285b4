"""The treatments a patient was given, or is to be given."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Clinic
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models.people import Patient
from patients.models.rows import ClinicRowQuerySet

MBQ_PER_MCI = Decimal(37)


class TreatmentQuerySet(ClinicRowQuerySet["Treatment"]):
    def given_therapeutic(self) -> TreatmentQuerySet:
        """Treatments that anchor a plan: given, therapeutic, not withdrawn."""
        return self.filter(kind=Treatment.Kind.THERAPEUTIC, state=Treatment.State.GIVEN)


@keep_history()
class Treatment(models.Model):
    """One administration of iobenguane I-131, planned or given."""

    class Kind(models.TextChoices):
        THERAPEUTIC = "therapeutic", "Therapeutic"
        DOSIMETRIC = "dosimetric", "Dosimetric"

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        GIVEN = "given", "Given"
        WITHDRAWN = "withdrawn", "Entered in error"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="treatments")
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.THERAPEUTIC)
    state = models.CharField(max_length=9, choices=State)
    number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Therapeutic treatments given, in order of their dates."
    )
    started_on = models.DateField(help_text="The clinic's calendar date on which the infusion began (or is planned).")
    product = models.CharField(max_length=100, default="iobenguane I-131 (131I-MIBG)")
    activity_mbq = models.DecimalField(
        "administered activity (MBq)", max_digits=9, decimal_places=1, null=True, blank=True
    )
    weight_kg = models.DecimalField("weight (kg)", max_digits=5, decimal_places=2, null=True, blank=True)
    stem_cell_support = models.BooleanField(default=False)
    tandem_with = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tandem",
        help_text="The first infusion of the planned tandem course this one completes.",
    )
    radiation_precautions_until = models.DateField(null=True, blank=True)
    override_reason = models.TextField(blank=True, help_text="Why something unusual was recorded all the same.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[TreatmentQuerySet] = TreatmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("started_on", "id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="treatment_clinic"),
            models.UniqueConstraint(
                fields=("patient", "kind", "started_on"),
                condition=~Q(state="withdrawn"),
                name="one_treatment_of_a_kind_per_day",
                violation_error_message="This patient already has a treatment of this kind on that date.",
            ),
            models.CheckConstraint(
                condition=Q(activity_mbq__isnull=True) | Q(activity_mbq__gt=0), name="activity_positive"
            ),
            models.CheckConstraint(condition=Q(weight_kg__isnull=True) | Q(weight_kg__gt=0), name="weight_positive"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} treatment of {self.started_on}"

    @property
    def anchors_plan(self) -> bool:
        return self.kind == self.Kind.THERAPEUTIC and self.state == self.State.GIVEN

    @property
    def activity_per_kg_mbq(self) -> Decimal | None:
        """Return the administered activity per body weight in MBq/kg, or None when one of the two is unknown."""
        if self.activity_mbq is None or self.weight_kg is None:
            return None
        return (self.activity_mbq / self.weight_kg).quantize(Decimal("0.1"))
