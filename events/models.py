"""What happened, what is being worked on, and the files that came or went."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from accounts.models import Clinic, Role, Staff
from iotrex_followup.history import keep_history
from iotrex_followup.ids import uuid7


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, staff: Staff) -> EventQuerySet:
        """Events of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))


class Event(models.Model):
    """Something that happened, in the past tense, for people to read. Never changed, never deleted.

    `facts` holds what the sentence needs; a change that can be undone also holds the rows it touched, before and after.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="events", null=True, db_index=False
    )
    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager[Event]] = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("patient", "-at", "-id"), name="event_of_patient"),
            models.Index(fields=("clinic", "-at", "-id"), name="event_of_clinic"),
        )
        triggers: ClassVar = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class StoredFile(models.Model):
    """A file that the web and the workers on any host share; its bytes lie in the database."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, staff: Staff) -> JobQuerySet:
        """Jobs of the clinics in which `staff` is a member."""
        return self.filter(clinic__in=Clinic.objects.visible_to(staff))


@keep_history(exclude=["done"])
class Job(models.Model):
    """Work that takes longer than a page may, such as an import; a row, so that any host can say how far it is."""

    class Kind(models.TextChoices):
        PATIENT_IMPORT = "patient_import", "Import of patients"
        VISIT_PLANS = "visit_plans", "Visit plans of many patients"
        LAB_IMPORT = "lab_import", "Import of laboratory results"
        SIMULATION = "simulation", "What another protocol version would change"
        MIGRATION = "migration", "Patients taken to another protocol version"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    options = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    source = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Job]] = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def visible_to(self, staff: Staff) -> WebhookEndpointQuerySet:
        """Endpoints of the clinics `staff` administers: an address may hold a secret, so nobody else sees it."""
        administered = models.Q(memberships__staff=staff, memberships__role=Role.ADMINISTRATOR)
        return self.filter(clinic__in=Clinic.objects.filter(administered, memberships__is_active=True))


@keep_history(exclude=["secret"])
class WebhookEndpoint(models.Model):
    """Another system that is told of a clinic's messages over HTTP; each body is signed with its secret."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=100)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=100)
    kinds = ArrayField(models.CharField(max_length=60), help_text="The kinds of message it is told of.")
    is_active = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[WebhookEndpoint]] = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class CapturedMessageQuerySet(models.QuerySet["CapturedMessage"]):
    def of_clinic(self, clinic: Clinic) -> CapturedMessageQuerySet:
        """What would have left a clinic."""
        return self.filter(key__in=Message.objects.going_out().filter(clinic=clinic).values("pk"))


class CapturedMessage(models.Model):
    """What would have left, kept to look at: only where no way out is set up, such as in a demo."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=8)
    key = models.UUIDField(unique=True, help_text="Of the message: like a provider that honours it, kept once.")
    to = models.CharField(max_length=500)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[CapturedMessage]] = CapturedMessageQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.channel_name} to {self.to}"

    @property
    def channel_name(self) -> str:
        """The way it would have left, in words."""
        return str(Message.Channel(self.channel).label)


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, staff: Staff) -> MessageQuerySet:
        """Messages of the clinics in which `staff` is a member: their own inbox, and all that leave the product."""
        own = models.Q(recipient=staff) | ~models.Q(channel=Message.Channel.INBOX)
        return self.filter(own, clinic__in=Clinic.objects.visible_to(staff))

    def inbox_of(self, staff: Staff) -> MessageQuerySet:
        """What lies in the person's inbox, newest first."""
        return self.in_app().filter(recipient=staff, state=Message.State.SENT).order_by("-id")

    def in_app(self) -> MessageQuerySet:
        """Messages of the in-app inbox, whoever they are for."""
        return self.filter(channel=Message.Channel.INBOX)

    def going_out(self) -> MessageQuerySet:
        """Messages that leave the product: all but those of the in-app inbox."""
        return self.exclude(channel=Message.Channel.INBOX)

    def with_addressees(self) -> MessageQuerySet:
        """Messages with whom they are for and about."""
        return self.select_related("recipient", "contact", "endpoint", "patient", "clinic")


