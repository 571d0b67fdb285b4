"""Protocols, plans, planned visits, appointments and what happened at them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient, Treatment
from schedules import protocol as rules
from schedules.querysets import PlannedVisitQuerySet, PlanQuerySet


@keep_history()
class ClinicClosure(models.Model):
    """Days on which a clinic is closed beyond its weekdays and public holidays; both ends inclusive."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="closures")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)

    objects: ClassVar[ClinicRowQuerySet[ClinicClosure]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("first_day",)
        constraints = (
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="closure_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason} ({self.first_day} to {self.last_day})"


@lru_cache(maxsize=64)
def parsed_protocol(text: str) -> rules.Protocol:
    """Return the protocol written in `text`; parsed once, since a published text never changes."""
    return rules.load_protocol(text, source="stored protocol")


@keep_history()
class Protocol(models.Model):
    """One version of a follow-up protocol. A published version never changes: the database refuses it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField()
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    text = models.TextField(help_text="The protocol as TOML.")
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=7, choices=Status, default=Status.DRAFT)

    class Meta:
        ordering = ("slug", "version")
        constraints = (models.UniqueConstraint(fields=("slug", "version"), name="one_protocol_per_version"),)
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="published_text_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["active", "retired"])
                & (
                    pgtrigger.Q(old__text__df=pgtrigger.F("new__text"))
                    | pgtrigger.Q(old__slug__df=pgtrigger.F("new__slug"))
                    | pgtrigger.Q(old__version__df=pgtrigger.F("new__version"))
                ),
            ),
            pgtrigger.Protect(name="protocols_stay", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def definition(self) -> rules.Protocol:
        return parsed_protocol(self.text)


@keep_history()
class ProtocolApproval(models.Model):
    """A clinic's own decision to use a protocol version: who approved it, and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="protocol_approvals")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="approvals")
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    approved_on = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clinic", "protocol"), name="one_approval_per_version"),)

    def __str__(self) -> str:
        return f"{self.protocol} approved by {self.approved_by} on {self.approved_on}"


@keep_history()
class Plan(models.Model):
    """The follow-up of one treatment: an anchor, a protocol version and the choices made for this patient."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans")
    treatment = models.OneToOneField(Treatment, on_delete=models.PROTECT, related_name="plan")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="plans", db_index=False)
    anchor = models.DateField(help_text="Day 0: the clinic's calendar date on which the infusion began.")
    imaging_interval = models.PositiveSmallIntegerField(default=6, help_text="Months between scans until month 60.")
    annual_interval = models.PositiveSmallIntegerField(default=12)
    annual_reason = models.TextField(blank=True)
    late_imaging_interval = models.PositiveSmallIntegerField(default=12)
    late_imaging_reason = models.TextField(blank=True)
    markers = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    followed_from = models.DateField(help_text="What closed before this day is “before enrolment”.")
    is_current = models.BooleanField(default=True)
    counts_recovered_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[PlanQuerySet] = PlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("anchor",)
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="plan_clinic"),
            models.UniqueConstraint(fields=("patient",), condition=Q(is_current=True), name="one_current_plan"),
            models.CheckConstraint(condition=Q(imaging_interval__range=(6, 12)), name="imaging_interval_6_to_12"),
            models.CheckConstraint(
                condition=Q(annual_interval=12) | (Q(annual_interval=24) & ~Q(annual_reason="")),
                name="annual_24_needs_reason",
            ),
            models.CheckConstraint(
                condition=Q(late_imaging_interval=12) | (Q(late_imaging_interval=24) & ~Q(late_imaging_reason="")),
                name="late_imaging_24_needs_reason",
            ),
        )
        indexes = (
            models.Index(fields=("clinic", "anchor"), condition=Q(is_current=True), name="current_plan_by_anchor"),
        )

    def __str__(self) -> str:
        return f"Follow-up from {self.anchor}"

    @property
    def options(self) -> rules.Options:
        return rules.Options(
            imaging_interval=self.imaging_interval,
            annual_interval=self.annual_interval,
            late_imaging_interval=self.late_imaging_interval,
            markers=tuple(self.markers),
        )


@keep_history()
class Appointment(models.Model):
    """A booked date, with or without a time, for one or more planned visits."""

    class State(models.TextChoices):
        BOOKED = "booked", "Booked"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    on = models.DateField(help_text="The clinic's calendar date.")
    at = models.TimeField(null=True, blank=True, help_text="The clinic's wall-clock time; blank for the day only.")
    place = models.CharField(max_length=200, blank=True)
    outside_window_reason = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.BOOKED)
    moves = models.PositiveSmallIntegerField(default=0, help_text="How often it was moved.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ClinicRowQuerySet[Appointment]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("on", "at")
        constraints = (models.UniqueConstraint(fields=("id", "clinic"), name="appointment_clinic"),)
        indexes = (models.Index(fields=("clinic", "on"), name="appointment_by_day"),)

    def __str__(self) -> str:
        return f"{self.on}" + (f" {self.at:%H:%M}" if self.at else "")


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
                condition=Q(status="planned", before_enrolment=False),
                name="open_visit_by_opening",
            ),
            models.Index(
                fields=("clinic", "closes"),
                include=("opens", "cost", "appointment", "drawn_on"),
                condition=Q(status="planned", before_enrolment=False),
                name="open_visit_by_closing",
            ),
            models.Index(
                fields=("clinic", "-cost", "closes", "id"),
                include=("opens", "appointment", "drawn_on"),
                condition=Q(status="planned", before_enrolment=False),
                name="open_visit_by_rank",
            ),
            models.Index(
                fields=("clinic", "-cost", "closes", "id"),
                condition=Q(status="planned", before_enrolment=False, drawn_on__isnull=False),
                name="drawn_visit_by_rank",
            ),
            models.Index(
                fields=("appointment",),
                include=("id", "clinic", "opens", "closes", "drawn_on", "status", "before_enrolment"),
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


def day_number(anchor: date, day: date) -> int:
    """Return how many days after the anchor `day` lies; the day of the infusion is day 0."""
    return (day - anchor).days
