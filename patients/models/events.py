"""What happened to a patient: what changes how results are read, and adverse events."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models.people import Patient
from patients.models.rows import ClinicRowQuerySet
from patients.models.treatments import Treatment


@keep_history()
class ClinicalEvent(models.Model):
    """Something in a patient's life that changes the plan or how results are read, from a day on, perhaps until one."""

    class Kind(models.TextChoices):
        LEVOTHYROXINE = "levothyroxine", "On levothyroxine"
        PREGNANCY = "pregnancy", "Pregnancy"
        IODINE = "iodine", "Iodide or iodinated contrast"
        THYROIDECTOMY = "thyroidectomy", "Thyroidectomy"
        DEATH = "death", "Death"
        TRANSFER = "transfer", "Transfer of care"
        DECLINES_MESSAGES = "declines_messages", "Declines messages"
        WITHDRAWS_RESEARCH = "withdraws_research", "Withdraws from registry or research"
        DECLINES_FOLLOW_UP = "declines_follow_up", "Declines follow-up here"
        DECLINES_ITEM = "declines_item", "Declines one item"
        LOST = "lost", "Lost to follow-up"
        RELAPSE = "relapse", "Relapse or progression"
        NEW_THERAPY = "new_therapy", "New anti-cancer therapy"
        ADMISSION = "admission", "Admission to hospital"
        COMFORT_CARE = "comfort_care", "Comfort care"
        PAUSE = "pause", "Follow-up paused"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="clinical_events", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    tsh_low = NumericField("TSH target from (mIU/L)", null=True, blank=True)
    tsh_high = NumericField("TSH target to (mIU/L)", null=True, blank=True)
    accepted_on = models.DateField(
        null=True, blank=True, help_text="Of a transfer: the day the receiving clinician accepted it."
    )
    activities = ArrayField(
        models.CharField(max_length=24), default=list, blank=True, help_text="Of an item declined: which."
    )
    details = models.JSONField(
        default=dict, blank=True, encoder=DjangoJSONEncoder, help_text="What else this kind of event asks for, by name."
    )
    reversal_asked_by = models.ForeignKey(
        Staff,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Of a death: who says it is not so; a second person confirms.",
    )
    note = models.CharField(max_length=200, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ClinicRowQuerySet[ClinicalEvent]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("started_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="clinical_event_ends_after_it_begins",
                violation_error_message="The end is before the beginning.",
            ),
            models.CheckConstraint(
                condition=Q(tsh_low__isnull=True) | Q(tsh_high__isnull=True) | Q(tsh_low__lte=F("tsh_high")),
                name="tsh_target_in_order",
                violation_error_message="The lower end of the target is above the upper one.",
            ),
        )
        indexes = (models.Index(fields=("patient", "started_on"), name="clinical_event_of_patient"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.started_on}"


@keep_history()
class AdverseEvent(models.Model):
    """What a clinician judged to be an adverse event: a CTCAE term, its grade, and what it is put down to."""

    class Attribution(models.TextChoices):
        UNRELATED = "unrelated", "Unrelated"
        UNLIKELY = "unlikely", "Unlikely"
        POSSIBLE = "possible", "Possible"
        PROBABLE = "probable", "Probable"
        DEFINITE = "definite", "Definite"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="adverse_events", db_index=False)
    treatment = models.ForeignKey(
        Treatment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    ctcae = models.CharField(max_length=3, help_text="Version of the criteria.")
    term = models.CharField(max_length=80)
    grade = models.PositiveSmallIntegerField()
    onset_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    attribution = models.CharField(max_length=9, choices=Attribution)
    note = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ClinicRowQuerySet[AdverseEvent]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-onset_on", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(grade__range=(1, 5)), name="adverse_event_grade_1_to_5"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("onset_on")),
                name="adverse_event_ends_after_onset",
                violation_error_message="The end is before the onset.",
            ),
        )
        indexes = (models.Index(fields=("patient", "-onset_on"), name="adverse_event_of_patient"),)

    def __str__(self) -> str:
        return f"{self.term}, grade {self.grade}"