@keep_history(exclude=["tries", "lease_until", "token", "sending_since"])
class Message(models.Model):
    """What must be told to somebody: written in the transaction of its cause, delivered afterwards.

    `dedupe_key` is the message's meaning, so that the same cause writes it once. A message of the in-app inbox is
    delivered by being written, a call by one of us; a message to nobody says why nobody could be told.
    """

    class Channel(models.TextChoices):
        INBOX = "inbox", "In-app inbox"
        EMAIL = "email", "E-mail"
        SMS = "sms", "SMS"
        WEBHOOK = "webhook", "Webhook"
        CALL = "call", "Telephone call by one of us"

    class State(models.TextChoices):
        DUE = "due", "Due"
        CLAIMED = "claimed", "Being sent"
        SENT = "sent", "Sent"
        UNKNOWN = "unknown", "Unknown whether it arrived"
        DEAD = "dead", "Could not be sent"
        VOID = "void", "No longer wanted"
        EXPIRED = "expired", "Too late to be sent"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="messages", null=True, db_index=False
    )
    recipient = models.ForeignKey(
        Staff, on_delete=models.PROTECT, related_name="messages", null=True, db_index=False, help_text="One of ours."
    )
    contact = models.ForeignKey(
        "patients.Contact",
        on_delete=models.PROTECT,
        related_name="messages",
        null=True,
        db_index=False,
        help_text="The patient, or somebody of theirs.",
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="messages", null=True, db_index=False
    )
    channel = models.CharField(max_length=8, choices=Channel)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, help_text="One line; the page it leads to says the rest.")
    path = models.CharField(max_length=200, blank=True, help_text="The page it leads to.")
    about = models.UUIDField(null=True, help_text="The id of what it tells of; which table, its kind knows.")
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="What else its kind keeps.")
    local_day = models.DateField(null=True, help_text="With a wall-clock time of its own: the day,")
    local_at = models.TimeField(null=True, help_text="the time,")
    zone = models.CharField(max_length=64, blank=True, help_text="and the IANA time zone of both.")
    dedupe_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=7, choices=State, default=State.DUE)
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    token = models.UUIDField(null=True, help_text="Of the claim: who comes back late with another one changes nothing.")
    sending_since = models.DateTimeField(null=True, help_text="Of this claim; without it nothing has left yet.")
    outcome = models.CharField(max_length=200, blank=True, help_text="Why it was not sent, or not yet.")
    provider_reference = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager[Message]] = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("recipient", "-id"), name="message_of_recipient"),
            models.Index(
                fields=("recipient",),
                condition=models.Q(state="sent", channel="inbox", read_at__isnull=True),
                name="unread_message",
            ),
            models.Index(
                fields=("channel", "kind", "not_before", "id"),
                condition=models.Q(state="due"),
                name="due_message_of_kind",
            ),
            models.Index(
                fields=("channel", "kind", "not_before", "id"),
                condition=models.Q(state="due", tries__gt=0),
                name="tried_message_of_kind",
            ),
            models.Index(fields=("lease_until",), condition=models.Q(state="claimed"), name="claimed_message"),
            models.Index(
                fields=("clinic", "-id"), condition=~models.Q(channel="inbox"), name="message_going_out_of_clinic"
            ),
            models.Index(fields=("patient", "-id"), condition=~models.Q(channel="inbox"), name="message_about_patient"),
            models.Index(
                fields=("clinic", "patient"), condition=models.Q(state__in=("dead", "unknown")), name="failed_message"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(recipient__isnull=False, contact__isnull=False)
                & ~models.Q(recipient__isnull=False, endpoint__isnull=False)
                & ~models.Q(contact__isnull=False, endpoint__isnull=False),
                name="message_has_one_address",
            ),
            models.CheckConstraint(
                condition=models.Q(local_day__isnull=True, local_at__isnull=True, zone="")
                | (models.Q(local_day__isnull=False, local_at__isnull=False) & ~models.Q(zone="")),
                name="wall_clock_is_whole",
            ),
            # What was not sent leaves the day free: no longer wanted, too late, refused.
            models.UniqueConstraint(
                fields=("contact", "local_day"),
                condition=models.Q(contact__isnull=False) & ~models.Q(state__in=("void", "expired", "dead")),
                name="one_message_per_contact_and_day",
            ),
        )

    def __str__(self) -> str:
        return self.subject

    @property
    def has_failed(self) -> bool:
        """Whether a person has to do something about it."""
        return self.state in (self.State.DEAD, self.State.UNKNOWN)

    @property
    def may_come_back(self) -> bool:
        """Whether it left by a way by which it may turn out later that it did not arrive."""
        by_post = self.channel in (self.Channel.EMAIL, self.Channel.SMS)
        return by_post and self.state in (self.State.SENT, self.State.UNKNOWN)

    @property
    def addressee(self) -> str:
        """Whom it is for, in words."""
        return str(self.recipient or self.contact or self.endpoint or "Nobody")


class ChannelHealth(models.Model):
    """How a way out does: after failures in a row nothing is sent by it for a while, and nobody waits for it."""

    channel = models.CharField(primary_key=True, max_length=8, choices=Message.Channel)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    closed_until = models.DateTimeField(null=True)
    paced_until = models.DateTimeField(null=True, help_text="Until when what was claimed uses up its rate.")

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.failures} failures in a row"
