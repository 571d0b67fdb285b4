"""What was said with patients and their people, in and out, and what comes of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Clinic, Staff
from events.models import Message
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7
from patients.models.people import Contact, Patient
from patients.models.rows import ClinicRowQuerySet
from patients.reaching import CALL_AGAIN, SPOKEN, Attempt

# The same reading as `patients.reaching.Attempt.has_reached`.
HEARD = ~Q(said="") | Q(red_flags_asked=True) | ~Q(red_flags=[])
REACHED = Q(direction="in") | Q(outcome__in=sorted(SPOKEN)) | (Q(outcome=CALL_AGAIN) & HEARD)


class ContactEntryQuerySet(ClinicRowQuerySet["ContactEntry"]):
    def standing(self) -> ContactEntryQuerySet:
        """Entries that were not entered in error."""
        return self.filter(withdrawn=False)

    def reaching(self) -> ContactEntryQuerySet:
        """Entries with somebody at the other end."""
        return self.standing().filter(REACHED)

    def unseen(self) -> ContactEntryQuerySet:
        """Words that came in by themselves and nobody of us has dealt with."""
        return self.standing().filter(recorded_by__isnull=True, seen_at__isnull=True)

    def latest_of_each(self) -> ContactEntryQuerySet:
        """The latest standing entry of each patient."""
        return self.standing().order_by("patient_id", "-at", "-id").distinct("patient_id")


@keep_history()
class ContactEntry(models.Model):
    """One attempt to reach somebody, or one word from them."""

    class Direction(models.TextChoices):
        OUT = "out", "We reached out"
        IN = "in", "They reached us"

    class Means(models.TextChoices):
        PHONE = "phone", "Telephone"
        REPLY = "reply", "Reply to a message"
        SMS = "sms", "SMS"
        EMAIL = "email", "E-mail"
        IN_PERSON = "in_person", "In person"
        LETTER = "letter", "Letter"

    class Outcome(models.TextChoices):
        AGREED = "agreed", "Reached, and agreed"
        CALL_AGAIN = "call_again", "Call again"
        NO_ANSWER = "no_answer", "Nobody answered"
        WRONG_NUMBER = "wrong_number", "Wrong number or address"
        DECLINED = "declined", "Declined"
        DONE_ELSEWHERE = "done_elsewhere", "Done elsewhere"
        TOLD_US = "told_us", "Told us something"

    class RedFlag(models.TextChoices):
        FEVER = "fever", "Fever or shivering"
        BLEEDING = "bleeding", "Bleeding"
        BREATHLESSNESS = "breathlessness", "Breathlessness"
        DROWSINESS = "drowsiness", "Drowsiness or confusion"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_entries", db_index=False)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="entries", db_index=False
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        db_index=False,
        help_text="The message it answers or carries out.",
    )
    direction = models.CharField(max_length=3, choices=Direction)
    means = models.CharField(max_length=9, choices=Means)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=14, choices=Outcome)
    red_flags_asked = models.BooleanField(default=False, help_text="Asked for all of them.")
    red_flags = ArrayField(models.CharField(max_length=14, choices=RedFlag), default=list, blank=True)
    said = models.TextField(blank=True, help_text="What was said or asked.")
    advice = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    call_again_on = models.DateField(null=True, blank=True, help_text="The day a call was promised for.")
    seen_by = models.ForeignKey(
        Staff,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Who of us dealt with a word that came in by itself.",
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="Entered in error.")
    recorded_by = models.ForeignKey(
        Staff,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Blank: it came in by itself.",
    )
    recorded_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[ContactEntryQuerySet] = ContactEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-at", "-id")
        verbose_name_plural = "contact entries"
        constraints = (
            models.CheckConstraint(
                condition=~Q(outcome="call_again") | Q(call_again_on__isnull=False),
                name="calling_again_has_a_day",
                violation_error_message="Say on which day to call again.",
            ),
        )
        indexes = (
            models.Index(fields=("patient", "-at"), name="contact_entry_of_patient"),
            models.Index(
                fields=("clinic", "at"),
                condition=Q(recorded_by__isnull=True, seen_at__isnull=True, withdrawn=False),
                name="word_nobody_saw",
            ),
            models.Index(
                fields=("clinic", "call_again_on"),
                condition=Q(call_again_on__isnull=False, withdrawn=False),
                name="promised_call",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_means_display()}, {self.get_outcome_display().lower()}"

    @property
    def attempt(self) -> Attempt:
        heard = bool(self.said or self.red_flags_asked or self.red_flags)
        return Attempt(self.outcome, self.direction == self.Direction.IN, heard)

    @property
    def is_unseen(self) -> bool:
        """Whether it came in by itself and nobody of us has dealt with it."""
        return self.recorded_by_id is None and self.seen_at is None and not self.withdrawn

    @property
    def flags_in_words(self) -> str:
        """The red flags that were told: "Fever or shivering, bleeding"; empty without any."""
        told = [label for flag, label in self.RedFlag.choices if flag in self.red_flags]
        return ", ".join([*told[:1], *(label[:1].lower() + label[1:] for label in told[1:])])
