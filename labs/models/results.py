"""What laboratories sent, as it came, and the results read from it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Clinic, Staff
from events.models import StoredFile
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from labs.models.laboratories import Laboratory
from patients.models import ClinicRowQuerySet, Patient


class LabReport(models.Model):
    """One message, or the rows of one specimen in a file, as it came. Never changed, never deleted."""

    class Source(models.TextChoices):
        FILE = "file", "File"
        ENTRY = "entry", "Typed in"
        TELEPHONE = "telephone", "Telephoned"
        PASTE = "paste", "Pasted text"
        API = "api", "Other system"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=9, choices=Source)
    origin = models.CharField(max_length=200, blank=True, help_text="The file's name, or who sent it.")
    accession = models.CharField(max_length=80, blank=True)
    raw = models.TextField()
    caller = models.CharField(max_length=200, blank=True, help_text="Who telephoned it.")
    read_back = models.BooleanField(default=False, help_text="The values were read back to the caller.")
    attachment = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects: ClassVar[ClinicRowQuerySet[LabReport]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-received_at", "-id")
        constraints = (models.UniqueConstraint(fields=("id", "clinic"), name="report_clinic"),)
        indexes = (models.Index(fields=("clinic", "-received_at"), name="report_by_arrival"),)
        triggers: ClassVar = [
            pgtrigger.Protect(name="reports_stay_as_they_came", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.accession}".strip()


class LabResultQuerySet(ClinicRowQuerySet["LabResult"]):
    def current(self) -> LabResultQuerySet:
        """The version of each result that holds now, whatever it says."""
        return self.filter(is_current=True)

    def standing(self) -> LabResultQuerySet:
        """What holds now and is a finding: not cancelled, not withdrawn."""
        return self.current().exclude(status__in=(LabResult.Status.CANCELLED, LabResult.Status.WITHDRAWN))

    def flowing(self) -> LabResultQuerySet:
        """Standing results of the analytes that are followed, by specimen time."""
        return self.standing().exclude(analyte="").order_by("collected_at", "id")


@keep_history()
class LabResult(models.Model):
    """One version of one analyte of one specimen, with the value, unit and limits it was reported with.

    `identity` is the same for all versions of a result, `fingerprint` for all copies of a version: both are digests of
    what was sent, so the order and number of arrivals change nothing. `system` is the unit system the number is graded
    in; `si_value` is for trends and for rules that compare over time.
    """

    class Status(models.TextChoices):
        PRELIMINARY = "preliminary", "Preliminary"
        FINAL = "final", "Final"
        CORRECTED = "corrected", "Corrected"
        CANCELLED = "cancelled", "Cancelled"
        WITHDRAWN = "withdrawn", "Withdrawn (wrong patient)"

    class RangeSource(models.TextChoices):
        REPORT = "report", "Printed on the report"
        LABORATORY = "laboratory", "The laboratory's range"
        CLINIC = "clinic", "The clinic's range"
        DEFAULT = "default", "Default range"
        UNVERIFIED = "unverified", "Default range, not verified"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="lab_results", db_index=False)
    report = models.ForeignKey(LabReport, on_delete=models.PROTECT, related_name="results")
    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="+", db_index=False)
    identity = models.UUIDField()
    fingerprint = models.UUIDField()
    is_current = models.BooleanField(default=True)
    status = models.CharField(max_length=11, choices=Status)
    analyte = models.CharField(max_length=40, blank=True, help_text="Blank: kept, but neither graded nor followed.")
    code = models.CharField(max_length=80, help_text="As the sender wrote it.")
    name = models.CharField(max_length=200, blank=True, help_text="As the sender wrote it.")
    reported = models.CharField(max_length=200, help_text="The value as it was written.")
    value = NumericField(null=True, blank=True, help_text="In the unit reported; blank for text.")
    comparator = models.CharField(max_length=2, blank=True)
    unit = models.CharField(max_length=40, blank=True, help_text="As the sender wrote it.")
    system = models.CharField(max_length=2, blank=True, choices=[("si", "SI"), ("us", "Conventional")])
    graded_value = NumericField(null=True, blank=True, help_text="In the system's own unit of the analyte.")
    si_value = NumericField(null=True, blank=True, help_text="In the analyte's SI unit.")
    low = NumericField(null=True, blank=True, help_text="In the system's own unit.")
    high = NumericField(null=True, blank=True, help_text="In the system's own unit.")
    range_source = models.CharField(max_length=10, choices=RangeSource, blank=True)
    accession = models.CharField(max_length=80, blank=True)
    assay = models.CharField(max_length=80, blank=True)
    specimen_type = models.CharField(max_length=40, blank=True)
    fasting = models.BooleanField(null=True, blank=True)
    collected_at = models.DateTimeField()
    collected_on = models.DateField(help_text="The clinic's calendar date of the specimen.")
    time_known = models.BooleanField(default=True, help_text="False: only the day of the specimen is known.")
    issued_at = models.DateTimeField(null=True, blank=True, help_text="When the laboratory says it issued this.")
    received_at = models.DateTimeField()
    derived_from = ArrayField(models.UUIDField(), null=True, blank=True, help_text="The results it was computed from.")
    derivation = models.CharField(max_length=200, blank=True, help_text="The formula, with its inputs.")

    objects: ClassVar[LabResultQuerySet] = LabResultQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("collected_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="result_clinic"),
            models.UniqueConstraint(fields=("identity", "fingerprint"), name="version_once"),
            models.UniqueConstraint(fields=("identity",), condition=Q(is_current=True), name="one_current_version"),
        )
        indexes = (
            models.Index(fields=("patient", "collected_at"), condition=Q(is_current=True), name="result_of_patient"),
            models.Index(fields=("clinic", "-received_at", "-id"), name="result_by_arrival"),
        )

    def __str__(self) -> str:
        return f"{self.analyte or self.code} {self.reported} {self.unit} on {self.collected_on}"

    @property
    def is_derived(self) -> bool:
        return self.derived_from is not None

    @property
    def is_settled(self) -> bool:
        """Whether it can fulfil what was planned: final or corrected, not preliminary."""
        return self.status in (self.Status.FINAL, self.Status.CORRECTED)
