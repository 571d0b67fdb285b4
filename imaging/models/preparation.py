"""How patients are prepared for MIBG: what is withheld and when it is taken again, and the thyroid blockade."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from accounts.models import Clinic, Staff
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import FOLLOWED_HERE, Care, ClinicRowQuerySet, Medicine, Patient, Treatment
from schedules.models import OPEN_ACTIVITY, PlannedVisit

MIBG_SCAN = "mibg_scan"  # the planned activity


@keep_history()
class PreparationPolicy(models.Model):
    """The days and names of medicines to be withheld that a clinic sets otherwise than the table shipped, or adds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="preparation_policy")
    days = models.JSONField(
        default=dict, blank=True, encoder=DjangoJSONEncoder, help_text="By class and step, only what differs."
    )
    names = models.JSONField(
        default=dict, blank=True, encoder=DjangoJSONEncoder, help_text="By class, names the clinic added, as written."
    )
    injection_days_before = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days from the tracer to the day that is booked; blank: as shipped."
    )

    objects: ClassVar[ClinicRowQuerySet[PreparationPolicy]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "preparation policies"

    def __str__(self) -> str:
        return f"{self.clinic}: preparation"


ONE_OCCASION = Q(visit__isnull=False, treatment__isnull=True) | Q(visit__isnull=True, treatment__isnull=False)


class WithdrawalQuerySet(ClinicRowQuerySet["Withdrawal"]):
    def open(self) -> WithdrawalQuerySet:
        """Withdrawals about which somebody still has something to do."""
        return self.filter(state__in=Withdrawal.OPEN)

    def of_followed(self) -> WithdrawalQuerySet:
        """Withdrawals of patients whom we follow."""
        return self.filter(patient__status=Patient.Status.ACTIVE, patient__care__in=FOLLOWED_HERE)

    def to_restart(self) -> WithdrawalQuerySet:
        """Confirmed withdrawals whose medicine was not taken again yet, the first to be restarted first.

        Also of patients whom we follow no more: what was stopped here is to be taken again. Not of those who died.
        """
        rows = self.filter(state=Withdrawal.State.CONFIRMED, patient__status=Patient.Status.ACTIVE)
        return rows.exclude(patient__care=Care.DECEASED).order_by("restart_on", "id")

    def undecided(self) -> WithdrawalQuerySet:
        """Medicines that cannot be withdrawn, of which nobody has decided yet what it means for the scan."""
        return self.filter(state=Withdrawal.State.CANNOT, decision="")

    def outdated(self) -> WithdrawalQuerySet:
        """Confirmed withdrawals for a planned scan that is on another day now than the one they were counted from."""
        still_open = {"visit__activities__activity": MIBG_SCAN, "visit__activities__status__in": OPEN_ACTIVITY}
        standing = self.filter(state=Withdrawal.State.CONFIRMED, **still_open)
        return standing.exclude(counted_from=Coalesce("visit__appointment__on", "visit__target"))


@keep_history()
class Withdrawal(models.Model):
    """A medicine withheld for one planned scan or infusion: from when, instead of it what, and when it is taken again.

    Nothing of it is told to a patient before a clinician has confirmed it.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "To be confirmed"
        CONFIRMED = "confirmed", "Confirmed"
        CANNOT = "cannot", "Cannot be withdrawn"
        RESTARTED = "restarted", "Taken again"
        ENDED = "ended", "Not taken again"
        DROPPED = "dropped", "Not withdrawn after all"

    OPEN = (State.PLANNED, State.CONFIRMED, State.CANNOT)
    NOT_UNDONE = ("moves", "told_day")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="withdrawals", db_index=False)
    medicine = models.ForeignKey(Medicine, on_delete=models.PROTECT, related_name="withdrawals", db_index=False)
    visit = models.ForeignKey(
        PlannedVisit, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawals", db_index=False
    )
    treatment = models.ForeignKey(
        Treatment, on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawals", db_index=False
    )
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    counted_from = models.DateField(help_text="The day of the scan or infusion its dates were counted from.")
    prescriber = models.CharField(max_length=120, blank=True, help_text="Who prescribes the medicine.")
    prescriber_staff = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    stop_on = models.DateField("first day without it", null=True, blank=True)
    substitute = models.CharField(
        max_length=200, blank=True, help_text="What is taken instead, or “none needed”. Blank: not said yet."
    )
    restart_on = models.DateField("to be taken again on", null=True, blank=True)
    restart_owner = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="restarts", db_index=False
    )
    restarted_on = models.DateField("taken again on", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    confirmed_on = models.DateField(null=True, blank=True)
    reason = models.TextField(
        blank=True, help_text="Why it cannot be withdrawn, was not after all, or is not taken again."
    )
    decision = models.TextField(blank=True, help_text="What was decided of the scan or infusion all the same.")
    moves = models.PositiveSmallIntegerField(default=0, help_text="How often a move was told of.")
    told_day = models.DateField(
        null=True, blank=True, help_text="The day that was told of last; blank: that it is no longer planned."
    )
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[WithdrawalQuerySet] = WithdrawalQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("stop_on", "id")
        constraints = (
            models.CheckConstraint(condition=ONE_OCCASION, name="withdrawal_for_one_occasion"),
            models.CheckConstraint(
                condition=Q(stop_on__isnull=True) | Q(restart_on__isnull=True) | Q(restart_on__gt=F("stop_on")),
                name="withdrawal_restarts_after_it_stops",
                violation_error_message="It is taken again before it is stopped.",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (
                    Q(confirmed_by__isnull=False, confirmed_on__isnull=False, stop_on__isnull=False)
                    & Q(restart_on__isnull=False, restart_owner__isnull=False)
                    & ~Q(substitute="")
                    & ~Q(prescriber="")
                ),
                name="confirmed_withdrawal_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="restarted") | Q(restarted_on__isnull=False), name="restarted_has_a_date"
            ),
            models.UniqueConstraint(
                fields=("medicine", "visit"),
                condition=Q(state__in=("planned", "confirmed", "cannot")),
                name="one_open_withdrawal_per_scan",
            ),
            models.UniqueConstraint(
                fields=("medicine", "treatment"),
                condition=Q(state__in=("planned", "confirmed", "cannot")),
                name="one_open_withdrawal_per_infusion",
            ),
        )
        indexes = (
            models.Index(fields=("patient",), name="withdrawal_of_patient"),
            models.Index(fields=("visit",), condition=Q(visit__isnull=False), name="withdrawal_of_visit"),
            models.Index(fields=("treatment",), condition=Q(treatment__isnull=False), name="withdrawal_of_treatment"),
            models.Index(
                fields=("clinic", "state"),
                condition=Q(state__in=("planned", "confirmed", "cannot")),
                name="open_withdrawal_of_clinic",
            ),
        )

    def __str__(self) -> str:
        return f"{self.medicine}: {self.get_state_display().lower()}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do about it."""
        return self.state in self.OPEN


class BlockadeQuerySet(ClinicRowQuerySet["ThyroidBlockade"]):
    def standing(self) -> BlockadeQuerySet:
        """Blockades that were not entered in error, or replaced."""
        return self.filter(withdrawn=False)

    def of_followed(self) -> BlockadeQuerySet:
        """Blockades of patients whom we follow."""
        return self.filter(patient__status=Patient.Status.ACTIVE, patient__care__in=FOLLOWED_HERE)

    def outdated(self) -> BlockadeQuerySet:
        """Blockades of a planned scan, or an infusion, that is on another day than that they were recorded for."""
        open_scan = {"visit__activities__activity": MIBG_SCAN, "visit__activities__status__in": OPEN_ACTIVITY}
        standing = Q(treatment__state__in=(Treatment.State.PLANNED, Treatment.State.GIVEN))
        day = Coalesce("visit__appointment__on", "visit__target", "treatment__started_on")
        return self.standing().filter(Q(**open_scan) | standing).exclude(counted_from=day)


@keep_history()
class ThyroidBlockade(models.Model):
    """The thyroid blockade of one planned scan or infusion: what, how much of it, and its first and last day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="blockades", db_index=False)
    visit = models.ForeignKey(
        PlannedVisit, on_delete=models.PROTECT, null=True, blank=True, related_name="blockades", db_index=False
    )
    treatment = models.ForeignKey(
        Treatment, on_delete=models.PROTECT, null=True, blank=True, related_name="blockades", db_index=False
    )
    product = models.CharField(max_length=120)
    dose_mg = NumericField("dose a day (mg)")
    once = models.BooleanField("given once", default=False, help_text="The dose is given once, not each day.")
    starts_on = models.DateField("first day")
    last_on = models.DateField("last day")
    counted_from = models.DateField(help_text="The day of the scan or infusion it was recorded for.")
    note = models.CharField(max_length=200, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[BlockadeQuerySet] = BlockadeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("starts_on", "id")
        constraints = (
            models.CheckConstraint(condition=ONE_OCCASION, name="blockade_for_one_occasion"),
            models.CheckConstraint(condition=Q(dose_mg__gt=0), name="blockade_has_a_dose"),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("starts_on")),
                name="blockade_ends_after_it_begins",
                violation_error_message="The last day is before the first.",
            ),
            models.UniqueConstraint(fields=("visit",), condition=Q(withdrawn=False), name="one_blockade_per_scan"),
            models.UniqueConstraint(
                fields=("treatment",), condition=Q(withdrawn=False), name="one_blockade_per_infusion"
            ),
        )
        indexes = (models.Index(fields=("patient",), name="blockade_of_patient"),)

    def __str__(self) -> str:
        return f"{self.product}, {self.starts_on} to {self.last_on}"

    @property
    def what(self) -> str:
        """What is given, and how much of it: "potassium iodide, 130 mg a day"."""
        return f"{self.product}, {self.dose_mg} mg {'once' if self.once else 'a day'}"
