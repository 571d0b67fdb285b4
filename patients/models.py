"""Patients, the people around them, and the treatments they were given."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Now, Upper

from accounts.models import Clinic, Staff, validate_time_zone
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.names import fold, typed_date

MBQ_PER_MCI = Decimal(37)
Row = TypeVar("Row", bound=models.Model, covariant=True)


class Indication(models.TextChoices):
    """What the patient is treated for; the keys of the follow-up protocol's tumour markers."""

    PHEOCHROMOCYTOMA = "pheochromocytoma", "Pheochromocytoma"
    PARAGANGLIOMA = "paraganglioma", "Paraganglioma"
    NEUROBLASTOMA = "neuroblastoma", "Neuroblastoma"
    NEUROENDOCRINE = "neuroendocrine", "Carcinoid or other neuroendocrine tumour"
    MEDULLARY_THYROID = "medullary_thyroid", "Medullary thyroid carcinoma"
    OTHER = "other", "Other"


class Sex(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    UNKNOWN = "unknown", "Unknown"


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"
    OTHER = "other", "Another language"


class ClinicRowQuerySet(models.QuerySet[Row]):
    """Rows that carry their clinic."""

    def visible_to(self, staff: Staff) -> Self:
        """Rows of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))


class PatientQuerySet(ClinicRowQuerySet["Patient"]):
    def in_follow_up(self) -> PatientQuerySet:
        """Patients whose record stands: not merged into another, not entered in error."""
        return self.filter(status=Patient.Status.ACTIVE)

    def matching(self, text: str) -> PatientQuerySet:
        """Patients whose name has a word beginning with each word of `text`, or whose MRN begins with it.

        A text that is a date finds those born that day.
        """
        if born := typed_date(text):
            return self.filter(birth_date=born)
        words = fold(text).split()
        if not words:
            return self
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
        return self.alias(name_words=SearchVector("search_name", config="simple")).filter(
            Q(name_words=query) | Q(mrn__istartswith=text.strip())
        )


@keep_history()
class Patient(models.Model):
    """A person in a clinic's follow-up."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        MERGED = "merged", "Merged into another record"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients", db_index=False)
    mrn = models.CharField("MRN", max_length=64)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    search_name = models.CharField(max_length=210, editable=False, help_text="Family and given name, folded.")
    birth_date = models.DateField()
    sex = models.CharField(max_length=7, choices=Sex)
    indication = models.CharField(max_length=20, choices=Indication)
    secreting = models.BooleanField("secreting tumour", default=False)
    responsible_clinician = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="patients"
    )
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_time_zone], help_text="Blank means the clinic's."
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[PatientQuerySet] = PatientQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("search_name", "id")
        constraints = (
            models.UniqueConstraint(fields=("clinic", "mrn"), name="mrn_unique_in_clinic"),
            models.UniqueConstraint(fields=("id", "clinic"), name="patient_clinic"),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
                name="merged_names_survivor",
            ),
        )
        indexes = (
            models.Index(fields=("clinic", "search_name", "id"), name="patient_by_name"),
            models.Index(fields=("clinic", "birth_date"), name="patient_by_birth_date"),
            GinIndex(SearchVector("search_name", config="simple"), name="patient_name_words"),
            models.Index(F("clinic"), OpClass(Upper("mrn"), name="text_pattern_ops"), name="patient_by_mrn"),
        )

    def __str__(self) -> str:
        return f"{self.family_name.upper()}, {self.given_name} ({self.mrn})"

    @property
    def zone_name(self) -> str:
        return self.time_zone or self.clinic.time_zone

    def cumulative_activity_mbq(self) -> Decimal:
        """Return the administered therapeutic activity over all treatments, in MBq."""
        total = Treatment.objects.given_therapeutic().filter(patient=self).aggregate(total=Sum("activity_mbq"))["total"]
        return total or Decimal(0)


