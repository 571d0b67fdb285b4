"""When a clinic reminds its patients, and in which words."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import Clinic
from events.models import Message
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Language


@keep_history()
class ReminderPolicy(models.Model):
    """A clinic's rules of reminders, where they are not the shipped ones; shaped as `schedules.reminders.rules`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="reminder_policy")
    rules = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    objects: ClassVar[ClinicRowQuerySet[ReminderPolicy]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "reminder policies"

    def __str__(self) -> str:
        return f"{self.clinic}: {len(self.rules)} rules"


@keep_history()
class ReminderText(models.Model):
    """A clinic's own words for one kind of text in one language, where they are not the shipped ones."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="reminder_texts")
    name = models.CharField(max_length=40, help_text="What the text is for, such as “before” or “prepare.thyroid”.")
    channel = models.CharField(max_length=8, choices=Message.Channel)
    language = models.CharField(max_length=5, choices=Language)
    subject = models.CharField(max_length=100, blank=True)
    body = models.TextField()

    objects: ClassVar[ClinicRowQuerySet[ReminderText]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("name", "channel", "language")
        constraints = (
            models.UniqueConstraint(
                fields=("clinic", "name", "channel", "language"), name="one_text_per_channel_and_language"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.get_channel_display()}, {self.get_language_display()})"
