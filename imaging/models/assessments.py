"""Response over time: time points, the lesions followed through them, and what a clinician made of each."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from imaging.models.studies import ImagingStudy
from imaging.response.recist import Method, Nature
from iotrex_followup.columns import NumericField
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models import ClinicRowQuerySet, Patient


class AssessmentQuerySet(ClinicRowQuerySet["ResponseAssessment"]):
    def standing(self) -> AssessmentQuerySet:
        """Assessments that were not entered in error."""
        return self.exclude(state=ResponseAssessment.State.WITHDRAWN)

    def baselines(self) -> AssessmentQuerySet:
        """What later time points are held against."""
        return self.standing().filter(baseline__isnull=True)


@keep_history()
class ResponseAssessment(models.Model):
    """One time point: its studies read together. One without `baseline` is itself what later ones are held against.

    `proposal` is what was computed when it was signed, with its arithmetic; the other verdicts are the clinician's.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Not signed"
        SIGNED = "signed", "Signed"
        WITHDRAWN = "withdrawn", "Entered in error"

    class Recist(models.TextChoices):
        CR = "CR", "Complete response"
        PR = "PR", "Partial response"
        SD = "SD", "Stable disease"
        NON_CR_NON_PD = "Non-CR/Non-PD", "Neither complete response nor progression"
        PD = "PD", "Progressive disease"
        NE = "NE", "Not evaluable"

    class Mibg(models.TextChoices):
        COMPLETE = "complete", "No uptake left"
        BETTER = "better", "Less uptake"
        STABLE = "stable", "Unchanged"
        WORSE = "worse", "More uptake, or new"
        NOT_AVID = "not_avid", "Tumour takes up no MIBG"
        NOT_DONE = "not_done", "No MIBG scan"

    class Course(models.TextChoices):
        BETTER = "better", "Better"
        STABLE = "stable", "Unchanged"
        WORSE = "worse", "Worse"
        UNKNOWN = "", "Not known"

    class Uptake(models.TextChoices):
        NONE = "none", "None"
        LESS = "less", "Less"
        SAME = "the same", "The same"
        MORE = "more", "More"
        UNKNOWN = "", "Not evaluated"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments", db_index=False)
    baseline = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="time_points", db_index=False
    )
    on = models.DateField(help_text="The day of the images; of several, the last.")
    studies = models.ManyToManyField(ImagingStudy, through="AssessedStudy", related_name="assessments")
    marker_raised = models.BooleanField(
        default=False,
        help_text="Of a baseline: a tumour marker is above its limit.",
    )
    marker_normal = models.BooleanField(null=True, blank=True, help_text="Of a later one: that marker is normal again.")
    marrow_percent = NumericField("tumour in the marrow (%)", null=True, blank=True)
    primary_uptake = models.CharField(max_length=8, choices=Uptake, blank=True, default=Uptake.UNKNOWN)
    soft_tissue_uptake = models.CharField(max_length=8, choices=Uptake, blank=True, default=Uptake.UNKNOWN)
    new_uptake = models.BooleanField(default=False, help_text="A site takes up MIBG that did not at the baseline.")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    recist = models.CharField("by RECIST", max_length=13, choices=Recist, blank=True)
    mibg = models.CharField("by MIBG scan", max_length=8, choices=Mibg, blank=True)
    markers = models.CharField("tumour markers", max_length=6, choices=Course, blank=True, default=Course.UNKNOWN)
    symptoms = models.CharField(max_length=6, choices=Course, blank=True, default=Course.UNKNOWN)
    comment = models.TextField(blank=True)
    differs = models.TextField(blank=True, help_text="Why the verdict is not the one computed.")
    proposal = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    opened_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(db_default=Now())
    signed_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    signed_on = models.DateField(null=True, blank=True)

    objects: ClassVar[AssessmentQuerySet] = AssessmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("on", "id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="assessment_clinic"),
            models.UniqueConstraint(
                fields=("baseline", "on"), condition=~Q(state="withdrawn"), name="one_time_point_a_day"
            ),
            models.UniqueConstraint(
                fields=("patient", "on"),
                condition=Q(baseline__isnull=True) & ~Q(state="withdrawn"),
                name="one_baseline_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_by__isnull=False, signed_on__isnull=False),
                name="signed_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=("patient", "on"), name="assessment_of_patient"),
            models.Index(fields=("baseline",), condition=Q(baseline__isnull=False), name="assessment_of_course"),
            models.Index(fields=("clinic", "on"), condition=Q(state="draft"), name="assessment_to_sign"),
        )

    def __str__(self) -> str:
        return f"{'Baseline' if self.is_baseline else 'Time point'} of {self.on}"

    @property
    def is_baseline(self) -> bool:
        return self.baseline_id is None

    @property
    def is_signed(self) -> bool:
        return self.state == self.State.SIGNED


@keep_history()
class AssessedStudy(models.Model):
    """A study that is read at a time point; one may be the last of a course and the first of the next."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessment = models.ForeignKey(
        ResponseAssessment, on_delete=models.PROTECT, related_name="assessed", db_index=False
    )
    study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="assessed", db_index=False)

    objects: ClassVar[ClinicRowQuerySet[AssessedStudy]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "assessed studies"
        constraints = (models.UniqueConstraint(fields=("assessment", "study"), name="study_assessed_once"),)
        indexes = (models.Index(fields=("study",), name="assessment_of_study"),)

    def __str__(self) -> str:
        return f"{self.study} at {self.assessment}"


@keep_history()
class Lesion(models.Model):
    """A lesion followed through a course, from its baseline on, or from the time point at which it was new."""

    class Role(models.TextChoices):
        TARGET = "target", "Target"
        NON_TARGET = "non_target", "Non-target"
        NEW = "new", "New"

    METHODS: ClassVar = [
        (Method.CT.value, "CT"),
        (Method.MRI.value, "MRI"),
        (Method.CALIPER.value, "Calipers"),
        (Method.CHEST_XRAY.value, "Chest x-ray"),
    ]
    NATURES: ClassVar = [
        (Nature.MASS.value, "Mass"),
        (Nature.BONE_WITH_SOFT_TISSUE.value, "Bone with a soft-tissue part"),
        (Nature.BONE_ALONE.value, "Bone alone"),
        (Nature.FLUID.value, "Fluid"),
        (Nature.LEPTOMENINGEAL.value, "Leptomeningeal"),
        (Nature.DIFFUSE.value, "Diffuse"),
    ]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="lesions", db_index=False)
    baseline = models.ForeignKey(ResponseAssessment, on_delete=models.PROTECT, related_name="lesions", db_index=False)
    first_seen = models.ForeignKey(ResponseAssessment, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField(max_length=60, help_text="Its own among the patient's lesions, such as Liver 1.")
    organ = models.CharField(max_length=60, help_text="Paired organs are one: both lungs are lung.")
    is_node = models.BooleanField("lymph node", default=False)
    is_primary = models.BooleanField("primary tumour", default=False)
    method = models.CharField(max_length=10, choices=METHODS, default=Method.CT.value)
    nature = models.CharField(max_length=21, choices=NATURES, default=Nature.MASS.value)
    irradiated = models.BooleanField("irradiated, or treated otherwise, before", default=False)
    progressed_since = models.BooleanField("has grown since that", default=False)
    note = models.CharField(max_length=200, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")

    objects: ClassVar[ClinicRowQuerySet[Lesion]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("role", "name")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="lesion_clinic"),
            models.UniqueConstraint(fields=("baseline", "name"), condition=Q(withdrawn=False), name="lesion_name_once"),
        )
        indexes = (models.Index(fields=("baseline",), name="lesion_of_course"),)

    def __str__(self) -> str:
        return self.name


@keep_history()
class LesionMeasurement(models.Model):
    """What was seen of a lesion at a time point; diameters in mm, the longest, of a node the short axis."""

    class Seen(models.TextChoices):
        MEASURED = "measured", "Measured"
        ABSENT = "absent", "Gone"
        TOO_SMALL = "too_small", "Too small to measure"
        NOT_EVALUATED = "not_evaluated", "Not evaluated"
        PRESENT = "present", "Present"
        PROGRESSED = "progressed", "Unequivocal progression"
        EQUIVOCAL = "equivocal", "Perhaps new"
        MERGED = "merged", "Merged with another"
        SPLIT = "split", "Split"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    lesion = models.ForeignKey(Lesion, on_delete=models.PROTECT, related_name="measurements", db_index=False)
    assessment = models.ForeignKey(
        ResponseAssessment, on_delete=models.PROTECT, related_name="measurements", db_index=False
    )
    study = models.ForeignKey(
        ImagingStudy, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    seen = models.CharField(max_length=13, choices=Seen)
    diameter_mm = NumericField(null=True, blank=True)
    parts_mm = ArrayField(NumericField(), default=list, blank=True, help_text="Of a lesion that split.")
    merged_into = models.ForeignKey(
        Lesion, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=200, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")

    objects: ClassVar[ClinicRowQuerySet[LesionMeasurement]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("lesion", "assessment"), condition=Q(withdrawn=False), name="seen_once_a_time_point"
            ),
            models.CheckConstraint(
                condition=~Q(seen="measured") | Q(diameter_mm__isnull=False), name="measured_has_a_diameter"
            ),
        )
        indexes = (models.Index(fields=("assessment",), name="measurement_of_assessment"),)

    def __str__(self) -> str:
        return f"{self.lesion}: {self.diameter_mm or self.get_seen_display()}"
