"""Clinics, the people who work there, and who may see what."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

import holidays
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from knox.models import AbstractAuthToken, AuthTokenManager

from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7

WORKING_WEEK = [0, 1, 2, 3, 4]


def working_week() -> list[int]:
    """Return Monday to Friday (Monday is 0)."""
    return WORKING_WEEK.copy()


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not in the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not an IANA time zone. Use a name such as Europe/Madrid.")


class ClinicQuerySet(models.QuerySet["Clinic"]):
    def visible_to(self, staff: Staff) -> ClinicQuerySet:
        """Clinics in which `staff` is a member."""
        return self.filter(memberships__staff=staff, memberships__is_active=True)


@keep_history()
class Clinic(models.Model):
    """A treating centre: its calendar, its people and how patients reach it."""

    class Paper(models.TextChoices):
        A4 = "A4", "A4"
        LETTER = "Letter", "Letter"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    country = models.CharField(max_length=2, help_text="ISO 3166 code; decides the public holidays.")
    region = models.CharField(max_length=10, blank=True, help_text="State or region of the country, as in ISO 3166-2.")
    working_weekdays = ArrayField(models.SmallIntegerField(), default=working_week)
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    emergency_phone = models.CharField(max_length=40, blank=True, help_text="Answered day and night.")
    email = models.EmailField(blank=True)
    paper = models.CharField(max_length=6, choices=Paper, default=Paper.A4)
    opens_at = models.TimeField(default=time(8), help_text="Working hours, by the clinic's wall clock.")
    closes_at = models.TimeField(default=time(17))
    quiet_from = models.TimeField(default=time(20), help_text="No message reaches a patient from here on…")
    quiet_until = models.TimeField(default=time(8), help_text="…until here, by the patient's wall clock.")
    remind_at = models.TimeField(default=time(10), help_text="When reminders leave, by the patient's wall clock.")
    name_in_messages = models.CharField(
        max_length=60,
        blank=True,
        help_text="How messages to patients call the clinic; blank: without a name that says what it treats.",
    )
    attempts_before_lost = models.PositiveSmallIntegerField(
        default=3, help_text="Attempts to reach a patient before “lost to follow-up” is proposed."
    )

    objects: ClassVar[models.Manager[Clinic]] = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")),
                name="clinic_opens_before_it_closes",
                violation_error_message="The clinic closes before it opens.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a country or region whose public holidays are not known, and a week without a working day."""
        regions = holidays.list_supported_countries(include_aliases=True)
        if self.country not in regions:
            raise ValidationError(
                {"country": f"Public holidays of “{self.country}” are not known. Use ES, US or alike."}
            )
        if self.region and self.region not in regions[self.country]:
            known = ", ".join(regions[self.country]) or "none; leave it blank"
            raise ValidationError({"region": f"“{self.region}” is not a region of {self.country}. Known are: {known}."})
        if self.attempts_before_lost < 1:
            raise ValidationError({"attempts_before_lost": "At least one attempt comes before a patient is lost."})
        if not self.working_weekdays:
            raise ValidationError({"working_weekdays": "The clinic works on one day of the week at least."})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local_date(self, now: datetime) -> date:
        """Return the clinic's calendar day at the aware instant `now`."""
        return now.astimezone(self.zone).date()


class StaffManager(BaseUserManager["Staff"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> Staff:
        """Create a person who signs in with `email`; without a password none will match."""
        staff = self.model(email=self.normalize_email(email).lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


@keep_history(exclude=["password", "last_login"])
class Staff(AbstractBaseUser):  # type: ignore[django-manager-missing]  # knox ships no types
    """A person who signs in. What they may see and do follows from their memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=5, default="en", choices=[("en", "English"), ("es", "Español")])
    is_active = models.BooleanField(default=True)

    objects = StaffManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    CLINICIAN = "clinician", "Clinician"
    COORDINATOR = "coordinator", "Coordinator"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor"


@keep_history()
class Membership(models.Model):
    """One person's role in one clinic."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="memberships")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=13, choices=Role)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clinic", "staff"), name="one_membership_per_clinic"),)

    def __str__(self) -> str:
        return f"{self.staff} ({self.get_role_display()}, {self.clinic})"


class ApiToken(AbstractAuthToken):
    """What another system signs in with, as the person who made it. Only a digest is kept."""

    name = models.CharField(max_length=100)
    last_used_on = models.DateField(null=True, help_text="UTC day; written once a day.")

    objects: ClassVar[AuthTokenManager] = AuthTokenManager()

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.name
