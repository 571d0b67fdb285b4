"""Booked dates, and the places they take."""

from __future__ import annotations

from typing import ClassVar

from dateutil.relativedelta import relativedelta
from django.db import models
from django.db.models.functions import Now

from accounts.models import Clinic
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient

ADULT = 18


@keep_history()
class Appointment(models.Model):
    """A booked date, with or without a time, for one or more planned visits."""

    class State(models.TextChoices):
        BOOKED = "booked", "Booked"
        ATTENDED = "attended", "Attended"
        DID_NOT_ATTEND = "did_not_attend", "Did not attend"
        CANCELLED = "cancelled", "Cancelled"

    class CancelledBy(models.TextChoices):
        PATIENT = "patient", "The patient or family"
        CLINIC = "clinic", "The clinic"
        OTHER = "other", "Somebody else"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    on = models.DateField(help_text="The clinic's calendar date.")
    at = models.TimeField(null=True, blank=True, help_text="The clinic's wall-clock time; blank for the day only.")
    place = models.CharField(max_length=200, blank=True)
    person = models.CharField(max_length=200, blank=True, help_text="Who sees the patient.")
    interpreter = models.BooleanField(default=False, help_text="An interpreter is needed.")
    outside_window_reason = models.TextField(blank=True)
    state = models.CharField(max_length=14, choices=State, default=State.BOOKED)
    cancelled_by = models.CharField(max_length=7, choices=CancelledBy, blank=True)
    closing_reason = models.TextField(blank=True, help_text="Why it was cancelled or not attended.")
    moves = models.PositiveSmallIntegerField(default=0, help_text="How often it was moved.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ClinicRowQuerySet[Appointment]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("on", "at")
        constraints = (models.UniqueConstraint(fields=("id", "clinic"), name="appointment_clinic"),)
        indexes = (models.Index(fields=("clinic", "on"), name="appointment_by_day"),)

    def __str__(self) -> str:
        return f"{self.on}" + (f" {self.at:%H:%M}" if self.at else "")

    @property
    def of_a_child(self) -> bool:
        """Whether the patient is under 18 on its day: who does not come was not brought."""
        return relativedelta(self.on, self.patient.birth_date).years < ADULT


@keep_history()
class Place(models.Model):
    """One of a clinic's places for an activity on a day, taken by an appointment.

    The unique key is what keeps a day from being booked twice over: the last place is won by one insert. A place that
    is given back is deleted; the row history keeps who had it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    activity = models.CharField(max_length=24)
    day = models.DateField()
    number = models.PositiveSmallIntegerField(help_text="From 1 to the clinic's capacity.")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="places")

    objects: ClassVar[ClinicRowQuerySet[Place]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("clinic", "activity", "day", "number"), name="a_place_is_taken_once"),
            models.UniqueConstraint(fields=("appointment", "activity"), name="one_place_per_appointment"),
        )

    def __str__(self) -> str:
        return f"{self.activity} on {self.day}, place {self.number}"
