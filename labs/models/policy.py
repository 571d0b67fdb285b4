"""How a clinic has its results judged."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet


@keep_history()
class LabPolicy(models.Model):
    """A clinic's CTCAE version, the rules it switched off, and the numbers it set otherwise than the defaults."""

    class Ctcae(models.TextChoices):
        V5 = "5.0", "CTCAE 5.0"
        V6 = "6.0", "CTCAE 6.0"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="lab_policy")
    ctcae = models.CharField(max_length=3, choices=Ctcae, default=Ctcae.V6)
    rules_off = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    settings = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    signed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_on = models.DateField(null=True, blank=True)

    objects: ClassVar[ClinicRowQuerySet[LabPolicy]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "lab policies"

    def __str__(self) -> str:
        return f"{self.clinic}: CTCAE {self.ctcae}"