@keep_history()
class Contact(models.Model):
    """How the patient, a guardian or another person is reached; `order` says who first."""

    class Relation(models.TextChoices):
        SELF = "self", "Patient"
        MOTHER = "mother", "Mother"
        FATHER = "father", "Father"
        GUARDIAN = "guardian", "Guardian"
        PARTNER = "partner", "Partner"
        CHILD = "child", "Son or daughter"
        SIBLING = "sibling", "Brother or sister"
        CARER = "carer", "Carer"
        OTHER = "other", "Other"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200, blank=True, help_text="Blank for the patient.")
    relation = models.CharField(max_length=8, choices=Relation, default=Relation.SELF)
    legal_authority = models.BooleanField(default=False, help_text="May decide for the patient.")
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail", blank=True)
    language = models.CharField(max_length=5, choices=Language, default=Language.ENGLISH)
    interpreter = models.BooleanField("needs an interpreter", default=False)
    order = models.PositiveSmallIntegerField(default=1, help_text="1 is asked first.")
    is_active = models.BooleanField(default=True)

    objects: ClassVar[ClinicRowQuerySet[Contact]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name or self.get_relation_display()


class CarePhase(models.TextChoices):
    WEEKS = "weeks", "Weeks 1-8"
    MONTHS = "months", "Months 2-12"
    QUARTERS = "quarters", "Years 1-5"
    YEARS = "years", "Year 5 and beyond"


@keep_history()
class CareTeam(models.Model):
    """Who is responsible for acting on the counts in one phase: one of ours, or an outside team that accepted it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_teams")
    phase = models.CharField(max_length=8, choices=CarePhase)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outside_team = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    accepted_on = models.DateField(null=True, blank=True)

    objects: ClassVar[ClinicRowQuerySet[CareTeam]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("patient", "phase")
        constraints = (
            models.UniqueConstraint(fields=("patient", "phase"), name="one_care_team_per_phase"),
            models.CheckConstraint(
                condition=Q(staff__isnull=True) | Q(outside_team=""), name="care_team_is_ours_or_outside"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_phase_display()}: {self.responsible}"

    @property
    def is_ours(self) -> bool:
        """Whether alerts are ours: always, until an outside team has accepted."""
        return not (self.outside_team and self.accepted_on)

    @property
    def responsible(self) -> str:
        return self.outside_team if not self.is_ours else str(self.staff or "our clinic")


class TreatmentQuerySet(ClinicRowQuerySet["Treatment"]):
    def given_therapeutic(self) -> TreatmentQuerySet:
        """Treatments that anchor a plan: given, therapeutic, not withdrawn."""
        return self.filter(kind=Treatment.Kind.THERAPEUTIC, state=Treatment.State.GIVEN)


@keep_history()
class Treatment(models.Model):
    """One administration of iobenguane I-131, planned or given."""

    class Kind(models.TextChoices):
        THERAPEUTIC = "therapeutic", "Therapeutic"
        DOSIMETRIC = "dosimetric", "Dosimetric"

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        GIVEN = "given", "Given"
        WITHDRAWN = "withdrawn", "Entered in error"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="treatments")
    kind = models.CharField(max_length=11, choices=Kind, default=Kind.THERAPEUTIC)
    state = models.CharField(max_length=9, choices=State)
    number = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Therapeutic treatments given, in order of their dates."
    )
    started_on = models.DateField(help_text="The clinic's calendar date on which the infusion began (or is planned).")
    product = models.CharField(max_length=100, default="iobenguane I-131 (131I-MIBG)")
    activity_mbq = models.DecimalField(
        "administered activity (MBq)", max_digits=9, decimal_places=1, null=True, blank=True
    )
    weight_kg = models.DecimalField("weight (kg)", max_digits=5, decimal_places=2, null=True, blank=True)
    stem_cell_support = models.BooleanField(default=False)
    radiation_precautions_until = models.DateField(null=True, blank=True)
    override_reason = models.TextField(blank=True, help_text="Why something unusual was recorded all the same.")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[TreatmentQuerySet] = TreatmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("started_on", "id")
        constraints = (
            models.UniqueConstraint(fields=("id", "clinic"), name="treatment_clinic"),
            models.UniqueConstraint(
                fields=("patient", "kind", "started_on"),
                condition=~Q(state="withdrawn"),
                name="one_treatment_of_a_kind_per_day",
                violation_error_message="This patient already has a treatment of this kind on that date.",
            ),
            models.CheckConstraint(
                condition=Q(activity_mbq__isnull=True) | Q(activity_mbq__gt=0), name="activity_positive"
            ),
            models.CheckConstraint(condition=Q(weight_kg__isnull=True) | Q(weight_kg__gt=0), name="weight_positive"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} treatment of {self.started_on}"

    @property
    def anchors_plan(self) -> bool:
        return self.kind == self.Kind.THERAPEUTIC and self.state == self.State.GIVEN

    @property
    def activity_per_kg_mbq(self) -> Decimal | None:
        """Return the administered activity per body weight in MBq/kg, or None when one of the two is unknown."""
        if self.activity_mbq is None or self.weight_kg is None:
            return None
        return (self.activity_mbq / self.weight_kg).quantize(Decimal("0.1"))
