"""Plans: the follow-up of one treatment, and what is added to it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient, Treatment
from schedules import protocol as rules
from schedules.models.protocols import Protocol
from schedules.querysets import PlanQuerySet


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
    course_started_on = models.DateField(
        null=True, blank=True, help_text="The first infusion of a tandem course, when it is not the anchor."
    )
    counts_recovered_on = models.DateField(null=True, blank=True)
    recovery_by_rule = models.BooleanField(default=False, help_text="Told by the results, not by a clinician.")
    result_count_on = models.DateField(
        null=True, blank=True, help_text="The last specimen whose results held ANC and platelets."
    )
    result_count_severe = models.BooleanField(default=False, help_text="That count was severe.")
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

    def count_clock(self, today: date) -> rules.CountClock | None:
        """Return the clock over the blood counts of a plan loaded `with_last_count`; None when it does not run."""
        return rules.count_clock(
            self.anchor,
            followed_from=self.followed_from,
            last_specimen_on=self.last_count_on,  # type: ignore[attr-defined]  # annotated
            today=today,
            severe=self.result_count_severe,
            recovered_on=self.counts_recovered_on,
            course_started_on=self.course_started_on,
            prolonged_until=self.prolonged_until,  # type: ignore[attr-defined]  # annotated
        )


@keep_history()
class Proposal(models.Model):
    """An addition to a plan that the protocol does not have, and why (PROTOCOL.md 14).

    A provisional one is in force at once, until a clinician declines it or its cause is gone; an offered one waits for
    a clinician. `adds` are the timepoints it puts in the plan: timepoint, kind, target, days before and after,
    activities, cost. Activities of a timepoint that the plan has already join it.
    """

    class State(models.TextChoices):
        PROVISIONAL = "provisional", "In force"
        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Fallen away"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="proposals", db_index=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="proposals", db_index=False)
    rule = models.CharField(max_length=40)
    rule_version = models.CharField(max_length=20, blank=True)
    about = models.CharField(max_length=80, blank=True, help_text="What it answers, so that it is not offered again.")
    sentence = models.TextField(help_text="Why, with its numbers.")
    adds = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)
    facts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    state = models.CharField(max_length=11, choices=State)
    opened_on = models.DateField(help_text="The clinic's calendar date.")
    decided_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_on = models.DateField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects: ClassVar[ClinicRowQuerySet[Proposal]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-opened_on", "-id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="proposal_clinic"),
            models.UniqueConstraint(
                fields=("plan", "rule", "about"),
                condition=Q(state__in=["provisional", "offered"]),
                name="one_open_proposal",
            ),
            models.CheckConstraint(condition=~Q(state="declined") | ~Q(reason=""), name="declining_needs_a_reason"),
        )
        indexes = (
            models.Index(fields=("patient", "-opened_on"), name="proposal_of_patient"),
            models.Index(
                fields=("clinic", "-opened_on"), condition=Q(state__in=["provisional", "offered"]), name="open_proposal"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} ({self.get_state_display()})"

    @property
    def in_force(self) -> bool:
        """Whether its timepoints are part of the plan."""
        return self.state in (self.State.PROVISIONAL, self.State.ACCEPTED)

    def points(self) -> list[rules.PlannedTimepoint]:
        """Return the timepoints it adds."""
        return [
            rules.added_point(
                self.plan.anchor,
                date.fromisoformat(each["target"]),
                each["activities"],
                kind=each.get("kind", "visit"),
                before=each["before"],
                after=each["after"],
                cost=each["cost"],
                name=each.get("timepoint", ""),
            )
            for each in self.adds
        ]


@keep_history()
class SignOff(models.Model):
    """A clinic's signature under one of its settings as it stood: what was signed, from which source, by whom, when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="sign_offs", db_index=False)
    setting = models.CharField(max_length=100)
    value = models.TextField(help_text="The setting as it was signed.")
    source = models.TextField(help_text="What the signer relied on.")
    signed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    signed_on = models.DateField()
    withdrawn = models.BooleanField(default=False)

    objects: ClassVar[ClinicRowQuerySet[SignOff]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("setting", "-signed_on", "-id")
        indexes = (models.Index(fields=("clinic", "setting"), name="sign_off_of_setting"),)

    def __str__(self) -> str:
        return f"{self.setting} signed on {self.signed_on}"
