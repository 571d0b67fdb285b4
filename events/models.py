"""What happened, what is being worked on, and the files that came or went."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, staff: Staff) -> EventQuerySet:
        """Events of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))


class Event(models.Model):
    """Something that happened, in the past tense, for people to read. Never changed, never deleted.

    `facts` holds what the sentence needs; a change that can be undone also holds the rows it touched, before and after.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="events", null=True, db_index=False
    )
    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager[Event]] = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("patient", "-at", "-id"), name="event_of_patient"),
            models.Index(fields=("clinic", "-at", "-id"), name="event_of_clinic"),
        )
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class StoredFile(models.Model):
    """A file that the web and the workers on any host share; its bytes lie in the database."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, staff: Staff) -> JobQuerySet:
        """Jobs of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))


@keep_history(exclude=["done"])
class Job(models.Model):
    """Work that takes longer than a page may, such as an import; a row, so that any host can say how far it is."""

    class Kind(models.TextChoices):
        PATIENT_IMPORT = "patient_import", "Import of patients"
        VISIT_PLANS = "visit_plans", "Visit plans of many patients"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    options = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    source = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Job]] = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"
