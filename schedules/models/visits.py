"""Planned visits, what is to be done at them, and what happened."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient
from schedules.models.appointments import Appointment
from schedules.models.plans import Plan, Proposal
from schedules.querysets import PlannedVisitQuerySet


class ActivityStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    DRAWN = "drawn", "Drawn, awaiting result"
    DONE = "done", "Done"
    DONE_ELSEWHERE = "done_elsewhere", "Done elsewhere"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    MISSED = "missed", "Missed"
    CANCELLED = "cancelled", "Cancelled"
    SUPERSEDED = "superseded", "Superseded"


OPEN_ACTIVITY = (ActivityStatus.PLANNED, ActivityStatus.DRAWN)


@keep_history()
class PlannedVisit(models.Model):
    """One timepoint of a plan: when it is due, and what became of it.

    Its status follows from its activities and is never set against them. Due, overdue, booked, early and late are
    read from the dates by `schedules.protocol.shown_status`, and never stored.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", "Visit"
        IMAGING = "imaging", "Imaging"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        MISSED = "missed", "Missed"
        NOT_APPLICABLE = "not_applicable", "Not applicable"
        CANCELLED = "cancelled", "Cancelled"
        SUPERSEDED = "superseded", "Superseded"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="planned_visits", db_index=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="visits", db_index=False)
    timepoint = models.CharField(max_length=8)
    kind = models.CharField(max_length=7, choices=Kind)
    phase = models.CharField(max_length=20)
    target = models.DateField()
    opens = models.DateField(help_text="First day of the window, inclusive.")
    closes = models.DateField(help_text="Last day of the window, inclusive.")
    cost = models.PositiveSmallIntegerField(help_text="What a miss would cost; orders the worklist.")
    before_enrolment = models.BooleanField(default=False, help_text="The window closed before the plan was followed.")
    status = models.CharField(max_length=14, choices=Status, default=Status.PLANNED)
    done_on = models.DateField(null=True, blank=True)
    drawn_on = models.DateField(
        null=True, blank=True, help_text="A specimen was drawn that day; its result is awaited."
    )
    elsewhere = models.BooleanField(default=False)
    closing_reason = models.TextField(blank=True, help_text="Why it was missed or does not apply.")
    next_step = models.TextField(blank=True)
    on_hold = models.CharField(max_length=60, blank=True, help_text="Why it waits for a decision.")
    hold_decision = models.TextField(blank=True, help_text="Why it goes on all the same.")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, blank=True, related_name="visits", db_index=False
    )

    objects: ClassVar[PlannedVisitQuerySet] = PlannedVisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("target", "kind", "timepoint")
        constraints = (
            models.UniqueConstraint(fields=("plan", "timepoint", "kind"), name="timepoint_once_per_plan"),
            models.UniqueConstraint(fields=("id", "clinic"), name="visit_clinic"),
            models.CheckConstraint(
                condition=Q(opens__lte=F("target"), target__lte=F("closes")), name="window_holds_target"
            ),
            models.CheckConstraint(condition=~Q(status="done") | Q(done_on__isnull=False), name="done_has_a_date"),
        )
        indexes = (
            models.Index(fields=("patient", "target"), name="visit_of_patient"),
            models.Index(
                fields=("clinic", "opens"),
                include=("closes", "cost", "appointment", "drawn_on"),
                condition=Q(status="planned", before_enrolment=False, on_hold=""),
                name="open_visit_by_opening",
            ),
            models.Index(
                fields=("clinic", "closes"),
                include=("opens", "cost", "appointment", "drawn_on"),
                condition=Q(status="planned", before_enrolment=False, on_hold=""),
                name="open_visit_by_closing",
            ),
            models.Index(
                fields=("clinic", "-cost", "closes", "id"),
                include=("opens", "appointment", "drawn_on"),
                condition=Q(status="planned", before_enrolment=False, on_hold=""),
                name="open_visit_by_rank",
            ),
            models.Index(fields=("clinic", "opens"), condition=~Q(on_hold=""), name="visit_on_hold"),
            models.Index(
                fields=("clinic", "-cost", "closes", "id"),
                condition=Q(status="planned", before_enrolment=False, on_hold="", drawn_on__isnull=False),
                name="drawn_visit_by_rank",
            ),
            models.Index(
                fields=("appointment",),
                include=("id", "clinic", "opens", "closes", "drawn_on", "status", "before_enrolment", "on_hold"),
                condition=Q(appointment__isnull=False),
                name="visit_of_appointment",
            ),
        )

    def __str__(self) -> str:
        return f"{self.timepoint} {self.get_kind_display().lower()}, {self.target}"


@keep_history()
class VisitRecord(models.Model):
    """What a person recorded of one day: what was done, what was found. Planned, or an unscheduled visit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visit_records", db_index=False)
    visit = models.ForeignKey(
        PlannedVisit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        help_text="Blank: unscheduled.",
    )
    occurred_on = models.DateField(help_text="The clinic's calendar date.")
    activities = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    elsewhere = models.BooleanField(default=False)
    place = models.CharField(max_length=200, blank=True, help_text="Where, when it was done elsewhere.")
    timing_reason = models.CharField(max_length=24, blank=True)
    timing_text = models.TextField(blank=True)
    findings = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    other_symptoms = models.TextField(blank=True)
    temperature_c = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    systolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    diastolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    heart_rate_bpm = models.PositiveSmallIntegerField(null=True, blank=True)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    height_cm = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    note = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Undone: recorded in error.")
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ClinicRowQuerySet[VisitRecord]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("occurred_on", "id")
        constraints = (models.UniqueConstraint(fields=("id", "clinic"), name="record_clinic"),)
        indexes = (
            models.Index(fields=("patient", "-occurred_on"), name="record_of_patient"),
            models.Index(
                fields=("clinic", "occurred_on"),
                include=("patient",),
                condition=Q(activities__contains=["cbc"], withdrawn=False),
                name="count_by_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.visit.timepoint if self.visit else 'Unscheduled visit'} on {self.occurred_on}"


@keep_history()
class PlannedActivity(models.Model):
    """One thing to do at a planned visit, and what fulfilled it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(PlannedVisit, on_delete=models.PROTECT, related_name="activities", db_index=False)
    activity = models.CharField(max_length=24)
    status = models.CharField(max_length=14, choices=ActivityStatus, default=ActivityStatus.PLANNED)
    done_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)
    record = models.ForeignKey(
        VisitRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="fulfilled", db_index=False
    )
    proposal = models.ForeignKey(
        Proposal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        db_index=False,
        help_text="The addition it came with.",
    )

    objects: ClassVar[ClinicRowQuerySet[PlannedActivity]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("activity",)
        verbose_name_plural = "planned activities"
        constraints = (models.UniqueConstraint(fields=("visit", "activity"), name="activity_once_per_visit"),)
        indexes = (models.Index(fields=("record",), condition=Q(record__isnull=False), name="activity_of_record"),)

    def __str__(self) -> str:
        return f"{self.activity}: {self.get_status_display()}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_ACTIVITY
