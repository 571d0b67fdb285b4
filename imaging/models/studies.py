"""Studies: what was scanned, when, and what was reported of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from events.models import StoredFile
from imaging import kinds
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient
from schedules.models import PlannedActivity


class ImagingStudyQuerySet(ClinicRowQuerySet["ImagingStudy"]):
    def standing(self) -> ImagingStudyQuerySet:
        """Studies that were not entered in error."""
        return self.filter(withdrawn=False)

    def unreported(self) -> ImagingStudyQuerySet:
        """Studies whose final report is awaited."""
        return self.standing().exclude(report_status=ImagingStudy.ReportStatus.FINAL)


@keep_history()
class ImagingStudy(models.Model):
    """One scan of a patient. `imaged_on` is the day of the images, which is the second of an I-123 MIBG scan."""

    class Kind(models.TextChoices):
        MIBG_PLANAR = "mibg_planar", kinds.KINDS["mibg_planar"].label
        MIBG_SPECT_CT = "mibg_spect_ct", kinds.KINDS["mibg_spect_ct"].label
        MIBG_I131 = "mibg_i131", kinds.KINDS["mibg_i131"].label
        POST_THERAPY = "post_therapy", kinds.KINDS["post_therapy"].label
        MFBG_PET = "mfbg_pet", kinds.KINDS["mfbg_pet"].label
        CT = "ct", kinds.KINDS["ct"].label
        MRI = "mri", kinds.KINDS["mri"].label
        FDG_PET = "fdg_pet", kinds.KINDS["fdg_pet"].label
        SSTR_PET = "sstr_pet", kinds.KINDS["sstr_pet"].label
        ULTRASOUND = "ultrasound", kinds.KINDS["ultrasound"].label
        OTHER = "other", kinds.KINDS["other"].label

    class ReportStatus(models.TextChoices):
        NONE = "", "Not reported"
        PRELIMINARY = "preliminary", "Preliminary report"
        FINAL = "final", "Reported"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="imaging_studies", db_index=False)
    kind = models.CharField(max_length=13, choices=Kind)
    tracer_product = models.CharField("product", max_length=80, blank=True, help_text="Such as Ga-68 DOTATATE.")
    activity_mbq = NumericField("activity (MBq)", null=True, blank=True)
    injected_on = models.DateField(null=True, blank=True, help_text="Where it is another day than that of the images.")
    imaged_on = models.DateField(help_text="The clinic's calendar date of the images.")
    region = models.CharField(max_length=100, blank=True, help_text="Such as whole body, or chest and abdomen.")
    slice_mm = NumericField("thickness of slices (mm)", null=True, blank=True)
    accession = models.CharField("accession number", max_length=80, blank=True)
    study_uid = models.CharField("Study Instance UID", max_length=64, blank=True)
    elsewhere = models.BooleanField(default=False)
    place = models.CharField(max_length=200, blank=True, help_text="Where, when it was done elsewhere.")
    is_baseline = models.BooleanField(default=False, help_text="What later studies are held against.")
    activity = models.ForeignKey(
        PlannedActivity, on_delete=models.PROTECT, null=True, blank=True, related_name="imaging_studies", db_index=False
    )
    report_status = models.CharField(max_length=11, choices=ReportStatus, blank=True, default=ReportStatus.NONE)
    report_text = models.TextField(blank=True)
    report_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reported_on = models.DateField(null=True, blank=True)
    reader = models.CharField(max_length=200, blank=True, help_text="Who read it.")
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ImagingStudyQuerySet] = ImagingStudyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-imaged_on", "-id")
        verbose_name_plural = "imaging studies"
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="study_clinic"),
            models.UniqueConstraint(
                fields=("clinic", "study_uid"),
                condition=~Q(study_uid="") & Q(withdrawn=False),
                name="study_uid_once",
            ),
            models.CheckConstraint(
                condition=Q(injected_on__isnull=True) | Q(injected_on__lte=F("imaged_on")),
                name="injected_before_imaged",
            ),
            models.CheckConstraint(
                condition=~Q(report_status="final") | Q(reported_on__isnull=False), name="reported_has_a_date"
            ),
        )
        indexes = (
            models.Index(fields=("patient", "-imaged_on"), name="study_of_patient"),
            models.Index(fields=("activity",), condition=Q(activity__isnull=False), name="study_of_activity"),
            models.Index(
                fields=("clinic", "imaged_on"),
                condition=Q(withdrawn=False) & ~Q(report_status="final"),
                name="unreported_study",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.imaged_on}"

    @property
    def facts(self) -> kinds.StudyKind:
        """What its kind is."""
        return kinds.KINDS[self.kind]
