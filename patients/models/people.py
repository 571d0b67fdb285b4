"""Patients, and how they and the people around them are reached."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.apps import apps
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Now, Upper

from accounts.models import Clinic, Staff, validate_time_zone
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models.rows import ClinicRowQuerySet
from patients.names import fold, typed_date


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


class Care(models.TextChoices):
    """Whether we follow a patient up; it follows from what happened in their life, and is never set against it."""

    FOLLOWED = "followed", "In follow-up"
    PAUSED = "paused", "Follow-up paused"
    LOST = "lost", "Lost to follow-up"
    COMFORT = "comfort", "Comfort care"
    TRANSFERRED = "transferred", "Followed up elsewhere"
    DECLINED = "declined", "Declined follow-up here"
    DECEASED = "deceased", "Died"


# Whose plans go on growing with the horizon: they are, or may again be, followed here.
FOLLOWED_HERE = (Care.FOLLOWED, Care.PAUSED, Care.LOST)


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"
    OTHER = "other", "Another language"


class PatientQuerySet(ClinicRowQuerySet["Patient"]):
    def in_follow_up(self) -> PatientQuerySet:
        """Patients whose record stands: not merged into another, not entered in error."""
        return self.filter(status=Patient.Status.ACTIVE)

    def exportable(self) -> PatientQuerySet:
        """Patients who may leave with an export for a registry or for research: who has not withdrawn from it."""
        return self.exclude(
            clinical_events__in=apps.get_model("patients", "ClinicalEvent")._default_manager.filter(
                kind="withdraws_research", withdrawn=False, ended_on__isnull=True
            )
        )

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
    care = models.CharField(max_length=11, choices=Care, default=Care.FOLLOWED, editable=False)
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
        total = self.treatments.given_therapeutic().aggregate(total=Sum("activity_mbq"))["total"]
        return total or Decimal(0)


@keep_history()
class Contact(models.Model):
    """How the patient, a guardian or another person is reached; `order` says who first.

    Without consent to a channel nothing is sent by it; who was never asked (blank) has not consented.
    """

    class Consent(models.TextChoices):
        GIVEN = "given", "Agreed"
        REFUSED = "refused", "Refused"

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
    sms_consent = models.CharField("messages by SMS", max_length=7, choices=Consent, blank=True)
    email_consent = models.CharField("messages by e-mail", max_length=7, choices=Consent, blank=True)
    phone_fault = models.CharField(max_length=200, blank=True, help_text="Why no SMS reaches this number.")
    email_fault = models.CharField(max_length=200, blank=True, help_text="Why no e-mail reaches this address.")
    language = models.CharField(max_length=5, choices=Language, default=Language.ENGLISH)
    interpreter = models.BooleanField("needs an interpreter", default=False)
    order = models.PositiveSmallIntegerField(default=1, help_text="1 is asked first.")
    is_active = models.BooleanField(default=True)

    objects: ClassVar[ClinicRowQuerySet[Contact]] = ClinicRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name or self.get_relation_display()
