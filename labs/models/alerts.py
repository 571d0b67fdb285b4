"""Alerts: episodes that stay open until a person has answered."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from labs.models.quarantine import QuarantineItem
from labs.models.results import LabResult
from patients.models import ClinicRowQuerySet, Patient


class AlertQuerySet(ClinicRowQuerySet["Alert"]):
    def unresolved(self) -> AlertQuerySet:
        """Alerts that are not closed: waiting, answered or snoozed."""
        return self.exclude(state=Alert.State.RESOLVED)

    def waiting(self) -> AlertQuerySet:
        """Alerts that wait for an answer."""
        return self.filter(state=Alert.State.OPEN)


@keep_history()
class Alert(models.Model):
    """One episode of one rule at one patient (or of a held-back row nobody could be found for)."""

    class Tier(models.TextChoices):
        IMMEDIATE = "immediate", "Immediate"
        SAME_DAY = "same_day", "Same day"
        NEXT_WORKING_DAY = "next_working_day", "Next working day"

    class State(models.TextChoices):
        OPEN = "open", "Waiting for an answer"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        SNOOZED = "snoozed", "Snoozed"
        RESOLVED = "resolved", "Resolved"

    class NextStep(models.TextChoices):
        REPEAT_CBC = "repeat_cbc", "Repeat CBC"
        TRANSFUSED = "transfused", "Transfused"
        ADMITTED = "admitted", "Admitted"
        PATIENT_CALLED = "patient_called", "Patient called"
        REPEAT_TEST = "repeat_test", "Repeat test"
        CLINIC_VISIT = "clinic_visit", "Seen in clinic"
        NO_ACTION = "no_action", "No action needed"
        OTHER = "other", "Other"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts", db_index=False
    )
    quarantine_item = models.ForeignKey(
        QuarantineItem, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts", db_index=False
    )
    rule = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=20)
    direction = models.CharField(max_length=4, blank=True, choices=[("low", "Low"), ("high", "High")])
    tier = models.CharField(max_length=16, choices=Tier)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    sentence = models.TextField(help_text="What was found.")
    context = models.TextField(blank=True, help_text="What it means here: the week, the next count.")
    improved = models.TextField(blank=True, help_text="What came since and is better; it closes nothing by itself.")
    opened_at = models.DateTimeField()
    raised_at = models.DateTimeField(help_text="When it was last raised: opened, worsened or lapsed.")
    answer_by = models.DateTimeField()
    notices = models.PositiveSmallIntegerField(
        default=1, help_text="How many steps of the ladder were told since it was last raised."
    )
    next_notice_at = models.DateTimeField(
        null=True, blank=True, help_text="When the next step is told if nobody has answered; blank: none is left."
    )
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    next_step = models.CharField(max_length=16, choices=NextStep, blank=True)
    next_step_text = models.TextField(blank=True)
    next_step_by = models.DateField(null=True, blank=True, help_text="When it comes back if that did not happen.")
    snoozed_until = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.TextField(blank=True)

    objects: ClassVar[AlertQuerySet] = AlertQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("answer_by", "id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="alert_clinic"),
            models.UniqueConstraint(
                fields=("patient", "rule", "direction"),
                condition=~Q(state="resolved") & Q(patient__isnull=False),
                name="one_open_episode",
            ),
            models.UniqueConstraint(
                fields=("quarantine_item",),
                condition=~Q(state="resolved") & Q(quarantine_item__isnull=False),
                name="one_open_alert_per_held_back_row",
            ),
            models.CheckConstraint(
                condition=Q(patient__isnull=False) | Q(quarantine_item__isnull=False), name="alert_is_about_something"
            ),
            models.CheckConstraint(
                condition=~Q(state="snoozed") | (Q(snoozed_until__isnull=False) & ~Q(tier="immediate")),
                name="immediate_is_never_snoozed",
            ),
            models.CheckConstraint(
                condition=~Q(state="resolved") | Q(resolved_at__isnull=False), name="resolved_has_a_time"
            ),
        )
        indexes = (
            models.Index(fields=("clinic", "answer_by", "id"), condition=~Q(state="resolved"), name="unresolved_alert"),
            models.Index(fields=("patient", "-opened_at"), name="alert_of_patient"),
            models.Index(
                fields=("next_notice_at",),
                condition=Q(state="open", next_notice_at__isnull=False),
                name="alert_to_escalate",
            ),
        )

    def __str__(self) -> str:
        return self.sentence


@keep_history()
class AlertFinding(models.Model):
    """What a rule found, as the evidence of an alert: one per alert, rule and result."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="findings", db_index=False)
    rule = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=20)
    result = models.ForeignKey(LabResult, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    tier = models.CharField(max_length=16, choices=Alert.Tier)
    sentence = models.TextField()
    numbers = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    holds = models.BooleanField(default=True, help_text="False: a corrected result no longer says so.")
    found_at = models.DateTimeField()

    objects: ClassVar[ClinicRowQuerySet[AlertFinding]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("found_at", "id")
        constraints = (models.UniqueConstraint(fields=("alert", "rule", "result"), name="found_once"),)
        indexes = (models.Index(fields=("clinic", "rule", "rule_version"), name="finding_of_rule"),)

    def __str__(self) -> str:
        return self.sentence
